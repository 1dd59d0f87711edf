package io.jackpot.weights;

import java.util.List;
import java.util.Map;
import java.util.SequencedSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a model's files say of special tokens and of generation. It is kept when the model is saved.
 *
 * @param ids the keys of {@code config.json} that end in {@code _token_id}, as they stand there
 * @param generation the content of {@code generation_config.json}; null if there is none
 */
public record SpecialTokenIds(ObjectNode ids, @Nullable ObjectNode generation) {
  private static final String SUFFIX = "_token_id";
  private static final String BEGIN = "bos" + SUFFIX;
  private static final String END = "eos" + SUFFIX;

  /** The names that {@code config.json} has for those of a GGUF file's {@code tokenizer.ggml}. */
  private static final Map<String, String> OF_GGUF =
      Map.of(
          "bos", "bos",
          "eos", "eos",
          "padding", "pad",
          "unknown", "unk",
          "seperator", "sep",
          "cls", "cls",
          "mask", "mask");

  /** Nothing is known. */
  public static SpecialTokenIds none() {
    return new SpecialTokenIds(Json.object(), null);
  }

  static SpecialTokenIds of(TokenizerFolder folder) {
    ObjectNode ids = Json.object();
    folder
        .json(TokenizerFolder.CONFIG)
        .properties()
        .forEach(entry -> {
          if (entry.getKey().endsWith(SUFFIX)) {
            ids.set(entry.getKey(), entry.getValue());
          }
        });
    boolean generates = folder.files().containsKey(TokenizerFolder.GENERATION_CONFIG);
    return new SpecialTokenIds(
        ids, generates ? folder.json(TokenizerFolder.GENERATION_CONFIG) : null);
  }

  /**
   * @param metadata of a GGUF file
   */
  static SpecialTokenIds ofGguf(Map<String, Object> metadata) {
    ObjectNode ids = Json.object();
    OF_GGUF.forEach((theirs, ours) -> {
      if (metadata.get("tokenizer.ggml." + theirs + SUFFIX) instanceof Long id) {
        ids.put(ours + SUFFIX, id);
      }
    });
    return new SpecialTokenIds(ids, null);
  }

  /**
   * Adds the ids to a {@code config.json}.
   *
   * @param ends the tokens that end a sequence, for a source that does not name one
   */
  void writeInto(ObjectNode config, SequencedSet<Integer> ends) {
    config.putNull(BEGIN);
    config.put(END, ends.isEmpty() ? null : ends.getFirst());
    ids.properties()
        .forEach(entry -> {
          if (!entry.getKey().equals(END) || !entry.getValue().isNull()) {
            config.set(entry.getKey(), entry.getValue());
          }
        });
  }

  /**
   * The {@code generation_config.json}: the source's, or greedy.
   *
   * @param ends the tokens that end a sequence
   */
  ObjectNode generation(SequencedSet<Integer> ends) {
    if (generation != null) {
      return generation;
    }
    ObjectNode greedy = Json.object().put("do_sample", false);
    for (String key : List.of(BEGIN, "pad" + SUFFIX)) {
      JsonNode id = ids.path(key);
      if (id.isNumber()) {
        greedy.set(key, id);
      }
    }
    if (ends.size() > 1) {
      ends.forEach(greedy.putArray(END)::add);
    } else {
      greedy.put(END, ends.isEmpty() ? null : ends.getFirst());
    }
    return greedy;
  }
}
