package io.jackpot.weights;

import io.jackpot.input.InputException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A tokenizer with one token for each character (Unicode code point) of a fixed vocabulary.
 *
 * <p>Its {@code tokenizer.json} is a word-level model after a pre-tokenizer that makes every
 * character a word, so that the Python library tokenizers gives the same ids and the same text.
 */
public final class CharTokenizer implements Tokenizer {
  /** Any character; {@code .} does not match the line feed. */
  private static final String EACH_CHARACTER = "[\\s\\S]";

  private final int[] characters;
  private final Map<Integer, Integer> ids = new HashMap<>();
  private final int endId;

  /**
   * @param characters the vocabulary; the id of a character is its index
   * @param end the character that ends a sequence, one of {@code characters}
   * @throws IllegalArgumentException if a character occurs twice, {@code end} does not occur, or an
   *     unpaired surrogate does
   */
  public CharTokenizer(String characters, int end) {
    this.characters = characters.codePoints().toArray();
    for (int id = 0; id < this.characters.length; id++) {
      int character = this.characters[id];
      if (ids.put(character, id) != null) {
        throw new IllegalArgumentException(name(character) + " occurs twice in the vocabulary");
      }
      if (character >= Character.MIN_SURROGATE && character <= Character.MAX_SURROGATE) {
        throw new IllegalArgumentException(name(character) + " is not a whole character");
      }
    }
    Integer id = ids.get(end);
    if (id == null) {
      throw new IllegalArgumentException(name(end) + ", the end, is not in the vocabulary");
    }
    endId = id;
  }

  @Override
  public int[] encodePlain(String text) {
    int[] points = text.codePoints().toArray();
    for (int i = 0; i < points.length; i++) {
      Integer id = ids.get(points[i]);
      if (id == null) {
        throw new InputException(
            "text: character "
                + name(points[i])
                + " at position "
                + i
                + " is not in the vocabulary; expected only "
                + Json.oneLine(new String(characters, 0, characters.length)));
      }
      points[i] = id;
    }
    return points;
  }

  @Override
  public String decode(int[] ids, int from, int to) {
    StringBuilder text = new StringBuilder(to - from);
    for (int i = from; i < to; i++) {
      if (ids[i] < 0 || ids[i] >= characters.length) {
        throw new InputException(
            "token id "
                + ids[i]
                + " at position "
                + i
                + ", expected 0 to "
                + (characters.length - 1));
      }
      text.appendCodePoint(characters[ids[i]]);
    }
    return text.toString();
  }

  @Override
  public int vocabularySize() {
    return characters.length;
  }

  @Override
  public SequencedSet<Integer> endIds() {
    return new LinkedHashSet<>(List.of(endId));
  }

  @Override
  public void save(Path file) {
    ObjectNode root = Json.object().put("version", "1.0").putNull("truncation").putNull("padding");
    ObjectNode end = root.putArray("added_tokens").addObject();
    end.put("id", endId).put("content", decode(endId)).put("special", true);
    for (String flag : new String[] {"single_word", "lstrip", "rstrip", "normalized"}) {
      end.put(flag, false);
    }
    root.putNull("normalizer");
    ObjectNode split = root.putObject("pre_tokenizer").put("type", "Split");
    split.putObject("pattern").put("Regex", EACH_CHARACTER);
    split.put("behavior", "Isolated").put("invert", false);
    root.putNull("post_processor");
    root.putObject("decoder").put("type", "Fuse");
    ObjectNode model = root.putObject("model").put("type", "WordLevel");
    ObjectNode vocabulary = model.putObject("vocab");
    for (int id = 0; id < characters.length; id++) {
      vocabulary.put(Character.toString(characters[id]), id);
    }
    // Not in the vocabulary: an unknown character is an error in Python as well.
    model.put("unk_token", "[UNK]");
    Json.write(file, root);
  }

  /**
   * Reads a tokenizer that {@link #save} wrote.
   *
   * @param file for messages
   * @return null if {@code root} is a tokenizer of another kind
   * @throws InputException if it is of this kind but not valid
   */
  static @Nullable CharTokenizer load(String file, ObjectNode root) {
    JsonNode split = root.path("pre_tokenizer");
    JsonNode model = root.path("model");
    boolean kind =
        is(model.path("type"), "WordLevel")
            && is(split.path("type"), "Split")
            && is(split.path("pattern").path("Regex"), EACH_CHARACTER)
            && is(split.path("behavior"), "Isolated")
            && is(root.path("decoder").path("type"), "Fuse")
            && (root.path("normalizer").isNull() || root.path("normalizer").isMissingNode());
    if (!kind) {
      return null;
    }
    JsonNode added = root.path("added_tokens");
    JsonNode end = added.path(0).path("content");
    if (added.size() != 1 || !end.isString() || !isOneCharacter(end.stringValue())) {
      throw new InputException(
          Json.oneLine(file + ": added_tokens: expected one, the end, a single character"));
    }
    JsonNode vocabulary = model.path("vocab");
    int[] characters = new int[vocabulary.size()];
    Arrays.fill(characters, -1);
    for (Map.Entry<String, JsonNode> entry : vocabulary.properties()) {
      JsonNode id = entry.getValue();
      boolean inRange = id.isInt() && id.intValue() >= 0 && id.intValue() < characters.length;
      if (!isOneCharacter(entry.getKey()) || !inRange || characters[id.intValue()] >= 0) {
        throw new InputException(
            Json.oneLine(
                file
                    + ": model.vocab: \""
                    + entry.getKey()
                    + "\": "
                    + id
                    + ", expected single characters with ids 0 to "
                    + (characters.length - 1)));
      }
      characters[id.intValue()] = entry.getKey().codePointAt(0);
    }
    try {
      return new CharTokenizer(
          new String(characters, 0, characters.length), end.stringValue().codePointAt(0));
    } catch (IllegalArgumentException e) {
      throw new InputException(Json.oneLine(file + ": model.vocab: " + e.getMessage()), e);
    }
  }

  private static boolean is(JsonNode node, String text) {
    return node.isString() && node.stringValue().equals(text);
  }

  private static boolean isOneCharacter(String text) {
    return text.codePointCount(0, text.length()) == 1;
  }

  private static String name(int character) {
    String code = String.format("U+%04X", character);
    return Character.isISOControl(character) || !Character.isDefined(character)
        ? code
        : "'" + Character.toString(character) + "' (" + code + ")";
  }
}
