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

  private final JsonFields config;
  private final String type;
  private final boolean qwen;

  private ConfigJson(JsonFields config) {
    this.config = config;
    this.type = config.text("model_type", "");
    this.qwen = type.startsWith("qwen");
    if (!ARCHITECTURES.containsKey(type)) {
      throw config.bad("model_type", "qwen2, qwen3, llama or mistral");
    }
  }

  /**
   * @throws InputException if the file is missing or damaged, or asks for what is not supported;
   *     names the key
   */
  public static ModelConfig read(Path file) {
    ConfigJson config = new ConfigJson(new JsonFields(file, Json.read(file)));
    try {
      return config.model();
    } catch (IllegalArgumentException e) {
      throw new InputException(Json.oneLine(file + ": " + e.getMessage()), e);
    }
  }

  private ModelConfig model() {
    int hidden = config.integer("hidden_size", null);
    int heads = config.integer("num_attention_heads", null);
    int layers = config.integer("num_hidden_layers", null);
    int maxPositions = config.integer("max_position_embeddings", null);
    if (heads <= 0) {
      throw config.bad("num_attention_heads", "an integer above 0");
    }
    RopeJson rope = RopeJson.read(config, maxPositions);
    boolean kvHeadsGiven = config.object().has("num_key_value_heads");
    int kvHeads =
        config.integer(
            "num_key_value_heads", kvHeadsGiven || type.equals("llama") ? heads : qwen ? 32 : 8);
    checkSupported();
    boolean attentionBias =
        config.flag("attention_bias", false) && (type.equals("qwen3") || type.equals("llama"));
    return new ModelConfig(
        type,
        config.integer("vocab_size", null),
        hidden,
        config.integer("intermediate_size", null),
        layers,
        heads,
        kvHeads,
        config.integer("head_dim", type.equals("qwen3") ? 128 : hidden / heads),
        Math.min(maxPositions, window(layers)),
        rope.theta(),
        rope.scaling(),
        (float) config.number("rms_norm_eps", 1e-6),
        config.flag("tie_word_embeddings", false),
        attentionBias || type.equals("qwen2"),
        attentionBias,
        type.equals("qwen3"));
  }

  private void checkSupported() {
    String activation = config.text("hidden_act", "silu");
    if (!activation.equals("silu") && !activation.equals("swish")) {
      throw config.bad("hidden_act", "silu");
    }
    if (type.equals("llama") && config.flag("mlp_bias", false)) {
      throw config.bad("mlp_bias", "false");
    }
    if (!config.isNull("quantization_config")) {
      throw config.bad("quantization_config", "none: quantized weights are not supported");
    }
  }

  /**
   * How many positions a token sees at the most where a layer has a sliding window. Sequences of up
   * to so many are computed exactly, and longer ones not at all.
   */
  private int window(int layers) {
    boolean sliding =
        !qwen
            || (config.flag("use_sliding_window", false)
                && config.integer("max_window_layers", 28) < layers);
    for (JsonNode layer : config.object().path("layer_types")) {
      String kind = layer.isString() ? layer.stringValue() : "";
      if (!kind.equals("full_attention") && !kind.equals("sliding_attention")) {
        throw config.bad("layer_types", "full_attention or sliding_attention");
      }
      sliding |= kind.equals("sliding_attention");
    }
    String key = "sliding_window";
    boolean asMistral = type.equals("mistral") && !config.object().has(key);
    return sliding ? config.integer(key, asMistral ? 4096 : Integer.MAX_VALUE) : Integer.MAX_VALUE;
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
    root.set("rope_scaling", RopeJson.write(config.ropeScaling()));
    if (type.startsWith("qwen")) {
      root.put("use_sliding_window", false);
    }
    if (type.equals("qwen3") || type.equals("llama")) {
      root.put("attention_bias", config.outputBias());
    }
    Json.write(file, root);
  }
}
