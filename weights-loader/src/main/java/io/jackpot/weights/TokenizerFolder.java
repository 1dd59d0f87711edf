package io.jackpot.weights;

import io.jackpot.input.InputException;
import io.jackpot.input.InputFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The other files of a tokenizer's folder: they define the tokens that end a sequence and how the
 * tokenizer is used.
 *
 * @param files content by file name, in order of precedence
 */
record TokenizerFolder(Path folder, Map<String, byte[]> files) {
  static final String TOKENIZER_CONFIG = "tokenizer_config.json";
  static final String GENERATION_CONFIG = "generation_config.json";
  static final String CONFIG = "config.json";

  /** Files that belong to the tokenizer, not to the model. */
  static final List<String> COMPANIONS =
      List.of(TOKENIZER_CONFIG, "special_tokens_map.json", "chat_template.jinja");

  private static final List<String> WITH_END_IDS = List.of(GENERATION_CONFIG, CONFIG);

  /** Far larger than any of these files. */
  private static final long LARGEST = 32 << 20;

  /**
   * @throws InputException if a file cannot be read or is too large
   */
  static TokenizerFolder of(Path folder) {
    Map<String, byte[]> files = new LinkedHashMap<>();
    for (List<String> names : List.of(WITH_END_IDS, COMPANIONS)) {
      for (String name : names) {
        Path file = folder.resolve(name);
        if (Files.exists(file)) {
          files.put(name, read(file));
        }
      }
    }
    return new TokenizerFolder(folder, files);
  }

  private static byte[] read(Path file) {
    try {
      return InputFiles.bytes(file, LARGEST);
    } catch (IOException e) {
      throw AtomicFiles.failed("cannot read", file, e);
    }
  }

  /** The files that are saved with the tokenizer. */
  Map<String, byte[]> companions() {
    Map<String, byte[]> companions = new LinkedHashMap<>(files);
    companions.keySet().retainAll(COMPANIONS);
    return companions;
  }

  /**
   * Writes a tokenizer and its companions, with a {@code tokenizer_config.json} in any case.
   *
   * @param maxPositions the longest sequence of the model
   * @throws InputException if a file cannot be written
   */
  static void save(Tokenizer tokenizer, Path folder, int maxPositions) {
    tokenizer.save(folder.resolve(Tokenizers.FILE));
    tokenizer
        .companions()
        .forEach((name, bytes) ->
            AtomicFiles.writeAtomically(folder.resolve(name), out -> out.write(bytes)));
    if (!tokenizer.companions().containsKey(TOKENIZER_CONFIG)) {
      SequencedSet<Integer> ends = tokenizer.endIds();
      ObjectNode settings = Json.object();
      settings
          .put("tokenizer_class", "PreTrainedTokenizerFast")
          .put("eos_token", ends.isEmpty() ? null : tokenizer.decode(ends.getFirst()))
          .put("clean_up_tokenization_spaces", false)
          .put("model_max_length", maxPositions);
      Json.write(folder.resolve(TOKENIZER_CONFIG), settings);
    }
  }

  /**
   * The ids in {@code generation_config.json}, then those in {@code config.json}, then that of the
   * token in {@code tokenizer_config.json}.
   *
   * @param ids maps a token to its id, or to null if it is unknown
   * @throws InputException if a file has anything but ids or tokens there
   */
  SequencedSet<Integer> endIds(Function<String, @Nullable Integer> ids) {
    SequencedSet<Integer> ends = new LinkedHashSet<>();
    for (String name : WITH_END_IDS) {
      JsonPart part = part(name).at("eos_token_id");
      if (part.node().isArray()) {
        part.node().forEach(id -> ends.add(new JsonPart(part.where(), id).count()));
      } else if (!part.isAbsent()) {
        ends.add(part.count());
      }
    }
    JsonPart token = part(TOKENIZER_CONFIG).at("eos_token");
    JsonNode content = token.node().isObject() ? token.node().path("content") : token.node();
    @Nullable Integer id = content.isString() ? ids.apply(content.stringValue()) : null;
    if (id != null) {
      ends.add(id);
    }
    return ends;
  }

  private JsonPart part(String name) {
    return new JsonPart(folder.resolve(name) + ": ", json(name));
  }

  /**
   * The content of a file; an empty object if there is none.
   *
   * @throws InputException if it is not JSON
   */
  ObjectNode json(String name) {
    byte[] bytes = files.get(name);
    return bytes == null ? Json.object() : Json.parse(bytes, folder.resolve(name).toString());
  }
}
