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
import dev.hardwood.schema.SchemaNode.GroupNode;
import io.jackpot.input.InputException;
import io.jackpot.input.InputFiles;
import io.jackpot.problems.InputLines.Line;
import io.jackpot.weights.Json;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads the rows of a Parquet file as JSON objects: structs and maps as objects, lists as arrays.
 * Numbers keep their sign or lack of one, inside of structs, lists and maps too. Pages may be
 * uncompressed or compressed by Snappy, Zstandard, gzip, Brotli or LZ4. Binary values that are not
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
   * Passes each row to {@code read}, in order, until it returns false.
   *
   * @param wanted the columns to read; the values of others are null
   * @throws InputException if the file is damaged or uses an unsupported feature
   */
  static void forEach(
      Path file, Predicate<String> wanted, DataLimits limits, Predicate<Line> read) {
    ParquetBytes bytes = new ParquetBytes(file);
    long expanded = Long.MAX_VALUE;
    try (ParquetBytes _ = bytes;
        ParquetFileReader reader = ParquetFileReader.open(bytes)) {
      List<SchemaNode> all = reader.getFileSchema().getRootNode().children();
      List<SchemaNode> columns = all.stream().filter(each -> wanted.test(each.name())).toList();
      if (columns.isEmpty()) {
        // It names the columns that there are.
        boolean _ = read.test(new Line(file + ", row 1", row(all, columns, null)));
        return;
      }
      expanded = ParquetPages.check(bytes, reader.getFileMetaData(), wanted, limits);
      ColumnProjection projection =
          ColumnProjection.columns(columns.stream().map(SchemaNode::name).toArray(String[]::new));
      try (RowReader rows = reader.buildRowReader().projection(projection).build()) {
        boolean more = true;
        for (long i = 1; more && rows.hasNext(); i++) {
          rows.next();
          more = read.test(new Line(file + ", row " + i, row(all, columns, rows)));
        }
      }
    } catch (InputException e) {
      throw e;
    } catch (IOException
        | RuntimeException
        | LinkageError
        | OutOfMemoryError
        | StackOverflowError e) {
      // A damaged file makes the library throw exceptions of all kinds.
      Throwable cause = e;
      while (cause.getCause() != null) {
        cause = cause.getCause();
      }
      if (cause instanceof OutOfMemoryError outOfMemory) {
        if (expanded > Runtime.getRuntime().maxMemory() / 8) {
          throw InputFiles.outOfMemory(file.toString(), outOfMemory);
        }
        // All of it would fit: the library allocates what the length of a value says.
        throw new InputException(
            file + ": cannot be read as Parquet (damaged: a value longer than its page)");
      }
      throw new InputException(
          Json.oneLine(
              "%s: cannot be read as Parquet (%s), expected a whole file, uncompressed or by Snappy, Zstandard, gzip, Brotli or LZ4"
                  .formatted(file, InputLines.quote(message(cause)))),
          e);
    }
  }

  private static String message(Throwable cause) {
    return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
  }

  private static ObjectNode row(
      List<SchemaNode> all, List<SchemaNode> columns, @Nullable RowReader values) {
    ObjectNode row = NODES.objectNode();
    all.forEach(column -> row.putNull(column.name()));
    if (values != null) {
      columns.forEach(
          column -> row.set(column.name(), node(values.getValue(column.name()), column)));
    }
    return row;
  }

  /** A value as JSON; {@code schema} tells what it is. */
  private static JsonNode node(@Nullable Object value, SchemaNode schema) {
    return switch (value) {
      case null -> NODES.nullNode();
      case PqList list when schema instanceof GroupNode group -> array(list, group);
      case PqMap map when schema instanceof GroupNode group -> object(map, group);
      case PqStruct struct when schema instanceof GroupNode group -> object(struct, group);
      case String text -> NODES.stringNode(text);
      case Boolean bool -> NODES.booleanNode(bool);
      case Integer number ->
          NODES.numberNode(isUnsigned(schema) ? Integer.toUnsignedLong(number) : number);
      case Long number ->
          isUnsigned(schema)
              ? NODES.numberNode(new BigInteger(Long.toUnsignedString(number)))
              : NODES.numberNode(number);
      case Float number -> number(number);
      case Double number -> number(number);
      case BigDecimal number -> NODES.numberNode(number);
      case byte[] bytes -> text(bytes);
      default -> NODES.stringNode(value.toString());
    };
  }

  /** Whether a column holds numbers without a sign, which the library reads as signed ones. */
  private static boolean isUnsigned(SchemaNode schema) {
    return schema instanceof SchemaNode.PrimitiveNode primitive
        && primitive.logicalType() instanceof LogicalType.IntType type
        && !type.isSigned();
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

  private static ArrayNode array(PqList list, GroupNode schema) {
    SchemaNode element = schema.getListElement();
    ArrayNode array = NODES.arrayNode();
    list.values().forEach(value -> array.add(node(value, element)));
    return array;
  }

  private static ObjectNode object(StructAccessor struct, GroupNode schema) {
    ObjectNode object = NODES.objectNode();
    for (int i = 0; i < struct.getFieldCount(); i++) {
      String name = struct.getFieldName(i);
      object.set(name, node(struct.getValue(i), child(schema, name)));
    }
    return object;
  }

  private static SchemaNode child(GroupNode schema, String name) {
    return schema.children().stream()
        .filter(each -> each.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static ObjectNode object(PqMap map, GroupNode schema) {
    SchemaNode value = schema.getMapValue();
    ObjectNode object = NODES.objectNode();
    map.getEntries()
        .forEach(
            entry -> object.set(String.valueOf(entry.getKey()), node(entry.getValue(), value)));
    return object;
  }
}
