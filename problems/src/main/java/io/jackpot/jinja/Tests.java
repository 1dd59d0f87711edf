package io.jackpot.jinja;

import io.jackpot.jinja.Values.Undefined;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What follows {@code is}. */
final class Tests {
  static final List<String> NAMES =
      List.of(
          "defined",
          "undefined",
          "none",
          "string",
          "number",
          "integer",
          "float",
          "boolean",
          "true",
          "false",
          "mapping",
          "sequence",
          "iterable",
          "callable",
          "odd",
          "even",
          "divisibleby",
          "lower",
          "upper",
          "in",
          "eq",
          "equalto",
          "sameas",
          "ne",
          "lt",
          "lessthan",
          "le",
          "gt",
          "greaterthan",
          "ge");

  private Tests() {}

  /**
   * @throws IllegalArgumentException if there is no such test, or the value has not what it asks
   *     for
   */
  static boolean holds(String name, @Nullable Object value, Call call) {
    return switch (name) {
      case "defined" -> !(value instanceof Undefined);
      case "undefined" -> value instanceof Undefined;
      case "none" -> value == null;
      case "string" -> value instanceof String;
      case "number" -> Values.isNumber(value);
      case "integer" -> value instanceof Long;
      case "float" -> value instanceof Double;
      case "boolean" -> value instanceof Boolean;
      case "true" -> Boolean.TRUE.equals(value);
      case "false" -> Boolean.FALSE.equals(value);
      case "mapping" -> value instanceof Map;
      case "sequence", "iterable" ->
          value instanceof Collection
              || value instanceof Map
              || value instanceof String
              || (value instanceof Undefined);
      case "callable" -> value instanceof Values.Function;
      case "odd" -> Math.floorMod(integer(name, value), 2L) == 1;
      case "even" -> Math.floorMod(integer(name, value), 2L) == 0;
      case "divisibleby" -> integer(name, value) % call.integer(0, "num", 1) == 0;
      case "lower" -> Methods.lower(Values.text(value)).equals(Values.text(value));
      case "upper" -> Methods.upper(Values.text(value)).equals(Values.text(value));
      case "in" -> Values.contains(call.get(0, "seq"), value);
      case "eq", "equalto" -> Values.equal(value, call.get(0, "other"));
      case "sameas" ->
          value == call.get(0, "other")
              || (value instanceof Boolean bool && bool.equals(call.get(0, "other")));
      case "ne" -> !Values.equal(value, call.get(0, "other"));
      case "lt", "lessthan" -> Values.compare(value, call.get(0, "other")) < 0;
      case "le" -> Values.compare(value, call.get(0, "other")) <= 0;
      case "gt", "greaterthan" -> Values.compare(value, call.get(0, "other")) > 0;
      case "ge" -> Values.compare(value, call.get(0, "other")) >= 0;
      default ->
          throw new IllegalArgumentException(
              "the test "
                  + name
                  + " is not supported, expected one of "
                  + String.join(", ", NAMES));
    };
  }

  private static long integer(String name, @Nullable Object value) {
    Long number = Values.integer(value);
    if (number == null) {
      throw new IllegalArgumentException(
          name + ": " + Values.kind(value) + ", expected an integer");
    }
    return number;
  }
}
