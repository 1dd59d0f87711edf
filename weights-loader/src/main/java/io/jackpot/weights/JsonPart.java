package io.jackpot.weights;

import io.jackpot.input.InputException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A node of a JSON file with its path, which its errors name.
 *
 * @param where the file and the keys that lead to the node, for messages
 */
record JsonPart(String where, JsonNode node) {
  JsonPart at(String key) {
    return new JsonPart(where + (where.endsWith(": ") ? "" : ".") + key, node.path(key));
  }

  List<JsonPart> elements(String key) {
    JsonPart list = at(key);
    if (!list.node.isArray()) {
      throw list.expected("a list");
    }
    List<JsonPart> parts = new ArrayList<>();
    for (JsonNode element : list.node) {
      parts.add(new JsonPart(list.where + "[" + parts.size() + "]", element));
    }
    return parts;
  }

  /** Whether the node is missing or {@code null}. */
  boolean isAbsent() {
    return node.isNull() || node.isMissingNode();
  }

  String text(String key) {
    JsonPart part = at(key);
    if (!part.node.isString()) {
      throw part.expected("a text");
    }
    return part.node.stringValue();
  }

  @Nullable String textOrNull(String key) {
    return at(key).isAbsent() ? null : text(key);
  }

  /** A text of one code point. */
  int character(String key) {
    String text = text(key);
    if (text.isEmpty() || text.codePointCount(0, text.length()) != 1) {
      throw at(key).expected("one character");
    }
    return text.codePointAt(0);
  }

  String text(String key, String otherwise) {
    return at(key).isAbsent() ? otherwise : text(key);
  }

  boolean flag(String key, boolean otherwise) {
    return at(key).isAbsent() ? otherwise : flag(key);
  }

  boolean flag(String key) {
    JsonPart part = at(key);
    if (!part.node.isBoolean()) {
      throw part.expected("true or false");
    }
    return part.node.booleanValue();
  }

  /**
   * @param otherwise null if the integer is required
   */
  int integer(String key, @Nullable Integer otherwise) {
    JsonPart part = at(key);
    if (part.isAbsent() && otherwise != null) {
      return otherwise;
    }
    if (!part.node.isIntegralNumber() || !part.node.canConvertToInt()) {
      throw part.expected("an integer");
    }
    return part.node.intValue();
  }

  /**
   * A finite number.
   *
   * @param otherwise null if it is required
   */
  double number(String key, @Nullable Number otherwise) {
    JsonPart part = at(key);
    if (part.isAbsent() && otherwise != null) {
      return otherwise.doubleValue();
    }
    if (!part.node.isNumber() || !Double.isFinite(part.node.doubleValue())) {
      throw part.expected("a number");
    }
    return part.node.doubleValue();
  }

  /** An integer that is not negative. */
  int count(String key) {
    return at(key).count();
  }

  int count() {
    if (!node.isInt() || node.intValue() < 0) {
      throw expected("an integer from 0 on");
    }
    return node.intValue();
  }

  /** An enum constant by its name in camel case or lower case. */
  <E extends Enum<E>> E constant(String key, Class<E> type, @Nullable E otherwise) {
    if (otherwise != null && at(key).isAbsent()) {
      return otherwise;
    }
    String name = text(key).replaceAll("(?<=[a-z])(?=[A-Z])", "_").toUpperCase(Locale.ROOT);
    for (E constant : type.getEnumConstants()) {
      if (constant.name().equals(name)) {
        return constant;
      }
    }
    List<String> names = new ArrayList<>();
    for (E constant : type.getEnumConstants()) {
      names.add(constant.name().toLowerCase(Locale.ROOT));
    }
    throw at(key).expected("one of " + String.join(", ", names));
  }

  InputException expected(String what) {
    String text = node.toString();
    String found =
        isAbsent() ? "missing" : "found " + (text.length() > 60 ? text.substring(0, 60) : text);
    return error(found + ", expected " + what);
  }

  InputException error(String problem) {
    return new InputException(Json.oneLine(where + ": " + problem));
  }
}
