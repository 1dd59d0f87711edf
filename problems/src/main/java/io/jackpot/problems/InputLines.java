package io.jackpot.problems;

import io.jackpot.input.InputException;
import io.jackpot.input.InputFiles;
import io.jackpot.weights.Json;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

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
   * Reads each line, with the default limits.
   *
   * @throws InputException as the other method
   */
  public static <T> List<T> read(Path file, Function<Line, T> read) {
    return read(file, _ -> true, DataLimits.DEFAULT, read);
  }

  /**
   * Reads each line.
   *
   * @param wanted the keys to read; the values of others are null
   * @param read converts a line
   * @throws InputException if the file cannot be read, is empty or beyond the limits, a line is not
   *     a JSON object, or {@code read} throws it
   */
  public static <T> List<T> read(
      Path file, Predicate<String> wanted, DataLimits limits, Function<Line, T> read) {
    List<T> all = new ArrayList<>();
    forEach(file, wanted, limits, line -> all.add(read.apply(line)));
    return all;
  }

  /**
   * Passes each line of a file to {@code read}, in order, and keeps none; see {@link #read}.
   *
   * @throws InputException as {@link #read}
   */
  public static void forEach(
      Path file, Predicate<String> wanted, DataLimits limits, Consumer<Line> read) {
    long[] lines = {0};
    try (InputBytes in = InputBytes.open(file, limits)) {
      forEach(
          in,
          file,
          wanted,
          line -> {
            limits.checkRows(file, ++lines[0]);
            read.accept(line);
            return true;
          });
    } catch (IOException e) {
      throw InputBytes.failed(file, e);
    } catch (OutOfMemoryError e) {
      throw InputFiles.outOfMemory(file.toString(), e);
    }
    if (lines[0] == 0) {
      throw new InputException(file + ": empty, expected a JSON object a line");
    }
  }

  /**
   * Passes each line of {@code in} to {@code read}, in order, until it returns false.
   *
   * @param file the file, for messages
   * @param wanted the keys to read; the values of others are null
   */
  static void forEach(InputBytes in, Path file, Predicate<String> wanted, Predicate<Line> read)
      throws IOException {
    InputBytes.Lines lines = in.new Lines();
    boolean more = true;
    for (ByteBuffer line = lines.next(); line != null && more; line = lines.next()) {
      if (!isBlank(line)) {
        String where = file + ", line " + lines.number();
        more = read.test(new Line(where, parse(line, where, wanted)));
      }
    }
  }

  private static boolean isBlank(ByteBuffer line) {
    for (int i = 0; i < line.limit(); i++) {
      byte at = line.get(i);
      if (at != ' ' && (at < '\t' || at > '\r')) {
        return false;
      }
    }
    return true;
  }

  private static JsonNode parse(ByteBuffer line, String where, Predicate<String> wanted) {
    JsonNode node =
        Json.parse(
            MAPPER,
            Json.utf8(new ByteArrayInputStream(line.array(), 0, line.limit())),
            parser -> value(parser, wanted),
            problem ->
                problem.equals("not UTF-8")
                    ? where + ": not UTF-8, expected a JSON object in UTF-8"
                    : "%s: %s is not valid JSON (%s), expected a JSON object"
                        .formatted(
                            where, start(line), problem.replace("invalid JSON in line 1, ", "")));
    if (node == null || isNothing(node)) {
      return JsonNodeFactory.instance.objectNode();
    }
    if (!node.isObject()) {
      throw new InputException(where + ": " + start(line) + ", expected a JSON object");
    }
    return node;
  }

  /** The first characters of a line, for messages. */
  private static String start(ByteBuffer line) {
    int bytes = Math.min(line.limit(), 4 * LONGEST_QUOTE);
    return quote(new String(line.array(), 0, bytes, StandardCharsets.UTF_8));
  }

  /** The value of the next token; of an object only what is wanted, and null for the rest. */
  static @Nullable JsonNode value(JsonParser parser, Predicate<String> wanted) {
    if (parser.nextToken() != JsonToken.START_OBJECT) {
      return parser.readValueAsTree();
    }
    return object(parser, wanted);
  }

  /** The object that the current token begins, without what is not wanted. */
  static ObjectNode object(JsonParser parser, Predicate<String> wanted) {
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
      String name = parser.currentName();
      parser.nextToken();
      if (wanted.test(name)) {
        object.set(name, parser.readValueAsTree());
      } else {
        parser.skipChildren();
        object.putNull(name);
      }
    }
    return object;
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
    // No more of it than is shown may be looked at: it may be a whole row.
    String line =
        text.substring(0, Math.min(text.length(), 20 * LONGEST_QUOTE))
            .replaceAll("[\\p{Cntrl}\\s]+", " ")
            .strip();
    return line.length() <= LONGEST_QUOTE ? line : line.substring(0, LONGEST_QUOTE) + "…";
  }
}
