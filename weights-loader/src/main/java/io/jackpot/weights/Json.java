package io.jackpot.weights;

import io.jackpot.input.InputException;
import io.jackpot.input.InputFiles;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeType;
import tools.jackson.databind.node.ObjectNode;

/** Reads and writes strict JSON objects: UTF-8, no duplicate keys, nothing after the end. */
public final class Json {
  private static final JsonMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build())
          .build();
  private static final String EXPECTED = "; expected one JSON object in UTF-8";
  private static final int LONGEST_MESSAGE = 400;

  /** Far larger than any object that is read as a whole. */
  private static final int LARGEST = 512 << 20;

  private Json() {}

  static ObjectNode object() {
    return MAPPER.createObjectNode();
  }

  /**
   * Reads a file.
   *
   * @throws InputException if the file cannot be read or is not a JSON object
   */
  public static ObjectNode read(Path file) {
    try {
      return parse(InputFiles.bytes(file, LARGEST), file.toString());
    } catch (IOException e) {
      throw AtomicFiles.failed("cannot read", file, e);
    } catch (OutOfMemoryError e) {
      throw InputFiles.outOfMemory(file.toString(), e);
    }
  }

  /**
   * Parses one JSON object.
   *
   * @param where the source of the bytes, for messages
   * @throws InputException if the bytes are not a JSON object
   */
  public static ObjectNode parse(byte[] bytes, String where) {
    JsonNode node =
        parse(
            MAPPER,
            utf8(new ByteArrayInputStream(bytes)),
            JsonParser::readValueAsTree,
            problem -> where + ": " + problem + EXPECTED);
    if (!(node instanceof ObjectNode object)) {
      throw new InputException(
          oneLine(
              where
                  + ": found JSON of type "
                  + (node == null ? JsonNodeType.MISSING : node.getNodeType())
                  + EXPECTED));
    }
    return object;
  }

  /**
   * Parses one JSON object as a stream of tokens.
   *
   * @param where the source of the bytes, for messages
   * @param content consumes the tokens after the opening brace up to the closing one, inclusive
   * @throws InputException if the bytes are not a JSON object
   */
  static void stream(byte[] bytes, String where, Consumer<JsonParser> content) {
    parse(
        MAPPER,
        utf8(new ByteArrayInputStream(bytes)),
        parser -> {
          if (parser.nextToken() != JsonToken.START_OBJECT) {
            throw new InputException(
                oneLine(where + ": found JSON of type " + parser.currentToken() + EXPECTED));
          }
          content.accept(parser);
          return "";
        },
        problem -> where + ": " + problem + EXPECTED);
  }

  /** Decodes UTF-8; bytes that are not UTF-8 are an error of the reader. */
  public static Reader utf8(InputStream in) {
    return new InputStreamReader(in, StandardCharsets.UTF_8.newDecoder());
  }

  /**
   * Parses a text that has one JSON value and nothing after it. Every reader of JSON parses here,
   * so that each kind of damage is said in the same words.
   *
   * @param content reads the value from before its first token
   * @param message makes a message of what is wrong and where in the text that is
   * @throws InputException if the text is not JSON, or is nested too deep
   */
  public static <T> @Nullable T parse(
      JsonMapper mapper,
      Reader text,
      Function<JsonParser, @Nullable T> content,
      Function<String, String> message) {
    try (JsonParser parser = mapper.createParser(text)) {
      try {
        T value = content.apply(parser);
        if (parser.nextToken() != null) {
          throw new InputException(
              oneLine(message.apply("invalid JSON" + place(parser) + ": more after its end")));
        }
        return value;
      } catch (JacksonException e) {
        throw new InputException(oneLine(message.apply(problem(e, parser))), e);
      }
    }
  }

  /** What is wrong with JSON that {@code parser} has failed on, and where. */
  private static String problem(JacksonException e, JsonParser parser) {
    if (e.getCause() instanceof CharacterCodingException) {
      return "not UTF-8";
    }
    // What Jackson says of its own methods and settings tells users nothing.
    String what =
        e.getOriginalMessage()
            .replaceFirst("\\((\\d+), from `[^`]*`\\)", "$1")
            .replaceFirst(" \\(start marker at \\[[^\\]]*\\]\\)", "");
    return "invalid JSON" + place(parser) + ": " + what;
  }

  private static String place(JsonParser parser) {
    TokenStreamLocation at = parser.currentLocation();
    return " in line %d, column %d".formatted(at.getLineNr(), at.getColumnNr());
  }

  static byte[] bytes(ObjectNode object) {
    return MAPPER.writeValueAsBytes(object);
  }

  /**
   * Writes {@code object}, indented, atomically.
   *
   * @throws InputException if it cannot be written
   */
  public static void write(Path file, ObjectNode object) {
    byte[] bytes =
        MAPPER.writer().with(SerializationFeature.INDENT_OUTPUT).writeValueAsBytes(object);
    AtomicFiles.writeAtomically(file, out -> out.write(bytes));
  }

  /** Puts a message that may quote foreign text on one line, of at most 400 characters. */
  public static String oneLine(String message) {
    String line = message.replaceAll("[\\p{Cntrl}\\s]+", " ");
    return line.length() <= LONGEST_MESSAGE ? line : line.substring(0, LONGEST_MESSAGE) + "…";
  }
}
