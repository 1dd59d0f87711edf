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
  static @Nullable Object apply(
      Budget budget, String operator, @Nullable Object a, @Nullable Object b) {
    return switch (operator) {
      case "==" -> Values.equal(budget, a, b);
      case "!=" -> !Values.equal(budget, a, b);
      case "<" -> Values.compare(budget, a, b) < 0;
      case "<=" -> Values.compare(budget, a, b) <= 0;
      case ">" -> Values.compare(budget, a, b) > 0;
      case ">=" -> Values.compare(budget, a, b) >= 0;
      case "in" -> Values.contains(budget, b, a);
      case "not in" -> !Values.contains(budget, b, a);
      case "~" -> Texts.joined(budget, Values.text(budget, a), Values.text(budget, b));
      case "+" -> sum(budget, a, b);
      case "*" -> product(budget, a, b);
      default -> numbers(operator, a, b);
    };
  }

  private static Object sum(Budget budget, @Nullable Object a, @Nullable Object b) {
    if (a instanceof String x && b instanceof String y) {
      return Texts.joined(budget, x, y);
    }
    if (a instanceof List<?> x && b instanceof List<?> y) {
      budget.list((long) x.size() + y.size());
      List<@Nullable Object> both = new ArrayList<>(x.size() + y.size());
      both.addAll(x);
      both.addAll(y);
      return both;
    }
    return numbers("+", a, b);
  }

  private static Object product(Budget budget, @Nullable Object a, @Nullable Object b) {
    Object text = a instanceof String ? a : b;
    Long times = Values.integer(a instanceof String ? b : a);
    return text instanceof String repeated && times != null
        ? Texts.repeat(budget, repeated, times)
        : numbers("*", a, b);
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
    if (base == 0 || base == 1 || base == -1) {
      return exponent == 0 || base == -1 && exponent % 2 == 0 ? 1 : base;
    }
    long power = 1;
    for (long i = 0; i < exponent; i++) {
      // Overflows after 64 times at the latest.
      power = Math.multiplyExact(power, base);
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
