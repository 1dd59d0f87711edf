package io.jackpot.jinja;

import io.jackpot.jinja.Values.Undefined;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** The tests, which follow {@code is}. */
final class Tests {
  private interface TestFunction {
    boolean holds(@Nullable Object value, CallArguments call);
  }

  private static final Map<String, TestFunction> ALL = new LinkedHashMap<>();

  static {
    ALL.put("defined", (v, c) -> !(v instanceof Undefined));
    ALL.put("undefined", (v, c) -> v instanceof Undefined);
    ALL.put("none", (v, c) -> v == null);
    ALL.put("string", (v, c) -> v instanceof String);
    ALL.put("number", (v, c) -> Values.isNumber(v));
    ALL.put("integer", (v, c) -> v instanceof Long);
    ALL.put("float", (v, c) -> v instanceof Double);
    ALL.put("boolean", (v, c) -> v instanceof Boolean);
    ALL.put("true", (v, c) -> Boolean.TRUE.equals(v));
    ALL.put("false", (v, c) -> Boolean.FALSE.equals(v));
    ALL.put("mapping", (v, c) -> v instanceof Map);
    ALL.put("sequence", (v, c) -> hasItems(v));
    ALL.put("iterable", (v, c) -> hasItems(v));
    ALL.put("callable", (v, c) -> v instanceof Values.Function);
    ALL.put("odd", (v, c) -> Math.floorMod(integer(v, c), 2L) == 1);
    ALL.put("even", (v, c) -> Math.floorMod(integer(v, c), 2L) == 0);
    ALL.put("divisibleby", (v, c) -> integer(v, c) % c.integer(0, "num", 1) == 0);
    ALL.put("lower", (v, c) -> isCased(v, c, Texts::lower));
    ALL.put("upper", (v, c) -> isCased(v, c, Texts::upper));
    ALL.put("in", (v, c) -> Values.contains(c.budget(), c.get(0, "seq"), v));
    ALL.put("eq", (v, c) -> Values.equal(c.budget(), v, other(c)));
    ALL.put("equalto", (v, c) -> Values.equal(c.budget(), v, other(c)));
    ALL.put("sameas", (v, c) -> same(v, other(c)));
    ALL.put("ne", (v, c) -> !Values.equal(c.budget(), v, other(c)));
    ALL.put("lt", (v, c) -> Values.compare(c.budget(), v, other(c)) < 0);
    ALL.put("lessthan", (v, c) -> Values.compare(c.budget(), v, other(c)) < 0);
    ALL.put("le", (v, c) -> Values.compare(c.budget(), v, other(c)) <= 0);
    ALL.put("gt", (v, c) -> Values.compare(c.budget(), v, other(c)) > 0);
    ALL.put("greaterthan", (v, c) -> Values.compare(c.budget(), v, other(c)) > 0);
    ALL.put("ge", (v, c) -> Values.compare(c.budget(), v, other(c)) >= 0);
  }

  private Tests() {}

  /**
   * Whether a test holds for a value.
   *
   * @throws IllegalArgumentException if there is no such test, or it does not accept the value
   */
  static boolean holds(String name, @Nullable Object value, CallArguments call) {
    call.budget().step();
    TestFunction test = ALL.get(name);
    if (test == null) {
      throw new IllegalArgumentException(
          "the test "
              + name
              + " is not supported, expected one of "
              + String.join(", ", ALL.keySet()));
    }
    return test.holds(value, call);
  }

  @SuppressWarnings("ReferenceEquality") // Python's "is".
  private static boolean same(@Nullable Object value, @Nullable Object other) {
    return value == other || (value instanceof Boolean bool && bool.equals(other));
  }

  private static boolean isCased(
      @Nullable Object value, CallArguments call, BiFunction<Budget, String, String> cased) {
    String text = Values.text(call.budget(), value);
    call.budget().characters(text.length());
    return cased.apply(call.budget(), text).equals(text);
  }

  private static boolean hasItems(@Nullable Object value) {
    return value instanceof Collection
        || value instanceof Map
        || value instanceof String
        || value instanceof Undefined;
  }

  private static @Nullable Object other(CallArguments call) {
    return call.get(0, "other");
  }

  private static long integer(@Nullable Object value, CallArguments call) {
    Long number = Values.integer(value);
    if (number == null) {
      throw new IllegalArgumentException(
          call.name() + ": " + Values.kind(value) + ", expected an integer");
    }
    return number;
  }
}
