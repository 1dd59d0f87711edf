package io.jackpot.jinja;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The operators on values. */
final class Arithmetic {
  private Arithmetic() {}

  /**
   * @throws IllegalArgumentException if the operator is not defined for the two values
   * @throws ArithmeticException if an integer is too large, or the divisor 0
   */
  static @Nullable Object apply(String operator, @Nullable Object a, @Nullable Object b) {
    return switch (operator) {
      case "==" -> Values.equal(a, b);
      case "!=" -> !Values.equal(a, b);
      case "<" -> Values.compare(a, b) < 0;
      case "<=" -> Values.compare(a, b) <= 0;
      case ">" -> Values.compare(a, b) > 0;
      case ">=" -> Values.compare(a, b) >= 0;
      case "in" -> Values.contains(b, a);
      case "not in" -> !Values.contains(b, a);
      case "~" -> Values.bounded(Values.text(a) + Values.text(b));
      case "+" -> sum(a, b);
      case "*" -> product(a, b);
      default -> numbers(operator, a, b);
    };
  }

  private static Object sum(@Nullable Object a, @Nullable Object b) {
    if (a instanceof String x && b instanceof String y) {
      return Values.bounded(x + y);
    }
    if (a instanceof List<?> x && b instanceof List<?> y) {
      if (x.size() + y.size() > Values.MOST_ITEMS) {
        throw new IllegalArgumentException("a list of more than " + Values.MOST_ITEMS + " items");
      }
      List<@Nullable Object> both = new ArrayList<>(x);
      both.addAll(y);
      return both;
    }
    return numbers("+", a, b);
  }

  private static Object product(@Nullable Object a, @Nullable Object b) {
    Object text = a instanceof String ? a : b;
    Long times = Values.integer(a instanceof String ? b : a);
    return text instanceof String repeated && times != null
        ? repeated(repeated, times)
        : numbers("*", a, b);
  }

  private static String repeated(String text, long times) {
    if (times > 0 && text.length() > Values.LONGEST / times) {
      throw Values.tooLong("text");
    }
    return text.repeat((int) Math.max(0, Math.min(times, Values.LONGEST)));
  }

  private static Object numbers(String operator, @Nullable Object a, @Nullable Object b) {
    if (a == null || b == null || !Values.isNumber(a) || !Values.isNumber(b)) {
      throw new IllegalArgumentException(
          operator + " is not defined on " + Values.kind(a) + " and " + Values.kind(b));
    }
    Long x = Values.integer(a);
    Long y = Values.integer(b);
    if (x != null && y != null && !operator.equals("/") && !(operator.equals("**") && y < 0)) {
      return switch (operator) {
        case "+" -> Math.addExact(x, y);
        case "-" -> Math.subtractExact(x, y);
        case "*" -> Math.multiplyExact(x, y);
        case "//" -> Math.floorDivExact(x, y);
        case "%" -> Math.floorMod(x, y);
        default -> power(x, y);
      };
    }
    double left = Values.number(a);
    double right = Values.number(b);
    if (right == 0 && (operator.equals("/") || operator.equals("//") || operator.equals("%"))) {
      throw new ArithmeticException("division by zero");
    }
    return switch (operator) {
      case "+" -> left + right;
      case "-" -> left - right;
      case "*" -> left * right;
      case "/" -> left / right;
      case "//" -> Math.floor(left / right);
      case "%" -> left - right * Math.floor(left / right);
      default -> StrictMath.pow(left, right);
    };
  }

  private static long power(long base, long exponent) {
    long power = 1;
    for (long i = 0; i < exponent && power != 0 && (base != 1 || i == 0); i++) {
      power = Math.multiplyExact(power, base);
      if (base == -1) {
        return exponent % 2 == 0 ? 1 : -1;
      }
    }
    return power;
  }

  static Object negate(@Nullable Object value) {
    Long number = Values.integer(value);
    if (number != null) {
      return Math.negateExact(number);
    }
    if (value instanceof Double real) {
      return -real;
    }
    throw new IllegalArgumentException("- is not defined on " + Values.kind(value));
  }
}
