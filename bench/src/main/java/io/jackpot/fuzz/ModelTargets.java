package io.jackpot.fuzz;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jackpot.fuzz.Target.Input;
import io.jackpot.weights.ModelFolder;
import io.jackpot.weights.Tokenizer;
import io.jackpot.weights.Tokenizers;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;

/** Models: configurations, weights, tokenizers. */
final class ModelTargets {
  private static final String CONFIG = "config.json";
  private static final String WEIGHTS = "model.safetensors";
  private static final String INDEX = "model.safetensors.index.json";
  private static final String GENERATION = "generation_config.json";
  private static final String TOKENIZER = "tokenizer.json";
  private static final String TOKENIZER_CONFIG = "tokenizer_config.json";

  private static final JsonNode MODEL =
      JsonText.valid(
          """
          {"model_type": "qwen3", "vocab_size": 9, "hidden_size": 4, "intermediate_size": 8,
           "num_hidden_layers": 1, "num_attention_heads": 2, "num_key_value_heads": 1, "head_dim": 2,
           "max_position_embeddings": 64, "rope_theta": 10000.0, "rms_norm_eps": 1e-6,
           "rope_scaling": {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 16},
           "tie_word_embeddings": true, "hidden_act": "silu", "sliding_window": null, "eos_token_id": [7, 8],
           "use_sliding_window": false, "attention_bias": false, "layer_types": ["full_attention"]}
          """);
  private static final JsonNode TOKENIZER_JSON =
      JsonText.valid(
          """
          {"version": "1.0", "truncation": null, "padding": null,
           "added_tokens": [{"id": 8, "content": "<e>", "special": true, "single_word": false,
             "lstrip": false, "rstrip": true, "normalized": false}],
           "normalizer": {"type": "Sequence", "normalizers": [{"type": "NFC"}, {"type": "Prepend", "prepend": "a"},
             {"type": "Replace", "pattern": {"String": " "}, "content": "b"}]},
           "pre_tokenizer": {"type": "Sequence", "pretokenizers": [
             {"type": "Split", "pattern": {"Regex": "\\\\p{L}+|\\\\s+"}, "behavior": "Isolated", "invert": false},
             {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": false}]},
           "post_processor": {"type": "TemplateProcessing", "single": [{"Sequence": {"id": "A", "type_id": 0}},
             {"SpecialToken": {"id": "<e>", "type_id": 0}}], "pair": [],
             "special_tokens": {"<e>": {"id": "<e>", "ids": [8], "tokens": ["<e>"]}}},
           "decoder": {"type": "ByteLevel"},
           "model": {"type": "BPE", "dropout": null, "unk_token": null, "byte_fallback": false, "fuse_unk": false,
             "ignore_merges": false,
             "vocab": {"a": 0, "b": 1, "c": 2, "d": 3, "ab": 4, "abc": 5, "é": 6, "x": 7},
             "merges": [["a", "b"], "ab c"]}}
          """);
  private static final JsonNode GENERATION_JSON =
      JsonText.valid("{\"eos_token_id\": [7, 8], \"temperature\": 0.6, \"top_k\": 20}");
  private static final JsonNode TOKENIZER_CONFIG_JSON =
      JsonText.valid(
          "{\"eos_token\": {\"content\": \"<e>\"}, \"bos_token\": null, \"chat_template\": [{\"name\": \"default\", \"template\": \"{{ messages }}\"}]}");

  private ModelTargets() {}

  static List<Target> all() {
    Map<String, byte[]> valid = valid();
    return List.of(
        new Target(
            "config.json",
            Known.json(CONFIG, valid),
            choices -> with(CONFIG, JsonText.changed(choices, MODEL)),
            ModelFolder::load),
        new Target(
            "generation_config.json",
            Known.json(GENERATION, valid),
            choices -> with(GENERATION, JsonText.changed(choices, GENERATION_JSON)),
            ModelFolder::load),
        new Target(
            "tokenizer_config.json",
            Known.json(TOKENIZER_CONFIG, valid),
            choices -> with(TOKENIZER_CONFIG, JsonText.changed(choices, TOKENIZER_CONFIG_JSON)),
            folder -> {
              ModelFolder.load(folder);
              io.jackpot.prompts.ChatTemplate.find(folder, java.time.LocalDateTime.MIN);
            }),
        new Target(
            "safetensors index",
            Known.json(INDEX, shards(valid)),
            choices -> {
              Map<String, byte[]> files = shards(valid);
              files.put(
                  INDEX,
                  JsonText.changed(choices, JsonText.valid(new String(files.get(INDEX), UTF_8))));
              return new Input(files);
            },
            ModelFolder::load),
        new Target(
            "safetensors",
            inputs(SafetensorsAttacks.all(), file -> with(WEIGHTS, file)),
            choices -> {
              byte[] file = safetensors(choices, 8);
              return with(WEIGHTS, choices.oneIn(4) ? choices.damaged(file) : file);
            },
            ModelFolder::load),
        new Target(
            "GGUF",
            inputs(GgufAttacks.all(), file -> Input.of(GgufFile.FILE, file)),
            GgufFile::input,
            GgufFile::read),
        new Target(
            "tokenizer.json",
            Known.json(TOKENIZER, valid),
            choices -> with(TOKENIZER, JsonText.changed(choices, TOKENIZER_JSON)),
            ModelTargets::tokenize));
  }

  private static Map<String, Supplier<Input>> inputs(
      Map<String, Supplier<byte[]>> files, Function<byte[], Input> input) {
    Map<String, Supplier<Input>> inputs = new LinkedHashMap<>();
    files.forEach((what, file) -> inputs.put(what, () -> input.apply(file.get())));
    return inputs;
  }

  private static void tokenize(Path folder) {
    Tokenizer tokenizer = Tokenizers.load(folder);
    for (String text :
        List.of("abc <e> é\uD83D\uDE00 x", "ab".repeat(20_000), " ".repeat(20_000))) {
      tokenizer.decode(tokenizer.encode(text));
    }
  }

  private static Map<String, byte[]> valid() {
    Map<String, byte[]> files = new LinkedHashMap<>();
    files.put(CONFIG, MODEL.toString().getBytes(UTF_8));
    files.put(WEIGHTS, safetensors(new Choices(0), Integer.MAX_VALUE));
    files.put(TOKENIZER, TOKENIZER_JSON.toString().getBytes(UTF_8));
    files.put(GENERATION, GENERATION_JSON.toString().getBytes(UTF_8));
    files.put(TOKENIZER_CONFIG, TOKENIZER_CONFIG_JSON.toString().getBytes(UTF_8));
    return files;
  }

  /** The valid model with its weights behind an index. */
  private static Map<String, byte[]> shards(Map<String, byte[]> valid) {
    Map<String, byte[]> files = new LinkedHashMap<>(valid);
    String shard = "model-00001-of-00001.safetensors";
    files.put(shard, files.remove(WEIGHTS));
    StringBuilder map = new StringBuilder();
    shapes()
        .keySet()
        .forEach(name ->
            map.append(map.isEmpty() ? "" : ", ").append("\"" + name + "\": \"" + shard + "\""));
    files.put(
        INDEX,
        ("{\"metadata\": {\"total_size\": 1}, \"weight_map\": {" + map + "}}").getBytes(UTF_8));
    return files;
  }

  private static Input with(String name, byte[] content) {
    Map<String, byte[]> files = valid();
    files.put(name, content);
    return new Input(files);
  }

  private static Map<String, int[]> shapes() {
    Map<String, int[]> shapes = new LinkedHashMap<>();
    String layer = "model.layers.0.";
    shapes.put("model.embed_tokens.weight", new int[] {9, 4});
    shapes.put(layer + "input_layernorm.weight", new int[] {4});
    shapes.put(layer + "self_attn.q_proj.weight", new int[] {4, 4});
    shapes.put(layer + "self_attn.k_proj.weight", new int[] {2, 4});
    shapes.put(layer + "self_attn.v_proj.weight", new int[] {2, 4});
    shapes.put(layer + "self_attn.q_norm.weight", new int[] {2});
    shapes.put(layer + "self_attn.k_norm.weight", new int[] {2});
    shapes.put(layer + "self_attn.o_proj.weight", new int[] {4, 4});
    shapes.put(layer + "post_attention_layernorm.weight", new int[] {4});
    shapes.put(layer + "mlp.gate_proj.weight", new int[] {8, 4});
    shapes.put(layer + "mlp.up_proj.weight", new int[] {8, 4});
    shapes.put(layer + "mlp.down_proj.weight", new int[] {4, 8});
    shapes.put("model.norm.weight", new int[] {4});
    return shapes;
  }

  private static byte[] safetensors(Choices choices, int oneIn) {
    StringBuilder header = new StringBuilder("{\"__metadata__\": {\"format\": \"pt\"}");
    int end = 0;
    for (Map.Entry<String, int[]> each : shapes().entrySet()) {
      int size = 4;
      for (int dim : each.getValue()) {
        size *= dim;
      }
      header.append(
          ", \"%s\": {\"dtype\": \"F32\", \"shape\": %s, \"data_offsets\": [%d, %d]}"
              .formatted(
                  each.getKey(), java.util.Arrays.toString(each.getValue()), end, end + size));
      end += size;
    }
    String text = header + "}";
    byte[] json =
        (oneIn == Integer.MAX_VALUE ? text : JsonText.text(choices, JsonText.valid(text)))
            .getBytes(UTF_8);
    return new Bytes(choices, oneIn).int64(json.length).raw(json).raw(new byte[end]).done();
  }
}
