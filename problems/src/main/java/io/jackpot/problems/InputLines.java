package io.jackpot.problems;

import io.jackpot.input.InputException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * Reads files of one JSON object per line, in UTF-8. Blank lines are skipped; null and NaN, which
 * Python writes for a missing row, are objects without keys.
 */
public final class InputLines {
  private static final int LONGEST_QUOTE = 60;
  static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          // Keeps the digits of the file: 0.1 is not a binary fraction, 1e400 not infinity.
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          // Python writes a missing number as NaN.
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          .build();

  private InputLines() {}

  /**
   * The object of a line.
   *
   * @param where the file and the line, for messages
   */
  public record Line(String where, JsonNode object) {

    public boolean has(String key) {
      return object.has(key);
    }

    /** The string under {@code key}. */
    public String string(String key) {
      JsonNode value = required(key, "a string");
      if (!value.isString()) {
        throw wrong(key, value, "a string");
      }
      return value.stringValue();
    }

    /** The string under {@code key}, or the text of the number there. */
    public String stringOrNumber(String key) {
      JsonNode value = required(key, "a string or a number");
      if (value.isNumber()) {
        return value.numberValue().toString();
      }
      if (!value.isString()) {
        throw wrong(key, value, "a string or a number");
      }
      return value.stringValue();
    }

    /** The gold answer under {@code key}: a string, a number, or a list of them. */
    String gold(String key) {
      String expected = "a string, a number or a list of them";
      JsonNode value = required(key, expected);
      if (!value.isString() && !value.isNumber() && !value.isArray()) {
        throw wrong(key, value, expected);
      }
      return GoldAnswers.read(where, key, value);
    }

    /** The token ids under {@code key}: one or more integers of at least 0. */
    public int[] ids(String key) {
      String expected = "an array of token ids";
      JsonNode value = required(key, expected);
      if (!value.isArray() || value.isEmpty()) {
        throw wrong(key, value, expected);
      }
      int[] ids = new int[value.size()];
      for (int i = 0; i < ids.length; i++) {
        JsonNode id = value.get(i);
        if (!id.isIntegralNumber() || !id.canConvertToInt() || id.intValue() < 0) {
          throw wrong(key + "[" + i + "]", id, "a token id");
        }
        ids[i] = id.intValue();
      }
      return ids;
    }

    private JsonNode required(String key, String expected) {
      if (!object.has(key)) {
        throw new InputException(where + ": no \"" + key + "\", expected " + expected);
      }
      return object.get(key);
    }

    private InputException wrong(String key, JsonNode found, String expected) {
      return InputLines.wrong(where, key, found, expected);
    }
  }

  /**
   * Checks that ids are in a vocabulary.
   *
   * @param where the file and the line of {@code ids}
   * @param vocabulary the number of ids of the model
   * @throws InputException if one is not; names the first of them
   */
  public static void checkIds(String where, int[] ids, int vocabulary) {
    for (int i = 0; i < ids.length; i++) {
      if (ids[i] >= vocabulary) {
        throw new InputException(
            "%s: ids[%d]: %d, expected 0 to %d (vocab_size of the model is %d)"
                .formatted(where, i, ids[i], vocabulary - 1, vocabulary));
      }
    }
  }

  /**
   * Reads each line.
   *
   * @param read converts a line
   * @throws InputException if the file cannot be read or is empty, a line is not a JSON object, or
   *     {@code read} throws it
   */
  public static <T> List<T> read(Path file, Function<Line, T> read) {
    List<T> all = new ArrayList<>();
    forEach(file, line -> all.add(read.apply(line)));
    return all;
  }

  /**
   * Passes each line of a file to {@code read}, in order, and keeps none.
   *
   * @throws InputException as {@link #read}
   */
  public static void forEach(Path file, Consumer<Line> read) {
    int[] lines = {0};
    try (InputStream in = InputBytes.open(file)) {
      forEach(
          in,
          file,
          line -> {
            lines[0]++;
            read.accept(line);
          });
    } catch (IOException e) {
      throw InputBytes.failed(file, e);
    }
    if (lines[0] == 0) {
      throw new InputException(file + ": empty, expected a JSON object a line");
    }
  }

  /**
   * Passes each line of {@code in} to {@code read}, in order.
   *
   * @param file the file, for messages
   */
  static void forEach(InputStream in, Path file, Consumer<Line> read) throws IOException {
    InputBytes.Lines lines = new InputBytes.Lines(in);
    int number = 1;
    for (ByteBuffer bytes = lines.next(); bytes != null; bytes = lines.next(), number++) {
      String where = file + ", line " + number;
      String text = decode(bytes, where);
      if (!text.isBlank()) {
        read.accept(new Line(where, parse(text, where)));
      }
    }
  }

  private static String decode(ByteBuffer bytes, String where) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
    } catch (CharacterCodingException e) {
      throw new InputException(where + ": not UTF-8, expected a JSON object in UTF-8", e);
    }
  }

  private static JsonNode parse(String text, String where) {
    JsonNode node;
    try {
      node = MAPPER.readTree(text);
    } catch (JacksonException e) {
      throw new InputException(
          where + ": " + quote(text) + " is not valid JSON, expected a JSON object", e);
    }
    if (isNothing(node)) {
      return JsonNodeFactory.instance.objectNode();
    }
    if (!node.isObject()) {
      throw new InputException(where + ": " + quote(text) + ", expected a JSON object");
    }
    return node;
  }

  /** Whether a field has no value: it is missing, null, or a number that is not finite. */
  public static boolean isNothing(JsonNode node) {
    return node.isMissingNode()
        || node.isNull()
        || ((node.isDouble() || node.isFloat()) && !Double.isFinite(node.doubleValue()));
  }

  /** The error for a field that holds something else. */
  static InputException wrong(String where, String field, JsonNode found, String expected) {
    return new InputException(
        where + ": \"" + field + "\": " + quote(found.toString()) + ", expected " + expected);
  }

  /** Foreign text on one line, shortened for messages. */
  static String quote(String text) {
    String line = text.replaceAll("[\\p{Cntrl}\\s]+", " ").strip();
    return line.length() <= LONGEST_QUOTE ? line : line.substring(0, LONGEST_QUOTE) + "…";
  }
}
