package io.jackpot.math;

import io.jackpot.math.Expr.Application;
import io.jackpot.math.Expr.Call;
import io.jackpot.math.Expr.Num;
import io.jackpot.math.Expr.Power;
import io.jackpot.math.Expr.Product;
import io.jackpot.math.Expr.Sum;
import io.jackpot.math.Expr.Sym;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Converts expressions to a canonical form, which is the same for most equal expressions. */
final class Canonical {
  private static final int DEEPEST = 200;
  private static final int LARGEST_DIVISOR = 2_000;

  private final Budget budget;
  private int depth;

  Canonical(Budget budget) {
    this.budget = budget;
  }

  Fraction of(Expr expr) {
    budget.spend(4);
    if (++depth > DEEPEST) {
      throw new MathException("nested too deeply");
    }
    Fraction fraction =
        switch (expr) {
          case Num(Rational value) -> Fraction.of(value);
          case Sym(String name) -> symbol(name);
          case Sum(List<Expr> terms) -> {
            Fraction sum = Fraction.of(Rational.ZERO);
            for (Expr term : terms) {
              sum = sum.plus(of(term), budget);
            }
            yield sum;
          }
          case Product(List<Expr> factors) -> {
            Fraction product = Fraction.of(Rational.ONE);
            for (Expr factor : factors) {
              product = product.times(of(factor), budget);
            }
            yield product;
          }
          case Power power -> power(power);
          case Call call -> call(call);
          case Application(Expr function, Expr argument) ->
              opaque("value of " + of(function).key(budget), expr, of(argument));
        };
    depth--;
    return fraction;
  }

  private static Fraction symbol(String name) {
    return Fraction.of(Polynomial.of(name.equals("i") ? Atom.I : Atom.symbol(name), Rational.ONE));
  }

  private Fraction power(Power power) {
    Fraction base = of(power.base());
    Fraction exponent = of(power.exponent());
    if (!exponent.isRational()) {
      if (base.numerator().isZero()) {
        throw new MathException("a power of zero");
      }
      return opaque("^", power, base, exponent);
    }
    Rational number = exponent.rational();
    if (number.isInteger()) {
      if (number.signum() <= 0 && base.numerator().isZero()) {
        throw new MathException("zero to the power " + number);
      }
      if (base.isRational()) {
        // Zero and one take any power; otherwise the length of the result bounds the exponent.
        Rational value = base.rational();
        if (value.isZero() || value.isOne()) {
          return base;
        }
        return Fraction.of(payFor(value.pow(number.small())));
      }
      return base.pow(number.small(), budget);
    }
    if (base.numerator().isZero() && number.signum() > 0) {
      return base;
    }
    Polynomial numerator = base.numerator();
    boolean term = numerator.isTerm() && base.denominator() == Fraction.ONE;
    TreeMap<Atom, Rational> powers = term ? numerator.term().monomial().powers() : new TreeMap<>();
    boolean positive = term && powers.keySet().stream().allMatch(Atom::isPositive);
    boolean variable =
        powers.size() == 1
            && powers.firstEntry().getKey().kind() == Atom.Kind.VARIABLE
            && keepsSign(powers.firstEntry().getValue(), number);
    Rational coefficient = term ? numerator.term().coefficient() : Rational.ZERO;
    if (!positive && !(variable && coefficient.signum() > 0)) {
      return opaque("^", power, base, exponent);
    }
    Fraction result = coefficientPower(coefficient, number);
    for (Map.Entry<Atom, Rational> entry : powers.entrySet()) {
      Polynomial factor = Polynomial.of(entry.getKey(), entry.getValue().times(number));
      result = result.times(Fraction.of(factor), budget);
    }
    return result;
  }

  /**
   * Whether the power of a power of x is the power of x to the product of the exponents wherever
   * both are real: the root of x³ is, the root of x² is |x|.
   */
  private static boolean keepsSign(Rational inner, Rational outer) {
    return inner.numerator().testBit(0) || outer.denominator().testBit(0);
  }

  /**
   * Raises a number to a fractional power. An odd root of a negative number is the negative root;
   * its square root lies on the positive imaginary axis; other even roots are refused.
   */
  private Fraction coefficientPower(Rational value, Rational exponent) {
    Fraction result = Fraction.of(Rational.ONE);
    if (value.signum() < 0) {
      Rational odd = Rational.of(exponent.denominator());
      if (odd.numerator().testBit(0)) {
        boolean negative = exponent.numerator().testBit(0);
        result = Fraction.of(negative ? Rational.MINUS_ONE : Rational.ONE);
      } else if (odd.equals(Rational.of(2))) {
        int turns = Rational.of(exponent.numerator()).small();
        result = Fraction.of(Polynomial.of(Atom.I, Rational.of(turns)));
      } else {
        throw new MathException("an even root of a negative number");
      }
    }
    Rational size = value.abs();
    result = result.times(rootOf(size.numerator(), exponent), budget);
    return result.times(rootOf(size.denominator(), exponent.negate()), budget);
  }

  /** Raises a positive integer to a power, as a product of powers of its prime factors. */
  private Fraction rootOf(BigInteger integer, Rational exponent) {
    Fraction result = Fraction.of(Rational.ONE);
    BigInteger rest = integer;
    for (int divisor = 2; divisor <= LARGEST_DIVISOR && rest.bitLength() > 1; divisor++) {
      budget.spend(1 + rest.bitLength() / 64);
      BigInteger prime = BigInteger.valueOf(divisor);
      if (prime.multiply(prime).compareTo(rest) > 0) {
        break;
      }
      int times = 0;
      for (BigInteger[] parts = rest.divideAndRemainder(prime);
          parts[1].signum() == 0;
          parts = rest.divideAndRemainder(prime)) {
        budget.spend(1 + rest.bitLength() / 64);
        rest = parts[0];
        times++;
      }
      result = withFactor(result, prime, true, times, exponent);
    }
    if (rest.equals(BigInteger.ONE)) {
      return result;
    }
    BigInteger root = rest.sqrt();
    budget.spendProduct(rest, rest);
    if (root.multiply(root).equals(rest)) {
      return result.times(
          withFactor(Fraction.of(Rational.ONE), root, isPrime(root), 2, exponent), budget);
    }
    return withFactor(result, rest, isPrime(rest), 1, exponent);
  }

  /** Whether an integer without divisors up to {@link #LARGEST_DIVISOR} is certainly prime. */
  private static boolean isPrime(BigInteger integer) {
    return integer.compareTo(BigInteger.valueOf((long) LARGEST_DIVISOR * LARGEST_DIVISOR)) <= 0;
  }

  private Fraction withFactor(
      Fraction product, BigInteger factor, boolean prime, int times, Rational exponent) {
    if (times == 0) {
      return product;
    }
    Rational power = exponent.times(Rational.of(times));
    // Checked first, since the whole part of the power becomes a number.
    if (power.abs().floor().multiply(BigInteger.valueOf(factor.bitLength())).bitLength() > 15) {
      throw new MathException("number too long");
    }
    return product.times(Fraction.of(Polynomial.of(Atom.integer(factor, prime), power)), budget);
  }

  private Fraction call(Call call) {
    Fraction[] arguments = new Fraction[call.arguments().size()];
    boolean rational = true;
    for (int i = 0; i < arguments.length; i++) {
      arguments[i] = of(call.arguments().get(i));
      rational &= arguments[i].isRational();
    }
    if (rational) {
      Rational[] values = new Rational[arguments.length];
      for (int i = 0; i < values.length; i++) {
        values[i] = arguments[i].rational();
      }
      @Nullable Rational exact = Functions.exact(call.function(), values, budget);
      if (exact != null) {
        return Fraction.of(payFor(exact));
      }
    }
    return opaque(call.function(), call, arguments);
  }

  private Fraction opaque(String name, Expr expr, Fraction... arguments) {
    StringBuilder key = new StringBuilder(name);
    for (Fraction argument : arguments) {
      key.append(',').append(argument.key(budget));
    }
    return Fraction.of(Polynomial.of(Atom.opaque(key.toString(), expr), Rational.ONE));
  }

  private Rational payFor(Rational value) {
    budget.spend((long) value.words() * value.words());
    return value;
  }
}
