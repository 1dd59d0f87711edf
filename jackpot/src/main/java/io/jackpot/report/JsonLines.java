package io.jackpot.report;

import io.jackpot.input.InputException;
import io.jackpot.input.InputFiles;
import io.jackpot.weights.AtomicFiles;
import io.jackpot.weights.Json;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiPredicate;
import tools.jackson.core.JsonParser;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A file of one JSON object per line, in UTF-8, that only grows. A line is complete once its
 * newline is written: text after the last newline is from a process that was killed while writing,
 * and is ignored.
 */
public final class JsonLines implements AutoCloseable {
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private final Path file;
  private final FileChannel channel;

  private JsonLines(Path file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  /**
   * Opens {@code file} to append to it. Creates it and its folders if needed, and removes an
   * incomplete last line.
   *
   * @throws InputException if it cannot be opened
   */
  public static JsonLines open(Path file) {
    try {
      Path folder = file.toAbsolutePath().getParent();
      if (folder != null) {
        Files.createDirectories(folder);
      }
      FileChannel channel =
          InputFiles.channel(
              file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
      try {
        long end = completeLength(channel);
        channel.truncate(end).position(end);
        return new JsonLines(file, channel);
      } catch (IOException e) {
        channel.close();
        throw e;
      }
    } catch (IOException e) {
      throw AtomicFiles.failed("cannot open", file, e);
    }
  }

  /**
   * Appends a line.
   *
   * @param line values that JSON has, lists and maps of them, or null
   */
  public void append(Map<String, ?> line) {
    append(MAPPER.<JsonNode>valueToTree(line));
  }

  /**
   * Appends a line. A number that is not finite is written as null, since JSON has none.
   *
   * @throws InputException if it cannot be written whole (a full disk); the file is as it was
   */
  public void append(JsonNode line) {
    if (!line.isObject()) {
      throw new IllegalArgumentException(file + ": a line is an object, not " + line.getNodeType());
    }
    byte[] json = MAPPER.writeValueAsBytes(finite(line));
    ByteBuffer bytes = ByteBuffer.allocate(json.length + 1).put(json).put((byte) '\n').flip();
    long start = -1;
    try {
      start = channel.position();
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    } catch (IOException e) {
      cutOff(start);
      throw AtomicFiles.failed("cannot write", file, e);
    }
  }

  /**
   * Forces all lines to disk, so that they survive a power cut.
   *
   * @throws InputException if the disk fails
   */
  public void force() {
    try {
      channel.force(true);
    } catch (IOException e) {
      throw AtomicFiles.failed("cannot write", file, e);
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw AtomicFiles.failed("cannot close", file, e);
    }
  }

  /**
   * All complete lines.
   *
   * @throws InputException if there is no such file, or a line is no JSON object
   */
  public static List<JsonNode> read(Path file) {
    List<JsonNode> lines = new ArrayList<>();
    forEach(file, (number, line) -> lines.add(line));
    return List.copyOf(lines);
  }

  /** A consumer of lines, which are numbered from 1. */
  @FunctionalInterface
  public interface LineReader {
    void read(int number, JsonNode line);
  }

  /**
   * Reads all complete lines, one of them in memory at a time.
   *
   * @throws InputException if there is no such file, or a line is no JSON object
   */
  public static void forEach(Path file, LineReader reader) {
    forEachLine(
        file,
        (number, bytes) -> {
          reader.read(number, parse(file, number, bytes));
          return true;
        });
  }

  /** Reads the bytes of complete lines, until {@code reader} answers false. */
  private static void forEachLine(Path file, BiPredicate<Integer, byte[]> reader) {
    try (InputStream in = new BufferedInputStream(InputFiles.stream(file), 1 << 16)) {
      ByteArrayOutputStream line = new ByteArrayOutputStream();
      int number = 0;
      for (int b = in.read(); b >= 0; b = in.read()) {
        if (b == '\n') {
          number++;
          if (!reader.test(number, line.toByteArray())) {
            return;
          }
          line.reset();
        } else {
          line.write(b);
        }
      }
    } catch (IOException e) {
      throw AtomicFiles.failed("cannot read", file, e);
    }
  }

  /**
   * Cuts the file off before the first complete line whose {@code step} is above {@code step}, and
   * after {@code most} lines. Nothing happens if there is no such file.
   *
   * @throws InputException if a line before that is no JSON object or has no integer {@code step}
   */
  public static void truncateAfter(Path file, int step, int most) {
    if (!Files.exists(file)) {
      return;
    }
    long length = upTo(file, step, most).length;
    try (FileChannel channel = InputFiles.channel(file, StandardOpenOption.WRITE)) {
      channel.truncate(length);
    } catch (IOException e) {
      throw AtomicFiles.failed("cannot write", file, e);
    }
  }

  /**
   * How many lines each step has, of the first {@code most} lines before the first of a step above
   * {@code step}; empty if there is no such file.
   *
   * @throws InputException as {@link #truncateAfter}
   */
  public static LinesByStep count(Path file, int step, int most) {
    return Files.exists(file) ? upTo(file, step, most).lines : new LinesByStep();
  }

  /** The lines before the first of a later step, and their length in bytes. */
  private record Kept(LinesByStep lines, long length) {}

  private static Kept upTo(Path file, int step, int most) {
    LinesByStep lines = new LinesByStep();
    AtomicLong length = new AtomicLong();
    forEachLine(
        file,
        (number, bytes) -> {
          if (number > most) {
            return false;
          }
          JsonNode at = parse(file, number, bytes).get("step");
          if (at == null || !at.isInt()) {
            throw new InputException(
                file + ":" + number + ": found no integer \"step\", expected one in each line");
          }
          if (at.longValue() > step) {
            return false;
          }
          lines.add(at.intValue());
          length.addAndGet(bytes.length + 1L);
          return true;
        });
    return new Kept(lines, length.get());
  }

  private static JsonNode parse(Path file, int number, byte[] bytes) {
    String expected = ", expected one JSON object a line";
    String where = file + ":" + number + ": ";
    JsonNode node =
        Json.parse(
            MAPPER,
            Json.utf8(new ByteArrayInputStream(bytes)),
            JsonParser::readValueAsTree,
            problem ->
                problem.equals("not UTF-8")
                    ? where + problem + expected
                    : "%snot valid JSON (%s)%s"
                        .formatted(
                            where, problem.replace("invalid JSON in line 1, ", ""), expected));
    if (node == null || !node.isObject()) {
      String found = node == null ? "an empty line" : "JSON of type " + node.getNodeType();
      throw new InputException(where + "found " + found + expected);
    }
    requireFinite(where, node);
    return node;
  }

  /** Refuses numbers beyond the range of double, which no file of a run is written with. */
  static void requireFinite(String where, JsonNode node) {
    for (Map.Entry<String, JsonNode> entry : node.properties()) {
      requireFinite(where + entry.getKey() + ": ", entry.getValue());
    }
    for (JsonNode value : node.isArray() ? node : List.<JsonNode>of()) {
      requireFinite(where, value);
    }
    if (node.isNumber() && !Double.isFinite(node.doubleValue(Double.NaN))) {
      throw new InputException(
          Json.oneLine(where + "found a number out of range, expected one up to 1.8e308 or null"));
    }
  }

  /** The file's length up to its last newline. */
  private static long completeLength(FileChannel channel) throws IOException {
    ByteBuffer block = ByteBuffer.allocate(1 << 16);
    for (long end = channel.size(); end > 0; ) {
      long start = Math.max(0, end - block.capacity());
      block.clear().limit((int) (end - start));
      while (block.hasRemaining() && channel.read(block, start + block.position()) >= 0) {}
      for (int i = block.position() - 1; i >= 0; i--) {
        if (block.get(i) == '\n') {
          return start + i + 1;
        }
      }
      end = start;
    }
    return 0;
  }

  private void cutOff(long start) {
    try {
      if (start >= 0) {
        channel.truncate(start);
      }
    } catch (IOException e) {
      // The next reader drops the incomplete line; the failure to write is the one to report.
    }
  }

  /** A copy of JSON with null in place of numbers that are not finite. */
  public static JsonNode finite(JsonNode node) {
    JsonNodeFactory nodes = JsonNodeFactory.instance;
    return switch (node) {
      case ObjectNode object -> {
        ObjectNode copy = nodes.objectNode();
        object.properties().forEach(entry -> copy.set(entry.getKey(), finite(entry.getValue())));
        yield copy;
      }
      case ArrayNode array -> {
        ArrayNode copy = nodes.arrayNode();
        array.values().forEach(value -> copy.add(finite(value)));
        yield copy;
      }
      default ->
          node.isFloatingPointNumber() && !Double.isFinite(node.doubleValue())
              ? nodes.nullNode()
              : node;
    };
  }
}
