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
 * @param where the file, if it is to be named, and the keys that lead to the node
 */
public record JsonPart(String where, JsonNode node) {
  /** The node under {@code key}, which may be missing. */
  public JsonPart at(String key) {
    String dot = where.isEmpty() || where.endsWith(": ") ? "" : ".";
    return new JsonPart(where + dot + key, node.path(key));
  }

  /** This part, checked to be missing or an object with no other keys than {@code known}. */
  public JsonPart only(String... known) {
    if (!node.isObject() && !node.isMissingNode()) {
      throw expected("an object");
    }
    for (String key : node.propertyNames()) {
      if (!List.of(known).contains(key)) {
        throw at(key).error("unknown key, expected one of " + String.join(", ", known));
      }
    }
    return this;
  }

  /** The elements of a required list. */
  public List<JsonPart> elements(String key) {
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

  /** A text, or {@code otherwise} if it is absent. */
  public String text(String key, String otherwise) {
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
   * An integer.
   *
   * @param otherwise null if it is required
   */
  public int integer(String key, @Nullable Integer otherwise) {
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
  public double number(String key, @Nullable Number otherwise) {
    JsonPart part = at(key);
    return part.isAbsent() && otherwise != null ? otherwise.doubleValue() : part.number();
  }

  /**
   * A finite number that float32 can hold: not so large that it is infinity there, nor so small
   * that it is 0.
   */
  public float single(String key, Number otherwise) {
    double number = number(key, otherwise);
    float single = (float) number;
    if (Float.isInfinite(single) || (single == 0 && number != 0)) {
      throw at(key).expected("a number that float32 can hold, 1.4e-45 to 3.4e38 or 0");
    }
    return single;
  }

  /** A required list of finite numbers. */
  public double[] numbers(String key) {
    return elements(key).stream().mapToDouble(JsonPart::number).toArray();
  }

  private double number() {
    // An integer of hundreds of digits has no double.
    double number = node.isNumber() ? node.doubleValue(Double.NaN) : Double.NaN;
    if (!Double.isFinite(number) || (number != 0 && Math.abs(number) < Double.MIN_NORMAL)) {
      throw expected("a number");
    }
    return number;
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
  public <E extends Enum<E>> E constant(String key, Class<E> type, @Nullable E otherwise) {
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

  /** The error that this node is not {@code what}. */
  public InputException expected(String what) {
    String text = node.toString();
    String found =
        isAbsent() ? "missing" : "found " + (text.length() > 60 ? text.substring(0, 60) : text);
    return error(found + ", expected " + what);
  }

  /** An error in one line that begins with the path. */
  public InputException error(String problem) {
    return new InputException(Json.oneLine(where + ": " + problem));
  }
}
