package io.jackpot.math;

import java.math.BigInteger;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The functions that expressions may call, and their exact values at rational arguments. */
public final class Functions {
  private static final int LARGEST_FACTORIAL = 2_100;

  /** The functions of one argument; {@code log} is {@code ln} times an unknown constant. */
  private static final Set<String> UNARY =
      Set.of(
          "sin",
          "cos",
          "tan",
          "cot",
          "sec",
          "csc",
          "arcsin",
          "arccos",
          "arctan",
          "sinh",
          "cosh",
          "tanh",
          "ln",
          "log",
          "abs",
          "floor",
          "ceil",
          "factorial");

  private static final Set<String> BINARY = Set.of("binom", "gcd", "lcm", "max", "min");

  private Functions() {}

  /** Whether there is a function of that name with that number of arguments. */
  public static boolean exists(String name, int arguments) {
    return (arguments == 1 && UNARY.contains(name)) || (arguments == 2 && BINARY.contains(name));
  }

  /** Whether there is a function of that name. */
  public static boolean exists(String name) {
    return UNARY.contains(name) || BINARY.contains(name);
  }

  /**
   * The value of a function if it is rational; null if it is not known to be.
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
    if (!value.isInteger() || value.signum() < 0) {
      throw new NoValueException("factorial of " + value);
    }
    int number = value.small();
    if (number > LARGEST_FACTORIAL) {
      throw new MathException("factorial of " + number);
    }
    return number;
  }

  private static BigInteger integer(Rational value) {
    if (!value.isInteger()) {
      throw new NoValueException(value + ": not an integer");
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

  /** The product n (n−1) … of k factors. */
  private static Rational fallingFactorial(int n, int k, Budget budget) {
    BigInteger product = BigInteger.ONE;
    for (int i = 0; i < k; i++) {
      budget.spend(1 + product.bitLength() / 64);
      product = product.multiply(BigInteger.valueOf(n - i));
    }
    return Rational.of(product);
  }
}
