package io.jackpot.weights;

import io.jackpot.tensor.InputException;
import io.jackpot.transformer.ModelConfig;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A Hugging Face {@code config.json} as a {@link ModelConfig} and back: model types {@code qwen2},
 * {@code qwen3}, {@code llama} and {@code mistral}, in the style of transformers 4 ({@code
 * rope_theta}) or 5 ({@code rope_parameters}).
 *
 * <p>Keys that may be missing have the default that transformers 5 gives them. What would change
 * the computation and is not supported is an error, never ignored.
 */
public final class ConfigJson {
  private static final Map<String, String> ARCHITECTURES =
      Map.of(
          "qwen2", "Qwen2ForCausalLM",
          "qwen3", "Qwen3ForCausalLM",
          "llama", "LlamaForCausalLM",
          "mistral", "MistralForCausalLM");

  private final Path file;
  private final ObjectNode root;

  private ConfigJson(Path file, ObjectNode root) {
    this.file = file;
    this.root = root;
  }

  /**
   * @throws InputException if the file is missing or damaged, or asks for what is not supported;
   *     names the key
   */
  public static ModelConfig read(Path file) {
    return new ConfigJson(file, Json.read(file)).model();
  }

  private ModelConfig model() {
    String type = text("model_type", "");
    if (!ARCHITECTURES.containsKey(type)) {
      throw bad("model_type", "qwen2, qwen3, llama or mistral");
    }
    boolean qwen = type.startsWith("qwen");
    int hidden = integer("hidden_size", null);
    int heads = integer("num_attention_heads", null);
    int layers = integer("num_hidden_layers", null);
    int maxPositions = integer("max_position_embeddings", null);
    if (heads <= 0) {
      throw bad("num_attention_heads", "an integer above 0");
    }
    int kvHeads =
        integer(
            "num_key_value_heads",
            has("num_key_value_heads") || type.equals("llama") ? heads : qwen ? 32 : 8);
    int headDim = integer("head_dim", type.equals("qwen3") ? 128 : hidden / heads);
    checkActivation();
    checkBiasOfMlp(type);
    checkWindow(qwen, layers, maxPositions);
    if (!isNull("quantization_config")) {
      throw bad("quantization_config", "none: quantized weights are not supported");
    }
    boolean attentionBias =
        flag("attention_bias") && (type.equals("qwen3") || type.equals("llama"));
    try {
      return new ModelConfig(
          type,
          integer("vocab_size", null),
          hidden,
          integer("intermediate_size", null),
          layers,
          heads,
          kvHeads,
          headDim,
          maxPositions,
          ropeTheta(),
          (float) number(root, "rms_norm_eps", 1e-6),
          flag("tie_word_embeddings"),
          attentionBias || type.equals("qwen2"),
          attentionBias,
          type.equals("qwen3"));
    } catch (IllegalArgumentException e) {
      throw new InputException(Json.oneLine(file + ": " + e.getMessage()), e);
    }
  }

  private void checkActivation() {
    String activation = text("hidden_act", "silu");
    if (!activation.equals("silu") && !activation.equals("swish")) {
      throw bad("hidden_act", "silu");
    }
  }

  private void checkBiasOfMlp(String type) {
    if (type.equals("llama") && flag("mlp_bias")) {
      throw bad("mlp_bias", "false");
    }
  }

  /** A window as long as the longest sequence changes nothing. */
  private void checkWindow(boolean qwen, int layers, int maxPositions) {
    String key = "sliding_window";
    int whenAbsent = qwen || has(key) ? Integer.MAX_VALUE : 4096;
    boolean inUse =
        !qwen || (flag("use_sliding_window") && integer("max_window_layers", 28) < layers);
    if (inUse && integer(key, whenAbsent) < maxPositions) {
      throw bad(key, "null or at least max_position_embeddings");
    }
    for (JsonNode layer : root.path("layer_types")) {
      if (!layer.isString() || !layer.stringValue().equals("full_attention")) {
        throw bad("layer_types", "only full_attention");
      }
    }
  }

  private double ropeTheta() {
    double theta = number(root, "rope_theta", 10_000);
    for (String key : new String[] {"rope_parameters", "rope_scaling"}) {
      JsonNode rope = root.path(key);
      JsonNode kind = rope.has("rope_type") ? rope.path("rope_type") : rope.path("type");
      boolean isDefault =
          kind.isMissingNode() || (kind.isString() && kind.stringValue().equals("default"));
      if (!(isNull(key) || rope.isObject()) || !isDefault) {
        throw bad(key, "rope_type default: scaled rotary positions are not supported");
      }
      if (number(rope, "partial_rotary_factor", 1) != 1) {
        throw bad(key, "partial_rotary_factor 1");
      }
      theta = number(rope, "rope_theta", theta);
    }
    if (number(root, "partial_rotary_factor", 1) != 1) {
      throw bad("partial_rotary_factor", "1");
    }
    if (!(theta > 0)) {
      throw new InputException(file + ": rope_theta: found " + theta + ", expected above 0");
    }
    return theta;
  }

  private boolean has(String key) {
    return root.has(key);
  }

  /** Missing and {@code null} are the same. */
  private boolean isNull(String key) {
    return isNull(root.path(key));
  }

  private static boolean isNull(JsonNode node) {
    return node.isMissingNode() || node.isNull();
  }

  private int integer(String key, @Nullable Integer whenAbsent) {
    JsonNode node = root.path(key);
    if (isNull(node) && whenAbsent != null) {
      return whenAbsent;
    }
    if (!node.isIntegralNumber() || !node.canConvertToInt()) {
      throw bad(key, "an integer");
    }
    return node.intValue();
  }

  private double number(JsonNode parent, String key, double whenAbsent) {
    JsonNode node = parent.path(key);
    if (isNull(node)) {
      return whenAbsent;
    }
    if (!node.isNumber() || !Double.isFinite(node.doubleValue())) {
      throw bad(key, node, "a number");
    }
    return node.doubleValue();
  }

  private String text(String key, String whenAbsent) {
    JsonNode node = root.path(key);
    if (isNull(node)) {
      return whenAbsent;
    }
    if (!node.isString()) {
      throw bad(key, "a string");
    }
    return node.stringValue();
  }

  private boolean flag(String key) {
    JsonNode node = root.path(key);
    if (isNull(node)) {
      return false;
    }
    if (!node.isBoolean()) {
      throw bad(key, "true or false");
    }
    return node.booleanValue();
  }

  private InputException bad(String key, String expected) {
    return bad(key, root.path(key), expected);
  }

  private InputException bad(String key, JsonNode node, String expected) {
    String found = isNull(node) ? "missing" : "found " + node;
    return new InputException(
        Json.oneLine(file + ": " + key + ": " + found + ", expected " + expected));
  }

  /**
   * Writes what {@link #read} reads and transformers (4 and 5) opens.
   *
   * @param endId the token that ends a sequence; null if there is none
   * @param stored how the weights beside it are stored
   * @throws InputException if the file cannot be written
   */
  public static void write(
      Path file, ModelConfig config, @Nullable Integer endId, StoredType stored) {
    String type = config.modelType();
    String architecture = ARCHITECTURES.get(type);
    if (architecture == null) {
      throw new IllegalArgumentException("model type " + type);
    }
    ObjectNode root = Json.object();
    root.putArray("architectures").add(architecture);
    root.put("model_type", type)
        .put("vocab_size", config.vocabularySize())
        .put("hidden_size", config.hiddenSize())
        .put("intermediate_size", config.intermediateSize())
        .put("num_hidden_layers", config.layers())
        .put("num_attention_heads", config.heads())
        .put("num_key_value_heads", config.kvHeads())
        .put("head_dim", config.headDim())
        .put("max_position_embeddings", config.maxPositions())
        .put("rope_theta", config.ropeTheta())
        // Through its decimal form: 1e-6f as a double would be 9.999999974752427e-7.
        .put("rms_norm_eps", Double.parseDouble(Float.toString(config.rmsNormEpsilon())))
        .put("tie_word_embeddings", config.tiedEmbeddings())
        .put("hidden_act", "silu")
        .putNull("sliding_window")
        .put("attention_dropout", 0.0)
        .put("torch_dtype", stored.torchName())
        .put("use_cache", true)
        .putNull("bos_token_id")
        .put("eos_token_id", endId);
    if (type.startsWith("qwen")) {
      root.put("use_sliding_window", false);
    }
    if (type.equals("qwen3") || type.equals("llama")) {
      root.put("attention_bias", config.outputBias());
    }
    Json.write(file, root);
  }
}
