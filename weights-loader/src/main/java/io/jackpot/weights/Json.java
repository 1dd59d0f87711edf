package io.jackpot.weights;

import io.jackpot.input.InputException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.exc.JacksonIOException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Reads and writes strict JSON objects: UTF-8, no duplicate keys, nothing after the end. */
public final class Json {
  private static final JsonMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build())
          .build();
  private static final int LONGEST_MESSAGE = 400;

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
      return parse(Files.readAllBytes(file), file.toString());
    } catch (IOException e) {
      throw AtomicFiles.failed("cannot read", file, e);
    }
  }

  /**
   * Parses one JSON object.
   *
   * @param where the source of the bytes, for messages
   * @throws InputException if the bytes are not a JSON object
   */
  public static ObjectNode parse(byte[] bytes, String where) {
    String expected = "; expected one JSON object in UTF-8";
    JsonNode node;
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      node = MAPPER.readTree(text);
    } catch (CharacterCodingException e) {
      throw new InputException(oneLine(where + ": not UTF-8" + expected), e);
    } catch (JacksonException e) {
      String problem = e.getOriginalMessage() + " in line " + e.getLocation().getLineNr();
      throw new InputException(oneLine(where + ": invalid JSON: " + problem + expected), e);
    }
    if (!(node instanceof ObjectNode object)) {
      throw new InputException(
          oneLine(where + ": found JSON of type " + node.getNodeType() + expected));
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
    String expected = "; expected one JSON object in UTF-8";
    Reader reader =
        new InputStreamReader(new ByteArrayInputStream(bytes), StandardCharsets.UTF_8.newDecoder());
    try (JsonParser parser = MAPPER.createParser(reader)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new InputException(
            oneLine(where + ": found JSON of type " + parser.currentToken() + expected));
      }
      content.accept(parser);
      if (parser.nextToken() != null) {
        throw new InputException(oneLine(where + ": found more after its end" + expected));
      }
    } catch (JacksonIOException e) {
      throw new InputException(oneLine(where + ": not UTF-8" + expected), e);
    } catch (JacksonException e) {
      String problem = e.getOriginalMessage() + " in line " + e.getLocation().getLineNr();
      throw new InputException(oneLine(where + ": invalid JSON: " + problem + expected), e);
    }
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
