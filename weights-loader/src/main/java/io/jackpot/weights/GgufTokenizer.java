package io.jackpot.weights;

import io.jackpot.input.InputException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Converts the tokenizer in a GGUF file to a {@code tokenizer.json}, so that there is one kind of
 * tokenizer and it can be saved.
 *
 * <p>The model {@code gpt2} is byte-level BPE with a named pre-tokenizer; {@code llama} is
 * SentencePiece BPE, whose merges follow from the scores of the pieces.
 */
final class GgufTokenizer {
  private static final String PREFIX = "tokenizer.ggml.";

  /** Token types as GGUF numbers them. */
  private static final int UNKNOWN = 2;

  private static final int CONTROL = 3;
  private static final int USER_DEFINED = 4;
  private static final int UNUSED = 5;

  /** Far longer than SentencePiece's pieces. */
  private static final int LONGEST_PIECE = 512;

  /** Control tokens that end a turn even if the file does not say so. */
  private static final Set<String> ENDS =
      Set.of("<|im_end|>", "<|eot_id|>", "<|eom_id|>", "<|end_of_text|>", "<|endoftext|>");

  private final GgufMetadata metadata;
  private final String[] tokens;
  private final int[] types;
  private final ObjectNode root = Json.object();
  private final ObjectNode model = Json.object();

  private GgufTokenizer(GgufMetadata metadata) {
    this.metadata = metadata;
    tokens = metadata.texts("tokens");
    int[] given = metadata.has("token_type") ? metadata.numbers("token_type") : new int[0];
    if (given.length != 0 && given.length != tokens.length) {
      throw metadata.error(
          "token_type", "found " + given.length + ", expected one for each of " + tokens.length);
    }
    types = given.length == 0 ? new int[tokens.length] : given;
  }

  /**
   * Reads a tokenizer.
   *
   * @param metadata as {@link Gguf#metadata} returns it
   * @param where the file, for messages
   * @throws InputException if there is no tokenizer, or it is damaged or of a kind that is not
   *     supported
   */
  static Tokenizer read(Map<String, Object> metadata, String where) {
    GgufTokenizer made = new GgufTokenizer(new GgufMetadata(metadata, PREFIX, where));
    made.write();
    Map<String, byte[]> files =
        Map.of(
            TokenizerFolder.GENERATION_CONFIG, Json.bytes(made.generation()),
            TokenizerFolder.TOKENIZER_CONFIG, Json.bytes(made.config()));
    return TokenizerReader.read(
        Json.bytes(made.root), where, new TokenizerFolder(Path.of("tokenizer of " + where), files));
  }

  private void write() {
    String kind = metadata.text("model");
    root.put("version", "1.0").putNull("truncation").putNull("padding");
    addSpecialTokens();
    model.put("type", "BPE").putNull("dropout");
    boolean begins;
    if (kind.equals("gpt2")) {
      begins = GgufPreTokenizer.of(metadata).write(root, model);
      addVocabulary();
      ArrayNode merges = model.putArray("merges");
      for (String merge : metadata.texts("merges")) {
        merges.add(merge);
      }
    } else if (kind.equals("llama")) {
      begins = true;
      writeSentencePiece();
    } else {
      throw metadata.error("model", "found \"" + kind + "\", expected gpt2 or llama");
    }
    writePostProcessor(
        metadata.flag("add_bos_token", begins), metadata.flag("add_eos_token", false));
    root.set("model", model);
  }

  /** Whether an id only pads the vocabulary. */
  private boolean isPadding(int id) {
    return types[id] == UNUSED && tokens[id].equals("[PAD" + id + "]");
  }

  private void addSpecialTokens() {
    ArrayNode added = root.putArray("added_tokens");
    for (int id = 0; id < tokens.length; id++) {
      boolean special = types[id] == CONTROL || types[id] == UNKNOWN;
      if ((special || types[id] == USER_DEFINED) && !tokens[id].isEmpty()) {
        ObjectNode token = added.addObject().put("id", id).put("content", tokens[id]);
        for (String flag : List.of("single_word", "lstrip", "rstrip", "normalized")) {
          token.put(flag, false);
        }
        token.put("special", special);
      }
    }
  }

  private Map<String, Integer> addVocabulary() {
    Map<String, Integer> ids = new HashMap<>();
    ObjectNode vocabulary = model.putObject("vocab");
    for (int id = 0; id < tokens.length; id++) {
      if (!isPadding(id)) {
        if (ids.put(tokens[id], id) != null) {
          throw metadata.error("tokens", "\"" + tokens[id] + "\" occurs twice");
        }
        vocabulary.put(tokens[id], id);
      }
    }
    return ids;
  }

  private void writeSentencePiece() {
    ArrayNode normalizers =
        root.putObject("normalizer").put("type", "Sequence").putArray("normalizers");
    boolean prefix = metadata.flag("add_space_prefix", true);
    if (prefix) {
      normalizers.addObject().put("type", "Prepend").put("prepend", "▁");
    }
    replace(normalizers.addObject(), " ", "▁");
    ArrayNode decoders = root.putObject("decoder").put("type", "Sequence").putArray("decoders");
    replace(decoders.addObject(), "▁", " ");
    decoders.addObject().put("type", "ByteFallback");
    decoders.addObject().put("type", "Fuse");
    if (prefix) {
      decoders.addObject().put("type", "Strip").put("content", " ").put("start", 1).put("stop", 0);
    }
    int unknown = metadata.has("unknown_token_id") ? id("unknown_token_id") : 0;
    model.put("unk_token", tokens.length == 0 ? null : tokens[unknown]);
    model.put("fuse_unk", true).put("byte_fallback", true);
    addMerges(addVocabulary());
  }

  private static void replace(ObjectNode node, String text, String content) {
    node.put("type", "Replace").putObject("pattern").put("String", text);
    node.put("content", content);
  }

  private record Merge(String left, String right, float score) {}

  /** All ways to form a piece from two, in descending order of score. */
  private void addMerges(Map<String, Integer> ids) {
    float[] scores = metadata.decimals("scores");
    if (scores.length != tokens.length) {
      throw metadata.error(
          "scores", "found " + scores.length + ", expected one for each of " + tokens.length);
    }
    List<Merge> merges = new ArrayList<>();
    for (int id = 0; id < tokens.length; id++) {
      String piece = tokens[id];
      if (types[id] == CONTROL || types[id] == USER_DEFINED || types[id] == UNKNOWN) {
        continue;
      }
      if (piece.length() > LONGEST_PIECE) {
        throw metadata.error(
            "tokens",
            "a piece of " + piece.length() + " characters, expected " + LONGEST_PIECE + " at most");
      }
      List<Merge> ways = new ArrayList<>();
      for (int i = 1; i < piece.length(); i++) {
        String left = piece.substring(0, i);
        String right = piece.substring(i);
        if (ids.containsKey(left) && ids.containsKey(right)) {
          ways.add(new Merge(left, right, scores[id]));
        }
      }
      ways.sort(Comparator.comparing(way -> ids.get(way.left)));
      merges.addAll(ways);
    }
    merges.sort(
        Comparator.comparingDouble(Merge::score)
            .thenComparingInt(merge -> length(merge.left))
            .thenComparingInt(merge -> length(merge.right))
            .reversed());
    ArrayNode all = model.putArray("merges");
    merges.forEach(merge -> all.addArray().add(merge.left).add(merge.right));
  }

  private static int length(String piece) {
    return piece.codePointCount(0, piece.length());
  }

  private int id(String key) {
    int id = metadata.number(key);
    if (id < 0 || id >= tokens.length) {
      throw metadata.error(key, "found " + id + ", expected an id below " + tokens.length);
    }
    return id;
  }

  private @Nullable Integer optionalId(String key) {
    return metadata.has(key) ? (Integer) id(key) : null;
  }

  private void writePostProcessor(boolean begin, boolean end) {
    ObjectNode processor = Json.object().put("type", "TemplateProcessing");
    ArrayNode single = processor.putArray("single");
    ArrayNode pair = processor.putArray("pair");
    ObjectNode special = processor.putObject("special_tokens");
    @Nullable Integer bos = begin ? optionalId("bos_token_id") : null;
    @Nullable Integer eos = end ? optionalId("eos_token_id") : null;
    for (String sequence : List.of("A", "B")) {
      int type = sequence.equals("A") ? 0 : 1;
      List<ArrayNode> templates = type == 0 ? List.of(single, pair) : List.of(pair);
      for (ArrayNode template : templates) {
        addSpecial(template, special, bos, type);
        template.addObject().putObject("Sequence").put("id", sequence).put("type_id", type);
        addSpecial(template, special, eos, type);
      }
    }
    root.set("post_processor", bos == null && eos == null ? root.nullNode() : processor);
  }

  private void addSpecial(ArrayNode template, ObjectNode special, @Nullable Integer id, int type) {
    if (id != null) {
      template.addObject().putObject("SpecialToken").put("id", tokens[id]).put("type_id", type);
      ObjectNode token = special.putObject(tokens[id]).put("id", tokens[id]);
      token.putArray("ids").add(id);
      token.putArray("tokens").add(tokens[id]);
    }
  }

  /** The {@code generation_config.json} with the tokens that end a sequence. */
  private ObjectNode generation() {
    ObjectNode generation = Json.object();
    ArrayNode ends = generation.putArray("eos_token_id");
    for (String key : List.of("eos_token_id", "eot_token_id", "eom_token_id")) {
      if (metadata.has(key)) {
        ends.add(id(key));
      }
    }
    for (int id = 0; id < tokens.length; id++) {
      if (types[id] == CONTROL && ENDS.contains(tokens[id])) {
        ends.add(id);
      }
    }
    return generation;
  }

  /** The {@code tokenizer_config.json} that Python needs as well. */
  private ObjectNode config() {
    ObjectNode config = Json.object().put("tokenizer_class", "PreTrainedTokenizerFast");
    for (String name : List.of("bos", "eos", "padding", "unknown")) {
      @Nullable Integer id = optionalId(name + "_token_id");
      if (id != null) {
        String key = name.equals("padding") ? "pad" : name.equals("unknown") ? "unk" : name;
        config.put(key + "_token", tokens[id]);
      }
    }
    config.put("clean_up_tokenization_spaces", false);
    @Nullable String template = metadata.textOrNull("tokenizer.chat_template");
    return template == null ? config : config.put("chat_template", template);
  }
}
