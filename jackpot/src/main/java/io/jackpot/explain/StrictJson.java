package io.jackpot.explain;

import io.jackpot.input.InputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * A JSON object that knows its path and its keys: an unknown key, a wrong type or a number that is
 * not finite is an {@link InputException} that names the entry.
 *
 * @param node the object
 * @param path where it stands, as in {@code tokens[3]}; empty for the root
 */
record StrictJson(JsonNode node, String path) {
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  static JsonNode read(Path file) {
    if (!Files.isReadable(file) || Files.isDirectory(file)) {
      throw new InputException(file + ": not a readable file, expected a JSON file");
    }
    try {
      JsonNode json = MAPPER.readTree(file);
      if (json.isMissingNode()) {
        throw new InputException(file + ": empty, expected a JSON object");
      }
      return json;
    } catch (JacksonException e) {
      throw new InputException(
          file
              + ", line "
              + e.getLocation().getLineNr()
              + ": not valid JSON ("
              + e.getOriginalMessage().lines().findFirst().orElse("")
              + ")",
          e);
    }
  }

  /** {@code node} as an object with no other keys than {@code known}. */
  static StrictJson object(JsonNode node, String path, String... known) {
    StrictJson json = new StrictJson(node, path);
    if (!node.isObject()) {
      throw wrong(path.isEmpty() ? "input" : path, node, "an object");
    }
    for (String key : node.propertyNames()) {
      if (!Arrays.asList(known).contains(key)) {
        throw new InputException(
            json.at(key) + ": unknown key, expected one of " + String.join(", ", known));
      }
    }
    return json;
  }

  /** The object under {@code key}; an empty one where there is none. */
  StrictJson child(String key, String... known) {
    JsonNode value = node.has(key) ? node.get(key) : JsonNodeFactory.instance.objectNode();
    return object(value, at(key), known);
  }

  List<JsonNode> array(String key) {
    JsonNode value = required(key);
    if (!value.isArray()) {
      throw wrong(at(key), value, "an array");
    }
    return value.values().stream().toList();
  }

  double[] numbers(String key) {
    List<JsonNode> values = array(key);
    return IntStream.range(0, values.size())
        .mapToDouble(i -> number(values.get(i), at(key) + "[" + i + "]"))
        .toArray();
  }

  double number(String key) {
    return number(required(key), at(key));
  }

  double number(String key, double otherwise) {
    return node.has(key) ? number(key) : otherwise;
  }

  /** Empty where the file says null. */
  OptionalDouble numberOrNull(String key, double otherwise) {
    return node.has(key) && node.get(key).isNull()
        ? OptionalDouble.empty()
        : OptionalDouble.of(number(key, otherwise));
  }

  int integer(String key) {
    JsonNode value = required(key);
    if (!value.isIntegralNumber() || !value.canConvertToInt()) {
      throw wrong(at(key), value, "an integer");
    }
    return value.intValue();
  }

  int integer(String key, int otherwise) {
    return node.has(key) ? integer(key) : otherwise;
  }

  /** A constant of {@code otherwise}'s type, written in lower case. */
  <E extends Enum<E>> E choice(String key, E otherwise) {
    if (!node.has(key)) {
      return otherwise;
    }
    E[] constants = otherwise.getDeclaringClass().getEnumConstants();
    return Arrays.stream(constants)
        .filter(constant -> node.get(key).isString() && name(constant).equals(text(key)))
        .findFirst()
        .orElseThrow(() ->
            wrong(
                at(key),
                node.get(key),
                Arrays.stream(constants)
                    .map(StrictJson::name)
                    .collect(Collectors.joining(", ", "one of ", ""))));
  }

  String at(String key) {
    return path.isEmpty() ? key : path + "." + key;
  }

  private String text(String key) {
    return node.get(key).stringValue();
  }

  private static String name(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  private JsonNode required(String key) {
    if (!node.has(key)) {
      throw new InputException(at(key) + ": missing");
    }
    return node.get(key);
  }

  private static double number(JsonNode value, String where) {
    if (!value.isNumber() || !Double.isFinite(value.doubleValue())) {
      throw wrong(where, value, "a finite number");
    }
    return value.doubleValue();
  }

  private static InputException wrong(String where, JsonNode found, String expected) {
    String text = found.toString();
    String shown = text.length() > 40 ? text.substring(0, 40) + "…" : text;
    return new InputException(where + ": " + shown + ", expected " + expected);
  }
}
