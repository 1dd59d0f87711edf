package io.jackpot.weights;

import io.jackpot.input.InputException;
import io.jackpot.transformer.ModelConfig;
import io.jackpot.transformer.SlidingWindow;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A Hugging Face {@code config.json} as a {@link ModelConfig} and back: model types {@code qwen2},
 * {@code qwen3}, {@code llama} and {@code mistral}, in the style of transformers 4 ({@code
 * rope_theta}) or 5 ({@code rope_parameters}).
 *
 * <p>Missing keys have the defaults of transformers 5. An unsupported setting that would change the
 * computation is an error.
 */
public final class ConfigJson {
  private static final Map<String, String> ARCHITECTURES =
      Map.of(
          "qwen2", "Qwen2ForCausalLM",
          "qwen3", "Qwen3ForCausalLM",
          "llama", "LlamaForCausalLM",
          "mistral", "MistralForCausalLM");

  private final Path file;
  private final JsonPart root;

  private ConfigJson(Path file, ObjectNode root) {
    this.file = file;
    this.root = new JsonPart(file + ": ", root);
  }

  /**
   * Reads a configuration.
   *
   * @throws InputException if the file is missing, damaged or not supported; names the key
   */
  public static ModelConfig read(Path file) {
    return new ConfigJson(file, Json.read(file)).model();
  }

  private ModelConfig model() {
    String type = root.text("model_type", "");
    if (!ARCHITECTURES.containsKey(type)) {
      throw root.at("model_type").expected("qwen2, qwen3, llama or mistral");
    }
    boolean qwen = type.startsWith("qwen");
    int hidden = root.integer("hidden_size", null);
    int heads = root.integer("num_attention_heads", null);
    int layers = root.integer("num_hidden_layers", null);
    int maxPositions = root.integer("max_position_embeddings", maxPositions(type));
    if (heads <= 0) {
      throw root.at("num_attention_heads").expected("an integer above 0");
    }
    int kvHeads =
        root.integer(
            "num_key_value_heads",
            root.node().has("num_key_value_heads") || type.equals("llama") ? heads : qwen ? 32 : 8);
    int headDim = root.integer("head_dim", type.equals("qwen3") ? 128 : hidden / heads);
    checkActivation();
    if (type.equals("llama") && root.flag("mlp_bias", false)) {
      throw root.at("mlp_bias").expected("false");
    }
    if (!root.at("quantization_config").isAbsent()) {
      throw new InputException(
          Json.oneLine(
              "%s: quantization_config: found quant_method %s, expected weights in F32, F16 or BF16; get the model in one of these or as a GGUF file"
                  .formatted(file, root.node().path("quantization_config").path("quant_method"))));
    }
    if (root.number("partial_rotary_factor", 1) != 1) {
      throw root.at("partial_rotary_factor").expected("1");
    }
    boolean attentionBias =
        (type.equals("qwen3") || type.equals("llama")) && root.flag("attention_bias", false);
    RopeJson rope = RopeJson.read(root, maxPositions);
    try {
      return new ModelConfig(
          type,
          root.integer("vocab_size", null),
          hidden,
          root.integer("intermediate_size", null),
          layers,
          heads,
          kvHeads,
          headDim,
          maxPositions,
          rope.theta(),
          rope.scaling(),
          root.single("rms_norm_eps", 1e-6),
          root.flag("tie_word_embeddings", false),
          attentionBias || type.equals("qwen2"),
          attentionBias,
          type.equals("qwen3"),
          window(type, layers));
    } catch (IllegalArgumentException e) {
      throw new InputException(Json.oneLine(file + ": " + e.getMessage()), e);
    }
  }

  private void checkActivation() {
    String activation = root.text("hidden_act", "silu");
    if (!activation.equals("silu") && !activation.equals("swish")) {
      throw root.at("hidden_act").expected("silu");
    }
  }

  /** The default of the Python library transformers. */
  private static int maxPositions(String type) {
    return switch (type) {
      case "llama" -> 2_048;
      case "mistral" -> 131_072;
      default -> 32_768;
    };
  }

  /** Mistral's window holds for all layers, Qwen's from the layer that the settings name. */
  private @Nullable SlidingWindow window(String type, int layers) {
    String key = "sliding_window";
    JsonNode types = root.node().path("layer_types");
    if (!type.startsWith("qwen")) {
      for (JsonNode each : types) {
        if (!isLayer(each, "full_attention")) {
          throw root.at("layer_types").expected("only full_attention");
        }
      }
      int size = root.integer(key, root.node().has(key) ? 0 : 4096);
      boolean none = !type.equals("mistral") || root.node().has(key) && root.at(key).isAbsent();
      return none ? null : new SlidingWindow(size, 0);
    }
    boolean inUse =
        root.flag("use_sliding_window", false)
            && !(root.node().has(key) && root.at(key).isAbsent());
    int from = inUse ? root.integer("max_window_layers", 28) : layers;
    if (types.isArray()) {
      from = 0;
      while (from < types.size() && isLayer(types.path(from), "full_attention")) {
        from++;
      }
      for (int i = from; i < types.size(); i++) {
        if (!inUse || !isLayer(types.path(i), "sliding_attention")) {
          throw root.at("layer_types")
              .expected("full_attention first, then sliding_attention with a sliding_window");
        }
      }
    }
    return inUse && from < layers ? new SlidingWindow(root.integer(key, 4096), from) : null;
  }

  private static boolean isLayer(JsonNode node, String kind) {
    return node.isString() && node.stringValue().equals(kind);
  }

  /**
   * Writes a file that {@link #read} and transformers 4 and 5 read.
   *
   * @param ids adds the ids of special tokens
   * @param stored the number format of the weights
   * @throws InputException if the file cannot be written
   */
  public static void write(
      Path file, ModelConfig config, Consumer<ObjectNode> ids, StoredType stored) {
    String type = config.modelType();
    String architecture = ARCHITECTURES.get(type);
    if (architecture == null) {
      throw new IllegalArgumentException("model type " + type);
    }
    SlidingWindow window = config.slidingWindow();
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
        // Converted through its decimal form: 1e-6f as a double is 9.999999974752427e-7.
        .put("rms_norm_eps", Double.parseDouble(Float.toString(config.rmsNormEpsilon())))
        .put("tie_word_embeddings", config.tiedEmbeddings())
        .put("hidden_act", "silu")
        .put("sliding_window", window == null ? null : window.size())
        .put("attention_dropout", 0.0)
        .put("torch_dtype", stored.torchName())
        .put("use_cache", true);
    ids.accept(root);
    if (type.startsWith("qwen")) {
      root.put("use_sliding_window", window != null);
      root.put("max_window_layers", window == null ? config.layers() : window.fromLayer());
    }
    RopeJson.write(root, config.ropeScaling());
    if (type.equals("qwen3") || type.equals("llama")) {
      root.put("attention_bias", config.outputBias());
    }
    Json.write(file, root);
  }
}
