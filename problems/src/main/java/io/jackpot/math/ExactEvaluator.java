package io.jackpot.math;

import io.jackpot.math.Expr.Application;
import io.jackpot.math.Expr.Call;
import io.jackpot.math.Expr.Num;
import io.jackpot.math.Expr.Power;
import io.jackpot.math.Expr.Product;
import io.jackpot.math.Expr.Sum;
import io.jackpot.math.Expr.Sym;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Computes the value of an expression at a rational point if rational numbers suffice for it.
 *
 * @param point the values of variables
 */
record ExactEvaluator(Map<String, Rational> point, Budget budget) {
  /** Denominators up to which a logarithm may be recognized as rational. */
  private static final int LARGEST_LOG_DENOMINATOR = 16;

  /**
   * The value, or null if it is not known to be rational.
   *
   * @throws MathException if there is no value, or it is too long
   */
  @Nullable Rational value(Expr expr) {
    budget.spend(1);
    return switch (expr) {
      case Num(Rational value) -> value;
      case Sym(String name) -> point.get(name);
      case Sum(List<Expr> terms) -> {
        Rational sum = Rational.ZERO;
        for (Expr term : terms) {
          @Nullable Rational value = value(term);
          if (value == null) {
            yield null;
          }
          sum = paid(sum.plus(value));
        }
        yield sum;
      }
      case Product(List<Expr> factors) -> {
        Rational product = Rational.ONE;
        List<Expr> unknown = new ArrayList<>();
        for (Expr factor : factors) {
          @Nullable Rational value = value(factor);
          if (value == null) {
            unknown.add(factor);
          } else {
            product = paid(product.times(value));
          }
        }
        if (unknown.isEmpty() || product.isZero()) {
          yield product;
        }
        @Nullable Rational logarithm = unknown.size() == 2 ? logarithm(unknown) : null;
        yield logarithm == null ? null : paid(product.times(logarithm));
      }
      case Power(Expr base, Expr exponent) -> power(base, exponent);
      case Call(String function, List<Expr> arguments) -> call(function, arguments);
      case Application a -> null;
    };
  }

  /** The expression with a number for each part that is known to be rational. */
  Expr folded(Expr expr) {
    @Nullable Rational value = value(expr);
    if (value != null) {
      return new Num(value);
    }
    List<Expr> parts = new ArrayList<>();
    for (Expr part : expr.parts()) {
      parts.add(folded(part));
    }
    return expr.withParts(parts);
  }

  /** The quotient of the logarithms of rational numbers if it is rational, else null. */
  private @Nullable Rational logarithm(List<Expr> factors) {
    boolean inverted = factors.getFirst() instanceof Power;
    if (factors.get(inverted ? 1 : 0) instanceof Call(String function, List<Expr> above)
        && factors.get(inverted ? 0 : 1)
            instanceof Power(Call(String other, List<Expr> below), Num(Rational exponent))
        && exponent.equals(Rational.MINUS_ONE)
        && function.equals(other)
        && Set.of("ln", "log").contains(function)) {
      @Nullable Rational number = value(above.getFirst());
      @Nullable Rational base = value(below.getFirst());
      return number == null || base == null || number.signum() <= 0 || base.signum() <= 0
          ? null
          : logarithm(number, base);
    }
    return null;
  }

  /** Guesses the fraction p/q in floating point; number^q = base^p proves it. */
  private @Nullable Rational logarithm(Rational number, Rational base) {
    double guess = Math.log(number.approximate()) / Math.log(base.approximate());
    for (int q = 1; q <= LARGEST_LOG_DENOMINATOR; q++) {
      long p = Math.round(q * guess);
      if (Math.abs(q * guess - p) < 1e-9) {
        boolean equal = paid(number.pow(q)).equals(paid(base.pow(Rational.of(p).small())));
        return equal ? Rational.of(p, q) : null;
      }
    }
    return null;
  }

  private @Nullable Rational power(Expr below, Expr above) {
    @Nullable Rational base = value(below);
    @Nullable Rational exponent = base == null ? null : value(above);
    if (base == null || exponent == null) {
      return null;
    }
    if (exponent.isInteger()) {
      if (base.isZero() && exponent.signum() <= 0) {
        throw new NoValueException("zero to the power " + exponent);
      }
      return base.abs().isOne() || base.isZero()
          ? base.signum() < 0 && !exponent.numerator().testBit(0) ? Rational.ONE : base
          : paid(base.pow(exponent.small()));
    }
    int index = Rational.of(exponent.denominator()).small();
    if (base.signum() < 0 && index % 2 == 0) {
      return null;
    }
    if (base.isZero()) {
      if (exponent.signum() < 0) {
        throw new NoValueException("division by zero");
      }
      return base;
    }
    @Nullable BigInteger numerator = root(base.numerator().abs(), index);
    @Nullable BigInteger denominator = numerator == null ? null : root(base.denominator(), index);
    if (numerator == null || denominator == null) {
      return null;
    }
    Rational root = new Rational(base.signum() < 0 ? numerator.negate() : numerator, denominator);
    return paid(root.pow(Rational.of(exponent.numerator()).small()));
  }

  /** The root of a positive integer if it is an integer, else null. */
  private @Nullable BigInteger root(BigInteger value, int index) {
    budget.spendProduct(value, value);
    if (index > value.bitLength()) {
      return value.equals(BigInteger.ONE) ? value : null;
    }
    BigInteger root =
        index == 2
            ? value.sqrt()
            : BigInteger.valueOf(Math.round(Math.pow(value.doubleValue(), 1.0 / index)));
    return root.pow(index).equals(value) ? root : null;
  }

  private @Nullable Rational call(String function, List<Expr> arguments) {
    Rational[] at = new Rational[arguments.size()];
    for (int i = 0; i < at.length; i++) {
      @Nullable Rational value = value(arguments.get(i));
      if (value == null) {
        return null;
      }
      at[i] = value;
    }
    return Functions.exact(function, at, budget);
  }

  private Rational paid(Rational value) {
    budget.spend(value.words());
    return value;
  }
}
