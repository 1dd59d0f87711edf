package io.jackpot.weights;

import io.jackpot.input.InputException;
import io.jackpot.transformer.ModelConfig;
import io.jackpot.transformer.RopeScaling;
import io.jackpot.transformer.SlidingWindow;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The configuration of a model from the metadata of a GGUF file, whose keys begin with the
 * architecture.
 */
final class GgufConfig {
  private static final List<String> ARCHITECTURES = List.of("llama", "qwen2", "qwen3");

  /** Factors of other model families, which would change the computation. */
  private static final List<String> FACTORS =
      List.of(
          "logit_scale",
          "embedding_scale",
          "residual_scale",
          "attention.scale",
          "rope.scaling.yarn_ext_factor");

  private final Path file;
  private final Map<String, Object> metadata;
  private final Map<String, StoredTensor> tensors;
  private final String architecture;

  /**
   * @param tensors all tensors of the model, by their names in the file
   * @throws InputException if the architecture is not supported
   */
  GgufConfig(Path file, Map<String, Object> metadata, Map<String, StoredTensor> tensors) {
    this.file = file;
    this.metadata = metadata;
    this.tensors = tensors;
    Object found = metadata.get("general.architecture");
    if (!(found instanceof String name) || !ARCHITECTURES.contains(name)) {
      throw MappedFile.bad(
          file,
          "general.architecture: found %s, expected one of %s (Mistral and SmolLM2 are llama)"
              .formatted(found, ARCHITECTURES));
    }
    this.architecture = name;
  }

  /** Whether the rows of q and k are in the order of Llama's original code, not Hugging Face's. */
  boolean interleaved() {
    return architecture.equals("llama");
  }

  /**
   * @throws InputException if a setting is missing or not supported; names it
   */
  ModelConfig model() {
    refuseOthers();
    int hidden = integer("embedding_length", null);
    int heads = integer("attention.head_count", null);
    if (heads <= 0) {
      throw bad("attention.head_count", "an integer above 0");
    }
    int headDim = integer("attention.key_length", hidden / heads);
    if (integer("attention.value_length", headDim) != headDim) {
      throw bad("attention.value_length", "attention.key_length " + headDim);
    }
    if (integer("rope.dimension_count", headDim) != headDim) {
      throw bad("rope.dimension_count", "the whole head, " + headDim);
    }
    int maxPositions = integer("context_length", null);
    StoredTensor embedding = tensors.get("token_embd.weight");
    if (embedding == null || embedding.shape().rank() != 2) {
      throw MappedFile.bad(file, "no tensor token_embd.weight [vocabulary, hidden]");
    }
    int window = integer("attention.sliding_window", 0);
    boolean qkvBias = tensors.containsKey("blk.0.attn_q.bias") || architecture.equals("qwen2");
    boolean outputBias = tensors.containsKey("blk.0.attn_output.bias");
    try {
      return new ModelConfig(
          modelType(qkvBias, outputBias, window > 0),
          embedding.shape().dim(0),
          hidden,
          integer("feed_forward_length", null),
          integer("block_count", null),
          heads,
          integer("attention.head_count_kv", heads),
          headDim,
          maxPositions,
          number("rope.freq_base", 10_000),
          scaling(headDim, maxPositions),
          single("attention.layer_norm_rms_epsilon", 1e-6),
          !tensors.containsKey("output.weight"),
          qkvBias,
          outputBias,
          architecture.equals("qwen3"),
          window > 0 ? new SlidingWindow(window, 0) : null);
    } catch (IllegalArgumentException e) {
      throw new InputException(Json.oneLine(file + ": " + e.getMessage()), e);
    }
  }

  /** The Hugging Face model type with the same graph. */
  private String modelType(boolean qkvBias, boolean outputBias, boolean window) {
    if (!architecture.equals("llama")) {
      return architecture;
    }
    return qkvBias && !outputBias ? "qwen2" : window ? "mistral" : "llama";
  }

  private void refuseOthers() {
    if (integer("expert_count", 0) != 0) {
      throw bad("expert_count", "0: mixtures of experts are not supported");
    }
    for (String factor : FACTORS) {
      if (number(factor, 1) != 1) {
        throw bad(factor, "1");
      }
    }
  }

  private RopeScaling scaling(int headDim, int maxPositions) {
    String type = text("rope.scaling.type", "none");
    StoredTensor factors = tensors.get("rope_freqs.weight");
    if (factors != null) {
      if (!type.equals("none")) {
        throw bad("rope.scaling.type", "none beside the tensor rope_freqs.weight");
      }
      return divisors(factors, headDim, maxPositions);
    }
    int original = integer("rope.scaling.original_context_length", maxPositions);
    return switch (type) {
      case "none" -> {
        double old = number("rope.scale_linear", 1);
        yield old == 1 ? new RopeScaling.None() : new RopeScaling.Linear(old);
      }
      case "linear" -> new RopeScaling.Linear(number("rope.scaling.factor", null));
      case "yarn" -> {
        if (has("rope.scaling.yarn_log_multiplier")) {
          throw bad("rope.scaling.yarn_log_multiplier", "nothing");
        }
        double factor = number("rope.scaling.factor", null);
        double attention =
            number("rope.scaling.attn_factor", 1) * number("rope.scaling.yarn_attn_factor", 1);
        yield new RopeScaling.Yarn(
            factor,
            attention * RopeScaling.Yarn.mscale(factor, 1),
            number("rope.scaling.yarn_beta_fast", 32),
            number("rope.scaling.yarn_beta_slow", 1),
            original,
            true);
      }
      default -> throw bad("rope.scaling.type", "none, linear or yarn");
    };
  }

  /** Llama 3.1's scaling, which GGUF files store as a divisor of each frequency. */
  private RopeScaling divisors(StoredTensor tensor, int headDim, int maxPositions) {
    if (tensor.shape().size() != headDim / 2) {
      throw MappedFile.bad(
          file,
          "tensor rope_freqs.weight: shape " + tensor.shape() + ", expected [" + headDim / 2 + "]");
    }
    float[] values = new float[headDim / 2];
    tensor.decode(values);
    List<Double> divisors = new ArrayList<>();
    for (float value : values) {
      divisors.add((double) value);
    }
    return divisors.stream().allMatch(each -> each == 1)
        ? new RopeScaling.None()
        : new RopeScaling.LongRope(divisors, divisors, maxPositions, 1);
  }

  private boolean has(String key) {
    return metadata.containsKey(architecture + "." + key);
  }

  private @Nullable Object value(String key) {
    return metadata.get(architecture + "." + key);
  }

  private int integer(String key, @Nullable Integer whenAbsent) {
    Object value = value(key);
    if (value == null && whenAbsent != null) {
      return whenAbsent;
    }
    // Some converters write one number per layer.
    if (value instanceof int[] numbers && numbers.length > 0) {
      for (int number : numbers) {
        if (number != numbers[0]) {
          throw bad(key, "the same in all layers");
        }
      }
      return numbers[0];
    }
    if (value instanceof Long number && number == number.intValue()) {
      return number.intValue();
    }
    throw bad(key, "an integer");
  }

  private double number(String key, @Nullable Number whenAbsent) {
    Object value = value(key);
    if (value == null && whenAbsent != null) {
      return whenAbsent.doubleValue();
    }
    if (value instanceof Number number && Double.isFinite(number.doubleValue())) {
      return number.doubleValue();
    }
    throw bad(key, "a number");
  }

  private float single(String key, Number whenAbsent) {
    double number = number(key, whenAbsent);
    float single = (float) number;
    if (Float.isInfinite(single) || (single == 0 && number != 0)) {
      throw bad(key, "a number that float32 can hold");
    }
    return single;
  }

  private String text(String key, String whenAbsent) {
    Object value = value(key);
    if (value == null || value instanceof String) {
      return value == null ? whenAbsent : (String) value;
    }
    throw bad(key, "a text");
  }

  private InputException bad(String key, String expected) {
    Object value = value(key);
    String found =
        value == null
            ? "missing"
            : "found " + (value.getClass().isArray() ? "an array" : value.toString());
    return MappedFile.bad(file, architecture + "." + key + ": " + found + ", expected " + expected);
  }
}
