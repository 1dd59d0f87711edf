package io.jackpot.math;

import java.math.BigInteger;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The functions that expressions may call, with their values at rational arguments. */
public final class Functions {
  private static final int LARGEST_FACTORIAL = 2_100;

  /** Names and numbers of arguments. */
  private static final Map<String, Integer> ARGUMENTS =
      Map.ofEntries(
          Map.entry("sin", 1),
          Map.entry("cos", 1),
          Map.entry("tan", 1),
          Map.entry("cot", 1),
          Map.entry("sec", 1),
          Map.entry("csc", 1),
          Map.entry("arcsin", 1),
          Map.entry("arccos", 1),
          Map.entry("arctan", 1),
          Map.entry("sinh", 1),
          Map.entry("cosh", 1),
          Map.entry("tanh", 1),
          Map.entry("ln", 1),
          // A logarithm that does not say its base: some constant times ln.
          Map.entry("log", 1),
          Map.entry("abs", 1),
          Map.entry("floor", 1),
          Map.entry("ceil", 1),
          Map.entry("factorial", 1),
          Map.entry("binom", 2),
          Map.entry("gcd", 2),
          Map.entry("lcm", 2),
          Map.entry("max", 2),
          Map.entry("min", 2));

  private Functions() {}

  /** Whether a function of that name takes so many arguments. */
  public static boolean exists(String name, int arguments) {
    return ARGUMENTS.getOrDefault(name, 0) == arguments;
  }

  /** Whether there is a function of that name. */
  public static boolean exists(String name) {
    return ARGUMENTS.containsKey(name);
  }

  /**
   * The value, where it is a rational number by itself.
   *
   * @throws MathException if there is no value, or it is too long
   */
  static @Nullable Rational exact(String function, Rational[] at, Budget budget) {
    return switch (function) {
      case "abs" -> at[0].abs();
      case "floor" -> Rational.of(at[0].floor());
      case "ceil" -> Rational.of(at[0].negate().floor()).negate();
      case "max" -> at[0].compareTo(at[1]) > 0 ? at[0] : at[1];
      case "min" -> at[0].compareTo(at[1]) < 0 ? at[0] : at[1];
      case "factorial" -> fallingFactorial(natural(at[0]), natural(at[0]), budget);
      case "binom" -> binomial(natural(at[0]), natural(at[1]), budget);
      case "gcd" -> Rational.of(integer(at[0]).gcd(integer(at[1])));
      case "lcm" -> lcm(integer(at[0]), integer(at[1]));
      case "sin", "tan", "arcsin", "arctan", "sinh", "tanh" -> at[0].isZero() ? at[0] : null;
      case "cos", "cosh" -> at[0].isZero() ? Rational.ONE : null;
      case "ln", "log" -> at[0].isOne() ? Rational.ZERO : null;
      default -> null;
    };
  }

  private static int natural(Rational value) {
    int number = value.small();
    if (number < 0 || number > LARGEST_FACTORIAL) {
      throw new MathException("factorial of " + number);
    }
    return number;
  }

  private static BigInteger integer(Rational value) {
    if (!value.isInteger()) {
      throw new MathException(value + ": not an integer");
    }
    return value.numerator();
  }

  private static Rational lcm(BigInteger a, BigInteger b) {
    BigInteger divisor = a.gcd(b);
    return divisor.signum() == 0 ? Rational.ZERO : Rational.of(a.divide(divisor).multiply(b).abs());
  }

  private static Rational binomial(int n, int k, Budget budget) {
    if (k > n) {
      return Rational.ZERO;
    }
    int few = Math.min(k, n - k);
    return fallingFactorial(n, few, budget).times(fallingFactorial(few, few, budget).inverse());
  }

  /** n (n−1) … with k factors. */
  private static Rational fallingFactorial(int n, int k, Budget budget) {
    BigInteger product = BigInteger.ONE;
    for (int i = 0; i < k; i++) {
      budget.spend(1 + product.bitLength() / 64);
      product = product.multiply(BigInteger.valueOf(n - i));
    }
    return Rational.of(product);
  }
}
