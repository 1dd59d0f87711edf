package io.jackpot.problems;

import io.jackpot.input.InputException;
import io.jackpot.problems.InputLines.Line;
import io.jackpot.weights.Json;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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

  /** Ends the reading of a file before its end. */
  private static final class Enough extends RuntimeException {
    private static final long serialVersionUID = 1;

    Enough() {
      super(null, null, false, false);
    }
  }

  private JsonRows() {}

  /**
   * Passes each row to {@code read}, in order, until it returns false.
   *
   * @param wanted the fields to read, the values of others are null; an object with one of them,
   *     which is not an object in turn, is a row itself
   */
  static void forEach(
      InputBytes in, Path file, DataLimits limits, Predicate<String> wanted, Predicate<Line> read)
      throws IOException {
    int first = firstByte(in.in());
    if (first == '[') {
      parse(in, file, parser -> array(in, file, parser, wanted, read));
    } else if (first != '{' && first != 'n' && first != 'N') {
      if (first >= 0) {
        throw new InputException(file + ": " + EXPECTED);
      }
    } else {
      First value = first(file, limits);
      if (value.line > 0 && value.more) {
        InputLines.forEach(in, file, wanted, read);
      } else {
        String where = value.line > 0 ? file + ", line " + value.line : file.toString();
        document(in, file, where, limits, wanted, read);
      }
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

  /** Reads JSON to the end of the file, or until {@code content} returns false. */
  private static void parse(InputBytes in, Path file, Predicate<JsonParser> content) {
    try {
      Json.parse(
          InputLines.MAPPER,
          Json.utf8(in.in()),
          parser -> {
            if (!content.test(parser)) {
              throw new Enough();
            }
            return "";
          },
          problem -> file + ": " + problem + ", " + EXPECTED);
    } catch (Enough e) {
      // What follows was not asked for.
    }
  }

  /**
   * The first value of a file.
   *
   * @param line the line that it is on; 0 if it has several
   * @param more whether more follows it
   */
  private record First(int line, boolean more) {}

  /** Looks at the first value. Reads no further than to the next token, and keeps nothing. */
  private static First first(Path file, DataLimits limits) throws IOException {
    First[] first = {new First(0, false)};
    try (InputBytes in = InputBytes.open(file, limits)) {
      parse(
          in,
          file,
          parser -> {
            parser.nextToken();
            int line = parser.currentTokenLocation().getLineNr();
            skip(in, parser);
            if (parser.currentTokenLocation().getLineNr() == line) {
              first[0] = new First(line, hasMore(parser));
            }
            return !first[0].more;
          });
    }
    return first[0];
  }

  private static boolean hasMore(JsonParser parser) {
    try {
      return parser.nextToken() != null;
    } catch (JacksonException e) {
      // It is reported when the lines are read.
      return true;
    }
  }

  /** Skips what the current token begins. No single token of it may be longer than a row. */
  private static void skip(InputBytes in, JsonParser parser) {
    for (int open = 0; ; parser.nextToken()) {
      JsonToken token = parser.currentToken();
      open += token == null || token.isStructEnd() ? -1 : token.isStructStart() ? 1 : 0;
      if (open <= 0) {
        return;
      }
      in.row();
    }
  }

  /** Whether all rows were read. */
  private static boolean array(
      InputBytes in, Path file, JsonParser parser, Predicate<String> wanted, Predicate<Line> read) {
    if (parser.currentToken() == null) {
      parser.nextToken();
    }
    for (int i = 1; ; i++) {
      in.row();
      JsonToken token = parser.nextToken();
      if (token == JsonToken.END_ARRAY) {
        return true;
      }
      JsonNode node =
          token == JsonToken.START_OBJECT
              ? InputLines.object(parser, wanted)
              : parser.<JsonNode>readValueAsTree();
      if (node != null && isOfObjects(node)) {
        node = byPlace(node);
      }
      String where = file + ", entry " + i;
      if (node == null || !node.isObject()) {
        throw new InputException(
            where + ": " + InputLines.quote(String.valueOf(node)) + ", expected a JSON object");
      }
      if (!read.test(new Line(where, node))) {
        return false;
      }
    }
  }

  /** A row that is a list of objects, such as turns, as an object with the keys 0, 1, …. */
  private static JsonNode byPlace(JsonNode row) {
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    row.forEach(each -> object.set(Integer.toString(object.size()), each));
    return object;
  }

  private static boolean isOfObjects(JsonNode node) {
    return node.isArray() && !node.isEmpty() && node.valueStream().allMatch(JsonNode::isObject);
  }

  /**
   * The value of a document's key.
   *
   * @param elements of an array; −1 for other values
   * @param ofObjects whether it is an array of objects
   * @param ofIds whether it is an array that begins with an integer
   */
  private record Member(boolean isObject, int elements, boolean ofObjects, boolean ofIds) {}

  /**
   * Reads a document that is one value: several rows, or a row itself.
   *
   * @param where the place of the row, for messages
   */
  private static void document(
      InputBytes in,
      Path file,
      String where,
      DataLimits limits,
      Predicate<String> wanted,
      Predicate<Line> read)
      throws IOException {
    Map<String, Member> members = new LinkedHashMap<>();
    try (InputBytes first = InputBytes.open(file, limits)) {
      parse(first, file, parser -> members(first, parser, members));
    }
    List<String> ofObjects =
        members.entrySet().stream()
            .filter(entry -> entry.getValue().ofObjects)
            .map(Map.Entry::getKey)
            .toList();
    boolean isRow =
        members.entrySet().stream()
            .anyMatch(entry -> wanted.test(entry.getKey()) && !entry.getValue().isObject);
    if (ofObjects.size() == 1 && !isRow) {
      parse(
          in,
          file,
          parser -> {
            enter(in, parser, ofObjects.getFirst());
            return array(in, file, parser, wanted, read) && close(in, parser);
          });
    } else if (isOfColumns(members) && !(wanted.test("ids") && holdsIds(members))) {
      parse(in, file, parser -> columns(in, file, parser, wanted, read));
    } else {
      parse(
          in,
          file,
          parser -> {
            JsonNode node = InputLines.value(parser, wanted);
            return read.test(
                new Line(
                    where,
                    node instanceof ObjectNode ? node : JsonNodeFactory.instance.objectNode()));
          });
    }
  }

  /** Moves to the array under a key. */
  private static void enter(InputBytes in, JsonParser parser, String key) {
    parser.nextToken();
    while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
      boolean here = parser.currentName().equals(key);
      parser.nextToken();
      if (here) {
        return;
      }
      skip(in, parser);
    }
  }

  /** Reads what follows an array in its object. */
  private static boolean close(InputBytes in, JsonParser parser) {
    while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
      parser.nextToken();
      skip(in, parser);
    }
    return true;
  }

  private static boolean members(InputBytes in, JsonParser parser, Map<String, Member> members) {
    if (parser.nextToken() != JsonToken.START_OBJECT) {
      return true;
    }
    while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
      String name = parser.currentName();
      JsonToken token = parser.nextToken();
      int elements = -1;
      boolean objects = true;
      boolean ids = false;
      if (token == JsonToken.START_ARRAY) {
        for (elements = 0; parser.nextToken() != JsonToken.END_ARRAY; elements++) {
          objects &= parser.currentToken() == JsonToken.START_OBJECT;
          ids |= elements == 0 && parser.currentToken() == JsonToken.VALUE_NUMBER_INT;
          skip(in, parser);
        }
      } else {
        skip(in, parser);
      }
      members.put(
          name,
          new Member(token == JsonToken.START_OBJECT, elements, objects && elements > 0, ids));
    }
    return true;
  }

  /** Whether an object is a row of token ids, and not a column of numbers. */
  private static boolean holdsIds(Map<String, Member> members) {
    Member ids = members.get("ids");
    return ids != null && ids.ofIds;
  }

  private static boolean isOfColumns(Map<String, Member> members) {
    return !members.isEmpty()
        && members.values().stream()
            .allMatch(column ->
                column.elements >= 0
                    && !column.ofObjects
                    && column.elements == members.values().iterator().next().elements);
  }

  private static boolean columns(
      InputBytes in, Path file, JsonParser parser, Predicate<String> wanted, Predicate<Line> read) {
    Map<String, List<JsonNode>> columns = new LinkedHashMap<>();
    int rows = 0;
    parser.nextToken();
    while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
      String name = parser.currentName();
      boolean kept = wanted.test(name);
      List<JsonNode> values = new ArrayList<>();
      parser.nextToken();
      for (rows = 0; parser.nextToken() != JsonToken.END_ARRAY; rows++) {
        in.row();
        if (kept) {
          values.add(parser.readValueAsTree());
        } else {
          skip(in, parser);
        }
      }
      columns.put(name, values);
    }
    for (int i = 0; i < rows; i++) {
      ObjectNode row = JsonNodeFactory.instance.objectNode();
      for (Map.Entry<String, List<JsonNode>> column : columns.entrySet()) {
        row.set(
            column.getKey(),
            wanted.test(column.getKey())
                ? column.getValue().get(i)
                : JsonNodeFactory.instance.nullNode());
      }
      if (!read.test(new Line(file + ", entry " + (i + 1), row))) {
        return false;
      }
    }
    return true;
  }
}
