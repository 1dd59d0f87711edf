package io.jackpot.problems;

import io.jackpot.input.InputException;
import io.jackpot.problems.InputLines.Line;
import io.jackpot.weights.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Predicate;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads the rows of JSON: one object per line, or one document that is
 *
 * <ul>
 *   <li>an array of objects; a row may also be an array of objects, whose fields are 0, 1, …,
 *   <li>an object that holds one array of objects, as in {@code {"version": 1, "data": […]}}, or
 *   <li>an object of columns of equal length, as in {@code {"question": […], "answer": […]}}; but
 *       {@code {"ids": [1, 2]}} is a row.
 * </ul>
 */
final class JsonRows {
  private static final String EXPECTED =
      "expected a JSON object a line, a JSON array of objects, or Parquet";

  private JsonRows() {}

  /**
   * Passes each row to {@code read}, in order.
   *
   * @param wanted the fields that a row may have; an object with one of them, which is not an
   *     object in turn, is a row itself
   */
  static void forEach(InputStream in, Path file, Predicate<String> wanted, Consumer<Line> read)
      throws IOException {
    int first = firstByte(in);
    if (first == '[') {
      array(in, file, read);
    } else if (first != '{' && first != 'n' && first != 'N') {
      if (first >= 0) {
        throw new InputException(file + ": " + EXPECTED);
      }
    } else if (startsWithALineOfJson(file)) {
      lines(in, file, wanted, read);
    } else {
      document(file, object(in, file), wanted, read);
    }
  }

  /** The first byte that is not white space, which stays unread; −1 at the end. */
  private static int firstByte(InputStream in) throws IOException {
    while (true) {
      in.mark(1);
      int next = in.read();
      if (next != ' ' && next != '\t' && next != '\r' && next != '\n') {
        in.reset();
        return next;
      }
    }
  }

  /** Whether the first line that is not blank is a complete object, null or NaN. */
  private static boolean startsWithALineOfJson(Path file) throws IOException {
    try (InputStream in = InputBytes.open(file)) {
      firstByte(in);
      ByteBuffer line = new InputBytes.Lines(in).next();
      // Invalid UTF-8 and later errors are reported when the lines are read.
      String text = line == null ? "" : StandardCharsets.UTF_8.decode(line).toString();
      JsonNode row = InputLines.MAPPER.readTree(text);
      return row.isObject() || InputLines.isNothing(row);
    } catch (JacksonException e) {
      return false;
    }
  }

  private static void lines(
      InputStream in, Path file, Predicate<String> wanted, Consumer<Line> read) throws IOException {
    List<Line> held = new ArrayList<>(1);
    boolean[] several = {false};
    InputLines.forEach(
        in,
        file,
        line -> {
          if (!several[0] && held.isEmpty()) {
            held.add(line);
            return;
          }
          several[0] = true;
          held.forEach(read);
          held.clear();
          read.accept(line);
        });
    for (Line single : held) {
      document(file, single, wanted, read);
    }
  }

  private static void array(InputStream in, Path file, Consumer<Line> read) throws IOException {
    try (Reader text = utf8(in);
        JsonParser parser = InputLines.MAPPER.createParser(text)) {
      parser.nextToken();
      for (int i = 1; parser.nextToken() != JsonToken.END_ARRAY; i++) {
        String where = file + ", entry " + i;
        JsonNode node = parser.readValueAsTree();
        if (node != null && isOfObjects(node)) {
          node = byPlace(node);
        }
        if (node == null || !node.isObject()) {
          throw new InputException(
              where + ": " + InputLines.quote(String.valueOf(node)) + ", expected a JSON object");
        }
        read.accept(new Line(where, node));
      }
      if (parser.nextToken() != null) {
        throw new InputException(file + ": more after the array's end, " + EXPECTED);
      }
    } catch (JacksonException e) {
      throw invalid(file, e);
    }
  }

  /** A row that is a list of objects, such as turns, as an object with the keys 0, 1, …. */
  private static JsonNode byPlace(JsonNode row) {
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    row.forEach(each -> object.set(Integer.toString(object.size()), each));
    return object;
  }

  private static Line object(InputStream in, Path file) throws IOException {
    try (Reader text = utf8(in)) {
      return new Line(file.toString(), InputLines.MAPPER.readTree(text));
    } catch (JacksonException e) {
      throw invalid(file, e);
    }
  }

  private static Reader utf8(InputStream in) {
    return new InputStreamReader(in, StandardCharsets.UTF_8.newDecoder());
  }

  private static InputException invalid(Path file, JacksonException e) {
    if (e.getCause() instanceof CharacterCodingException) {
      return new InputException(file + ": not UTF-8, expected JSON in UTF-8", e);
    }
    int line = e.getLocation() == null ? 0 : e.getLocation().getLineNr();
    return new InputException(
        Json.oneLine(
            "%s: invalid JSON%s (%s), %s"
                .formatted(
                    file,
                    line > 0 ? " in line " + line : "",
                    InputLines.quote(e.getOriginalMessage()),
                    EXPECTED)),
        e);
  }

  /** Reads a document that is one object: several rows, or a row itself. */
  private static void document(
      Path file, Line document, Predicate<String> wanted, Consumer<Line> read) {
    JsonNode object = document.object();
    List<JsonNode> arrays =
        object.properties().stream()
            .map(Map.Entry::getValue)
            .filter(JsonRows::isOfObjects)
            .toList();
    boolean isRow =
        object.properties().stream()
            .anyMatch(entry -> wanted.test(entry.getKey()) && !entry.getValue().isObject());
    if (arrays.size() == 1 && !isRow) {
      int i = 1;
      for (JsonNode row : arrays.getFirst()) {
        read.accept(new Line(file + ", entry " + i++, row));
      }
    } else if (isOfColumns(object) && !(wanted.test("ids") && holdsIds(object))) {
      int rows = object.iterator().next().size();
      for (int i = 0; i < rows; i++) {
        ObjectNode row = JsonNodeFactory.instance.objectNode();
        for (Map.Entry<String, JsonNode> column : object.properties()) {
          row.set(column.getKey(), column.getValue().get(i));
        }
        read.accept(new Line(file + ", entry " + (i + 1), row));
      }
    } else {
      read.accept(document);
    }
  }

  /** Whether an object is a row of token ids, and not a column of numbers. */
  private static boolean holdsIds(JsonNode object) {
    return object.path("ids").path(0).isIntegralNumber();
  }

  private static boolean isOfObjects(JsonNode node) {
    return node.isArray() && !node.isEmpty() && node.valueStream().allMatch(JsonNode::isObject);
  }

  private static boolean isOfColumns(JsonNode object) {
    return !object.isEmpty()
        && object
            .valueStream()
            .allMatch(column ->
                column.isArray()
                    && !isOfObjects(column)
                    && column.size() == object.iterator().next().size());
  }
}
