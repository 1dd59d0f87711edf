package io.jackpot.transformer;

import io.jackpot.tensor.Shape;
import io.jackpot.tensor.Tensor;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * A model's tensors by their Hugging Face names, in a fixed order: {@code
 * model.layers.0.self_attn.q_proj.weight [heads × headDim, hiddenSize]} and so on, see {@link
 * #shapes}. Gradients and optimizer moments are {@code Parameters} of the same names and shapes.
 */
public final class Parameters {
  private final Map<String, Tensor> tensors;

  private Parameters(Map<String, Tensor> tensors) {
    this.tensors = tensors;
  }

  /** Names and shapes of every parameter of {@code config}, in order. */
  public static Map<String, Shape> shapes(ModelConfig config) {
    Map<String, Shape> shapes = new LinkedHashMap<>();
    int dim = config.hiddenSize();
    int q = config.heads() * config.headDim();
    int kv = config.kvHeads() * config.headDim();
    shapes.put("model.embed_tokens.weight", Shape.of(config.vocabularySize(), dim));
    for (int layer = 0; layer < config.layers(); layer++) {
      String prefix = "model.layers." + layer + ".";
      shapes.put(prefix + "input_layernorm.weight", Shape.of(dim));
      shapes.put(prefix + "self_attn.q_proj.weight", Shape.of(q, dim));
      shapes.put(prefix + "self_attn.k_proj.weight", Shape.of(kv, dim));
      shapes.put(prefix + "self_attn.v_proj.weight", Shape.of(kv, dim));
      if (config.qkvBias()) {
        shapes.put(prefix + "self_attn.q_proj.bias", Shape.of(q));
        shapes.put(prefix + "self_attn.k_proj.bias", Shape.of(kv));
        shapes.put(prefix + "self_attn.v_proj.bias", Shape.of(kv));
      }
      if (config.qkNorm()) {
        shapes.put(prefix + "self_attn.q_norm.weight", Shape.of(config.headDim()));
        shapes.put(prefix + "self_attn.k_norm.weight", Shape.of(config.headDim()));
      }
      shapes.put(prefix + "self_attn.o_proj.weight", Shape.of(dim, q));
      if (config.outputBias()) {
        shapes.put(prefix + "self_attn.o_proj.bias", Shape.of(dim));
      }
      shapes.put(prefix + "post_attention_layernorm.weight", Shape.of(dim));
      shapes.put(prefix + "mlp.gate_proj.weight", Shape.of(config.intermediateSize(), dim));
      shapes.put(prefix + "mlp.up_proj.weight", Shape.of(config.intermediateSize(), dim));
      shapes.put(prefix + "mlp.down_proj.weight", Shape.of(dim, config.intermediateSize()));
    }
    shapes.put("model.norm.weight", Shape.of(dim));
    if (!config.tiedEmbeddings()) {
      shapes.put("lm_head.weight", Shape.of(config.vocabularySize(), dim));
    }
    return shapes;
  }

  /**
   * Parameters with tensors from {@code source}, which maps names to tensors.
   *
   * @throws IllegalArgumentException if a tensor's shape is not what {@code config} says
   */
  public static Parameters of(ModelConfig config, Function<String, Tensor> source) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    shapes(config)
        .forEach((name, shape) -> {
          Tensor tensor = source.apply(name);
          if (!tensor.shape().equals(shape)) {
            throw new IllegalArgumentException(
                name + ": shape " + tensor.shape() + ", expected " + shape);
          }
          tensors.put(name, tensor);
        });
    return new Parameters(Collections.unmodifiableMap(tensors));
  }

  /** Parameters of zeros, for gradients and moments. */
  public static Parameters zeros(ModelConfig config) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    shapes(config).forEach((name, shape) -> tensors.put(name, Tensor.zeros(shape.dims())));
    return new Parameters(Collections.unmodifiableMap(tensors));
  }

  /**
   * The tensor of a parameter.
   *
   * @throws IllegalArgumentException if there is no such parameter
   */
  public Tensor get(String name) {
    Tensor tensor = tensors.get(name);
    if (tensor == null) {
      throw new IllegalArgumentException("no parameter named " + name);
    }
    return tensor;
  }

  /** Every tensor by name, in order; unmodifiable. */
  public Map<String, Tensor> tensors() {
    return tensors;
  }

  /** The name of the first tensor that holds NaN or infinity; empty if none does. */
  public Optional<String> firstNonFinite() {
    return tensors.entrySet().stream()
        .filter(entry -> !entry.getValue().isFinite())
        .map(Map.Entry::getKey)
        .findFirst();
  }

  /** Number of elements of all tensors. */
  public long count() {
    return tensors.values().stream().mapToLong(Tensor::size).sum();
  }
}
