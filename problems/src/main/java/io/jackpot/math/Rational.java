package io.jackpot.math;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;

/**
 * A rational number in lowest terms with a positive denominator.
 *
 * <p>Numerator and denominator have at most {@value Budget#LONGEST_INTEGER} bits; an operation
 * whose result would be longer throws a {@link MathException}.
 */
public record Rational(BigInteger numerator, BigInteger denominator)
    implements Comparable<Rational> {
  public static final Rational ZERO = of(0);
  public static final Rational ONE = of(1);
  public static final Rational MINUS_ONE = of(-1);

  public Rational {
    if (denominator.signum() == 0) {
      throw new NoValueException("division by zero");
    }
    if (denominator.signum() < 0) {
      numerator = numerator.negate();
      denominator = denominator.negate();
    }
    if (!denominator.equals(BigInteger.ONE)) {
      BigInteger divisor = numerator.gcd(denominator);
      if (!divisor.equals(BigInteger.ONE)) {
        numerator = numerator.divide(divisor);
        denominator = denominator.divide(divisor);
      }
    }
    if (Math.max(numerator.bitLength(), denominator.bitLength()) > Budget.LONGEST_INTEGER) {
      throw new MathException("number too long");
    }
  }

  public static Rational of(long value) {
    return of(BigInteger.valueOf(value));
  }

  public static Rational of(BigInteger value) {
    return new Rational(value, BigInteger.ONE);
  }

  public static Rational of(long numerator, long denominator) {
    return new Rational(BigInteger.valueOf(numerator), BigInteger.valueOf(denominator));
  }

  /** Returns digits · 10<sup>−scale</sup>. */
  public static Rational ofDecimal(BigInteger digits, int scale) {
    if (Math.abs((long) scale) > Budget.LONGEST_INTEGER / 3) {
      throw new MathException("number too long");
    }
    BigInteger power = BigInteger.TEN.pow(Math.abs(scale));
    return scale < 0 ? of(digits.multiply(power)) : new Rational(digits, power);
  }

  public boolean isZero() {
    return numerator.signum() == 0;
  }

  public boolean isOne() {
    return equals(ONE);
  }

  public boolean isInteger() {
    return denominator.equals(BigInteger.ONE);
  }

  public int signum() {
    return numerator.signum();
  }

  public Rational negate() {
    return new Rational(numerator.negate(), denominator);
  }

  public Rational abs() {
    return signum() < 0 ? negate() : this;
  }

  public Rational inverse() {
    return new Rational(denominator, numerator);
  }

  public Rational plus(Rational other) {
    return new Rational(
        numerator.multiply(other.denominator).add(other.numerator.multiply(denominator)),
        denominator.multiply(other.denominator));
  }

  public Rational minus(Rational other) {
    return plus(other.negate());
  }

  public Rational times(Rational other) {
    return new Rational(
        numerator.multiply(other.numerator), denominator.multiply(other.denominator));
  }

  public Rational pow(int exponent) {
    if (exponent < 0) {
      return inverse().pow(Math.negateExact(exponent));
    }
    long bits = Math.max(numerator.bitLength(), denominator.bitLength());
    if ((bits - 1) * exponent > Budget.LONGEST_INTEGER) {
      throw new MathException("number too long");
    }
    return new Rational(numerator.pow(exponent), denominator.pow(exponent));
  }

  /** The largest integer that is at most this number. */
  public BigInteger floor() {
    BigInteger[] parts = numerator.divideAndRemainder(denominator);
    return parts[1].signum() < 0 ? parts[0].subtract(BigInteger.ONE) : parts[0];
  }

  /**
   * The value as an {@code int}.
   *
   * @throws MathException if it is not an integer, or has more than 20 bits
   */
  public int small() {
    if (!isInteger() || numerator.bitLength() > 20) {
      throw new MathException(this + ": not a small integer");
    }
    return numerator.intValue();
  }

  /** The number of 64-bit words of both parts, by which operations are paid for. */
  int words() {
    return 2 + (numerator.bitLength() + denominator.bitLength()) / 64;
  }

  /** The value in floating point. */
  double approximate() {
    return Math.max(numerator.bitLength(), denominator.bitLength()) < 53
        ? numerator.doubleValue() / denominator.doubleValue()
        : decimal(MathContext.DECIMAL64).doubleValue();
  }

  BigDecimal decimal(MathContext context) {
    return new BigDecimal(numerator).divide(new BigDecimal(denominator), context);
  }

  @Override
  public int compareTo(Rational other) {
    return numerator.multiply(other.denominator).compareTo(other.numerator.multiply(denominator));
  }

  @Override
  public String toString() {
    return isInteger() ? numerator.toString() : numerator + "/" + denominator;
  }
}
