package io.jackpot.problems;

import dev.hardwood.metadata.LogicalType;
import dev.hardwood.reader.ParquetFileReader;
import dev.hardwood.reader.RowReader;
import dev.hardwood.row.PqList;
import dev.hardwood.row.PqMap;
import dev.hardwood.row.PqStruct;
import dev.hardwood.row.StructAccessor;
import dev.hardwood.schema.ColumnProjection;
import dev.hardwood.schema.SchemaNode;
import io.jackpot.input.InputException;
import io.jackpot.problems.InputLines.Line;
import io.jackpot.weights.Json;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads the rows of a Parquet file as JSON objects: structs and maps as objects, lists as arrays.
 * Pages may be uncompressed or compressed by Snappy, Zstandard or gzip. Binary values that are not
 * text are null.
 */
final class ParquetRows {
  /**
   * The library's logger, held so that its level is kept; the library logs its normal operation.
   */
  private static final Logger LIBRARY = Logger.getLogger("dev.hardwood");

  static {
    LIBRARY.setLevel(Level.WARNING);
  }

  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private ParquetRows() {}

  /**
   * Passes each row to {@code read}, in order.
   *
   * @param wanted the columns to read; the values of others are null
   * @throws InputException if the file is damaged or uses an unsupported feature
   */
  static void forEach(Path file, Predicate<String> wanted, Consumer<Line> read) {
    try (ParquetFileReader reader = ParquetFileReader.open(new ParquetBytes(file))) {
      List<String> names =
          reader.getFileSchema().getRootNode().children().stream().map(SchemaNode::name).toList();
      String[] columns = names.stream().filter(wanted).toArray(String[]::new);
      Set<String> unsigned = unsigned(reader.getFileSchema().getRootNode());
      if (columns.length == 0) {
        read.accept(new Line(file + ", row 1", row(names, columns, unsigned, null)));
        return;
      }
      ColumnProjection projection = ColumnProjection.columns(columns);
      try (RowReader rows = reader.buildRowReader().projection(projection).build()) {
        for (long i = 1; rows.hasNext(); i++) {
          rows.next();
          read.accept(new Line(file + ", row " + i, row(names, columns, unsigned, rows)));
        }
      }
    } catch (InputException e) {
      throw e;
    } catch (IOException | RuntimeException | LinkageError | OutOfMemoryError e) {
      // A damaged file makes the library throw exceptions of all kinds.
      Throwable cause = e;
      while (cause.getCause() != null) {
        cause = cause.getCause();
      }
      throw new InputException(
          Json.oneLine(
              "%s: cannot be read as Parquet (%s), expected a whole file, uncompressed or by Snappy, Zstandard or gzip"
                  .formatted(file, InputLines.quote(message(cause)))),
          e);
    }
  }

  private static String message(Throwable cause) {
    return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
  }

  /** The names of unsigned columns, which the library reads as signed ones. */
  private static Set<String> unsigned(SchemaNode.GroupNode root) {
    return root.children().stream()
        .filter(child ->
            child instanceof SchemaNode.PrimitiveNode primitive
                && primitive.logicalType() instanceof LogicalType.IntType type
                && !type.isSigned())
        .map(SchemaNode::name)
        .collect(Collectors.toSet());
  }

  private static ObjectNode row(
      List<String> names, String[] columns, Set<String> unsigned, @Nullable RowReader values) {
    ObjectNode row = NODES.objectNode();
    names.forEach(row::putNull);
    if (values != null) {
      for (String column : columns) {
        @Nullable Object value = values.getValue(column);
        row.set(column, node(unsigned.contains(column) ? withoutSign(value) : value));
      }
    }
    return row;
  }

  private static @Nullable Object withoutSign(@Nullable Object value) {
    return switch (value) {
      case Integer number -> Integer.toUnsignedLong(number);
      case Long number -> new BigDecimal(Long.toUnsignedString(number));
      case null, default -> value;
    };
  }

  private static JsonNode node(@Nullable Object value) {
    return switch (value) {
      case null -> NODES.nullNode();
      case String text -> NODES.stringNode(text);
      case Boolean bool -> NODES.booleanNode(bool);
      case Integer number -> NODES.numberNode(number);
      case Long number -> NODES.numberNode(number);
      case Float number -> number(number);
      case Double number -> number(number);
      case BigDecimal number -> NODES.numberNode(number);
      case byte[] bytes -> text(bytes);
      case PqList list -> array(list);
      case PqStruct struct -> object(struct);
      case PqMap map -> object(map);
      default -> NODES.stringNode(value.toString());
    };
  }

  /** A number of JSON with the digits of the shortest decimal. */
  private static JsonNode number(Number number) {
    return Double.isFinite(number.doubleValue())
        ? NODES.numberNode(new BigDecimal(number.toString()))
        : NODES.nullNode();
  }

  private static JsonNode text(byte[] bytes) {
    String text = InputBytes.utf8(bytes);
    return text == null ? NODES.nullNode() : NODES.stringNode(text);
  }

  private static ArrayNode array(PqList list) {
    ArrayNode array = NODES.arrayNode();
    list.values().forEach(value -> array.add(node(value)));
    return array;
  }

  private static ObjectNode object(StructAccessor struct) {
    ObjectNode object = NODES.objectNode();
    for (int i = 0; i < struct.getFieldCount(); i++) {
      object.set(struct.getFieldName(i), node(struct.getValue(i)));
    }
    return object;
  }

  private static ObjectNode object(PqMap map) {
    ObjectNode object = NODES.objectNode();
    map.getEntries()
        .forEach(entry -> object.set(String.valueOf(entry.getKey()), node(entry.getValue())));
    return object;
  }
}
