package io.jackpot.math;

import io.jackpot.math.Expr.Application;
import io.jackpot.math.Expr.Call;
import io.jackpot.math.Expr.Num;
import io.jackpot.math.Expr.Power;
import io.jackpot.math.Expr.Product;
import io.jackpot.math.Expr.Sum;
import io.jackpot.math.Expr.Sym;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Computes the value of an expression at a point. Throws a {@link MathException} if it has no value
 * there, or if the value cannot be computed reliably.
 */
final class Evaluator {
  /** The factor between {@code log}, whose base is unknown, and {@code ln}: an arbitrary number. */
  private static final BigDecimal UNKNOWN_BASE = new BigDecimal("0.61803571113171923293137");

  private static final int LARGEST_FACTORIAL = 200;

  private final Map<String, Rational> point;
  private final boolean real;
  private final Decimals with;
  private final Budget budget;
  private final ExactEvaluator exact;

  /**
   * @param point the values of variables
   * @param real whether an even root of a negative number has no value
   */
  Evaluator(Map<String, Rational> point, boolean real, Decimals with, Budget budget) {
    this.point = point;
    this.real = real;
    this.with = with;
    this.budget = budget;
    exact = new ExactEvaluator(point, budget);
  }

  Complex value(Expr expr) {
    budget.spend(1);
    return switch (expr) {
      case Num(Rational number) -> Complex.of(number.decimal(with.context));
      case Sym(String name) -> symbol(name);
      case Sum(List<Expr> terms) -> {
        List<Complex> values = new ArrayList<>();
        for (Expr term : terms) {
          values.add(value(term));
        }
        yield sum(values);
      }
      case Product(List<Expr> factors) -> {
        Complex product = Complex.ONE;
        for (Expr factor : factors) {
          product = product.times(value(factor), with);
        }
        yield product;
      }
      case Power(Expr base, Expr exponent) -> power(base, exponent);
      case Call(String function, List<Expr> arguments) -> call(function, arguments);
      case Application a -> throw new MathException("a value of an unknown function");
    };
  }

  /**
   * Adds numbers; a sum within rounding errors of zero is exactly zero.
   *
   * @throws MathException if a term is so small beside another that it would be lost
   */
  Complex sum(List<Complex> terms) {
    int digits = with.context.getPrecision();
    BigDecimal scale = BigDecimal.ONE;
    Complex sum = Complex.ZERO;
    for (Complex term : terms) {
      sum = sum.plus(term, with);
      scale = scale.max(term.abs(with));
    }
    BigDecimal noise = scale.movePointLeft(digits * 3 / 4);
    BigDecimal small = scale.movePointLeft(digits / 4);
    for (Complex term : terms) {
      BigDecimal size = term.abs(with);
      if (size.compareTo(small) < 0 && size.compareTo(noise) > 0) {
        throw new MathException("terms of too different sizes");
      }
    }
    return sum.abs(with).compareTo(noise) <= 0 ? Complex.ZERO : sum;
  }

  /**
   * Returns the number.
   *
   * @throws MathException if it is so large or small that other numbers, or it, would be lost
   */
  private BigDecimal moderate(BigDecimal x) {
    int size = x.precision() - x.scale();
    if (x.signum() != 0 && Math.abs(size) > with.context.getPrecision() / 4) {
      throw new MathException("a number too small or too large");
    }
    return x;
  }

  private Complex moderate(Complex z) {
    moderate(z.abs(with));
    return z;
  }

  private Complex notTiny(Complex z) {
    notTiny(z.abs(with));
    return z;
  }

  private Complex symbol(String name) {
    return switch (name) {
      case "pi" -> Complex.of(with.pi());
      case "e" -> Complex.of(with.exp(BigDecimal.ONE));
      case "i" -> Complex.I;
      default -> {
        @Nullable Rational value = point.get(name);
        if (value == null) {
          throw new MathException(name + " has no value");
        }
        yield Complex.of(value.decimal(with.context));
      }
    };
  }

  private Complex power(Expr base, Expr exponent) {
    if (base.equals(new Sym("e"))) {
      return notTiny(moderate(value(exponent)).exp(with));
    }
    Complex number = value(base);
    @Nullable Rational known = rational(exponent);
    if (known != null && (known.isInteger() || exponent.isConstant())) {
      return power(number, known);
    }
    Complex power = moderate(value(exponent));
    @Nullable BigDecimal whole = power.isReal() ? integer(power.re()) : null;
    if (whole != null) {
      return power(number, Rational.of(whole.toBigIntegerExact()));
    }
    if (!number.isReal() || number.re().signum() <= 0) {
      throw new NoValueException("a power of no positive number");
    }
    return notTiny(power.times(Complex.of(with.ln(number.re())), with).exp(with));
  }

  /** Raises a number to a power; roots follow the conventions of {@link Canonical}. */
  private Complex power(Complex base, Rational exponent) {
    if (exponent.isOne()) {
      return base;
    }
    if (real && base.re().signum() < 0 && !exponent.denominator().testBit(0)) {
      throw new NoValueException("an even root of a negative number");
    }
    if (exponent.isInteger()) {
      return base.isZero()
          ? base.pow(exponent.small(), with)
          : notTiny(base.pow(exponent.small(), with));
    }
    int root = Rational.of(exponent.denominator()).small();
    int times = Rational.of(exponent.numerator()).small();
    if (!base.isReal()) {
      if (root != 2) {
        throw new MathException("a root of a complex number");
      }
      return sqrt(base).pow(times, with);
    }
    if (base.re().signum() == 0) {
      if (times < 0) {
        throw new NoValueException("division by zero");
      }
      return Complex.ZERO;
    }
    BigDecimal size = base.re().abs();
    BigDecimal positive =
        root == 2
            ? with.sqrt(size)
            : with.exp(with.divide(with.ln(size), BigDecimal.valueOf(root)));
    Complex principal = Complex.of(positive);
    if (base.re().signum() < 0) {
      if (root == 2) {
        principal = new Complex(BigDecimal.ZERO, positive);
      } else if (root % 2 == 1) {
        principal = Complex.of(positive.negate());
      } else {
        throw new MathException("an even root of a negative number");
      }
    }
    return principal.pow(times, with);
  }

  private Complex sqrt(Complex z) {
    BigDecimal size = z.abs(with);
    BigDecimal re =
        with.sqrt(with.divide(with.plus(size, z.re()), BigDecimal.TWO).max(BigDecimal.ZERO));
    BigDecimal im =
        with.sqrt(with.divide(with.minus(size, z.re()), BigDecimal.TWO).max(BigDecimal.ZERO));
    return new Complex(re, z.im().signum() < 0 ? im.negate() : im);
  }

  private @Nullable Rational rational(Expr exponent) {
    @Nullable Rational value = exact.value(exponent);
    if (value != null || !exponent.isConstant()) {
      return value;
    }
    Fraction fraction = new Canonical(budget).of(exponent);
    return fraction.isRational() ? fraction.rational() : null;
  }

  /** The integer that the number equals up to rounding, or null. */
  private @Nullable BigDecimal integer(BigDecimal value) {
    BigDecimal whole = value.setScale(0, RoundingMode.HALF_EVEN);
    BigDecimal off = value.subtract(whole).abs();
    return off.signum() == 0 || off.precision() - off.scale() < -with.context.getPrecision() / 2
        ? whole
        : null;
  }

  private Complex call(String function, List<Expr> arguments) {
    @Nullable Rational known = exact(function, arguments);
    if (known != null) {
      return Complex.of(known.decimal(with.context));
    }
    Complex at = value(arguments.getFirst());
    if (function.equals("abs")) {
      return Complex.of(at.abs(with));
    }
    BigDecimal x = moderate(at.real());
    BigDecimal value =
        switch (function) {
          case "sin" -> with.sin(x);
          case "cos" -> with.cos(x);
          case "tan" -> with.divide(with.sin(x), notTiny(with.cos(x)));
          case "cot" -> with.divide(with.cos(x), notTiny(with.sin(x)));
          case "sec" -> with.divide(BigDecimal.ONE, notTiny(with.cos(x)));
          case "csc" -> with.divide(BigDecimal.ONE, notTiny(with.sin(x)));
          case "arctan" -> with.arctan(x);
          case "arcsin" -> arcsin(x);
          case "arccos" -> with.minus(with.divide(with.pi(), BigDecimal.TWO), arcsin(x));
          case "sinh" -> hyperbolic(x, false);
          case "cosh" -> hyperbolic(x, true);
          case "tanh" -> with.divide(hyperbolic(x, false), moderate(hyperbolic(x, true)));
          case "ln" -> ln(x);
          case "log" -> with.times(ln(x), UNKNOWN_BASE);
          case "floor" -> rounded(x, RoundingMode.FLOOR, arguments.getFirst());
          case "ceil" -> rounded(x, RoundingMode.CEILING, arguments.getFirst());
          case "factorial" -> factorial(x, x);
          case "binom" -> binomial(x, value(arguments.getLast()).real());
          case "max" -> x.max(value(arguments.getLast()).real());
          case "min" -> x.min(value(arguments.getLast()).real());
          default -> throw new MathException(function + " of what is not rational");
        };
    return sum(List.of(Complex.of(value)));
  }

  private @Nullable Rational exact(String function, List<Expr> arguments) {
    Rational[] at = new Rational[arguments.size()];
    for (int i = 0; i < at.length; i++) {
      @Nullable Rational value = rational(arguments.get(i));
      if (value == null) {
        return null;
      }
      at[i] = value;
    }
    return Functions.exact(function, at, budget);
  }

  private BigDecimal ln(BigDecimal x) {
    if (x.signum() <= 0) {
      throw new NoValueException("a logarithm of no positive number");
    }
    return with.ln(x);
  }

  private BigDecimal arcsin(BigDecimal x) {
    BigDecimal rest = BigDecimal.ONE.subtract(x.multiply(x)).round(with.context);
    if (rest.signum() < 0) {
      throw new NoValueException("an arcsine of more than 1");
    }
    if (rest.signum() == 0) {
      return with.times(with.divide(with.pi(), BigDecimal.TWO), BigDecimal.valueOf(x.signum()));
    }
    return with.arctan(with.divide(x, with.sqrt(rest)));
  }

  private BigDecimal hyperbolic(BigDecimal x, boolean even) {
    BigDecimal up = with.exp(x);
    BigDecimal down = with.exp(x.negate());
    return with.divide(even ? with.plus(up, down) : with.minus(up, down), BigDecimal.TWO);
  }

  private BigDecimal notTiny(BigDecimal x) {
    if (x.precision() - x.scale() < -with.context.getPrecision() / 4) {
      throw new MathException("a number too small");
    }
    return x;
  }

  /**
   * The floor or ceiling of a number.
   *
   * @param expr the expression whose value is the number
   * @throws UndecidedStepException if the number may be an integer, and is not surely one
   */
  private BigDecimal rounded(BigDecimal x, RoundingMode mode, Expr expr) {
    if (integer(x) == null) {
      return x.setScale(0, mode);
    }
    Fraction fraction = new Canonical(budget).of(exact.folded(expr));
    if (!fraction.isRational() || !fraction.rational().isInteger()) {
      throw new UndecidedStepException();
    }
    return new BigDecimal(fraction.rational().numerator());
  }

  private BigDecimal factorial(BigDecimal n, BigDecimal factors) {
    @Nullable BigDecimal whole = integer(n);
    @Nullable BigDecimal count = integer(factors);
    if (whole == null || count == null || count.signum() < 0 || whole.signum() < 0) {
      throw new NoValueException("factorial of what is no natural number");
    }
    if (count.compareTo(BigDecimal.valueOf(LARGEST_FACTORIAL)) > 0) {
      throw new MathException("factorial of a large number");
    }
    BigDecimal product = BigDecimal.ONE;
    for (int i = 0; i < count.intValueExact(); i++) {
      product = with.times(product, whole.subtract(BigDecimal.valueOf(i)));
    }
    return product;
  }

  private BigDecimal binomial(BigDecimal n, BigDecimal k) {
    return with.divide(factorial(n, k), factorial(k, k));
  }
}
