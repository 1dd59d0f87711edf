package io.jackpot.math;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;
import org.jspecify.annotations.Nullable;

/**
 * Arithmetic and elementary functions of decimal numbers to a fixed number of digits. The functions
 * use argument reduction and Taylor series; their error is about one unit in the fourth-last digit.
 */
final class Decimals {
  private static final BigDecimal TWO = BigDecimal.valueOf(2);
  private static final int LARGEST_ANGLE_DIGITS = 12;
  private static final int LARGEST_EXPONENT = 20_000;

  final MathContext context;
  private final Budget budget;
  private final int cost;
  private final BigDecimal smallest;
  private @Nullable BigDecimal pi;
  private @Nullable BigDecimal lnTen;

  /**
   * @param digits the number of digits that results keep
   */
  Decimals(int digits, Budget budget) {
    context = new MathContext(digits, RoundingMode.HALF_EVEN);
    this.budget = budget;
    cost = 4 + digits * digits / 300;
    smallest = BigDecimal.ONE.movePointLeft(digits + 3);
  }

  void spend() {
    budget.spend(cost);
  }

  BigDecimal plus(BigDecimal a, BigDecimal b) {
    spend();
    return a.add(b, context);
  }

  BigDecimal minus(BigDecimal a, BigDecimal b) {
    return plus(a, b.negate());
  }

  BigDecimal times(BigDecimal a, BigDecimal b) {
    spend();
    return a.multiply(b, context);
  }

  BigDecimal divide(BigDecimal a, BigDecimal b) {
    spend();
    if (b.signum() == 0) {
      throw new NoValueException("division by zero");
    }
    return a.divide(b, context);
  }

  BigDecimal sqrt(BigDecimal a) {
    budget.spend(20L * cost);
    return a.sqrt(context);
  }

  /** Computes π by Machin's formula. */
  BigDecimal pi() {
    BigDecimal known = pi;
    if (known == null) {
      BigDecimal quarter =
          arctanOfInverse(5).multiply(BigDecimal.valueOf(4)).subtract(arctanOfInverse(239));
      known = quarter.multiply(BigDecimal.valueOf(4)).round(context);
      pi = known;
    }
    return known;
  }

  private BigDecimal arctanOfInverse(int n) {
    int scale = context.getPrecision() + 10;
    BigInteger square = BigInteger.valueOf((long) n * n);
    BigInteger power = BigInteger.TEN.pow(scale).divide(BigInteger.valueOf(n));
    BigInteger sum = power;
    for (int k = 1; power.signum() != 0; k++) {
      spend();
      power = power.divide(square);
      BigInteger term = power.divide(BigInteger.valueOf(2L * k + 1));
      sum = k % 2 == 1 ? sum.subtract(term) : sum.add(term);
    }
    return new BigDecimal(sum, scale);
  }

  BigDecimal exp(BigDecimal x) {
    if (x.abs().compareTo(BigDecimal.valueOf(LARGEST_EXPONENT)) > 0) {
      throw new MathException("number too long");
    }
    int halvings = 8 + Math.max(0, x.precision() - x.scale()) * 4;
    Decimals inner = new Decimals(context.getPrecision() + 8 + halvings / 3, budget);
    BigDecimal small = inner.divide(x, BigDecimal.valueOf(2).pow(halvings));
    BigDecimal sum = BigDecimal.ONE;
    BigDecimal term = BigDecimal.ONE;
    for (int k = 1; term.abs().compareTo(inner.smallest) > 0; k++) {
      term = inner.divide(inner.times(term, small), BigDecimal.valueOf(k));
      sum = inner.plus(sum, term);
    }
    for (int i = 0; i < halvings; i++) {
      sum = inner.times(sum, sum);
    }
    return sum.round(context);
  }

  /** The natural logarithm of a positive number. */
  BigDecimal ln(BigDecimal x) {
    int power = x.precision() - x.scale() - 1;
    BigDecimal mantissa = x.movePointLeft(power);
    BigDecimal result = lnOfMantissa(mantissa);
    return power == 0 ? result : plus(result, times(lnTen(), BigDecimal.valueOf(power)));
  }

  private BigDecimal lnTen() {
    BigDecimal known = lnTen;
    if (known == null) {
      known = lnOfMantissa(BigDecimal.TEN);
      lnTen = known;
    }
    return known;
  }

  /** Halley's iteration, which triples the number of correct digits each time. */
  private BigDecimal lnOfMantissa(BigDecimal x) {
    BigDecimal y = BigDecimal.valueOf(Math.log(x.doubleValue()));
    for (int right = 14; right < 2 * context.getPrecision(); right *= 3) {
      BigDecimal power = exp(y);
      BigDecimal change = divide(minus(x, power), plus(x, power));
      y = plus(y, times(TWO, change));
    }
    return y;
  }

  BigDecimal sin(BigDecimal x) {
    return taylor(reduced(x), 1);
  }

  BigDecimal cos(BigDecimal x) {
    return taylor(reduced(x), 0);
  }

  /** Reduces an angle to [−π, π]. */
  private BigDecimal reduced(BigDecimal x) {
    if (x.precision() - x.scale() > LARGEST_ANGLE_DIGITS) {
      throw new MathException("number too long");
    }
    Decimals inner = new Decimals(context.getPrecision() + LARGEST_ANGLE_DIGITS + 3, budget);
    BigDecimal turn = TWO.multiply(inner.pi());
    BigDecimal turns = x.divide(turn, 0, RoundingMode.HALF_EVEN);
    return turns.signum() == 0 ? x : inner.minus(x, inner.times(turns, turn));
  }

  /** Sums the series of the sine with {@code first} 1, of the cosine with 0. */
  private BigDecimal taylor(BigDecimal x, int first) {
    Decimals inner = new Decimals(context.getPrecision() + 5, budget);
    BigDecimal square = inner.times(x, x).negate();
    BigDecimal term = first == 1 ? x : BigDecimal.ONE;
    BigDecimal sum = term;
    BigDecimal end = inner.smallest.multiply(term.abs().min(BigDecimal.ONE));
    for (int k = first + 1; term.abs().compareTo(end) > 0; k += 2) {
      term = inner.divide(inner.times(term, square), BigDecimal.valueOf((long) k * (k + 1)));
      sum = inner.plus(sum, term);
    }
    return sum;
  }

  BigDecimal arctan(BigDecimal x) {
    Decimals inner = new Decimals(context.getPrecision() + 8, budget);
    BigDecimal small = x;
    int halvings = 6;
    for (int i = 0; i < halvings; i++) {
      BigDecimal root = inner.sqrt(inner.plus(BigDecimal.ONE, inner.times(small, small)));
      small = inner.divide(small, inner.plus(BigDecimal.ONE, root));
    }
    BigDecimal square = inner.times(small, small).negate();
    BigDecimal power = small;
    BigDecimal sum = small;
    BigDecimal end = inner.smallest.multiply(small.abs());
    for (int k = 3; power.abs().compareTo(end) > 0; k += 2) {
      power = inner.times(power, square);
      sum = inner.plus(sum, inner.divide(power, BigDecimal.valueOf(k)));
    }
    return sum.multiply(TWO.pow(halvings)).round(context);
  }
}
