package io.jackpot.math;

import io.jackpot.math.Expr.Num;
import io.jackpot.math.Polynomial.Term;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;

/**
 * Decides whether expressions are equal: as numbers, or as functions of their variables wherever
 * both have a value.
 *
 * <p>First exactly, by the canonical form of the difference. It decides for everything that
 * rational operations make of rational numbers, their roots, π, e, i and variables. Values of
 * functions, nested roots and variable exponents are computed to many digits at fixed points. A
 * difference that is not zero at one point shows that the expressions differ. A difference that is
 * zero at every point, to {@value #DIGITS} digits and four more for each digit of a long number,
 * counts as zero: numbers that come close without being equal need long literals, and those require
 * more digits.
 */
public final class Equality {
  private static final int DIGITS = 100;
  private static final int MOST_DIGITS = 900;
  private static final int SHORT_NUMBER = 3;
  private static final int POINTS = 6;
  private static final int ENOUGH = 3;
  private static final int FRACTIONAL_POINTS = 24;
  private static final int NATURAL_POINTS = 8;

  private final Budget budget;

  public Equality(Budget budget) {
    this.budget = budget;
  }

  /**
   * Whether {@code left} equals {@code right}.
   *
   * @throws MathException if one has no value, or it cannot be decided within the budget
   */
  public boolean equal(Expr left, Expr right) {
    return left.equals(right) || isZero(Expr.minus(left, right));
  }

  /**
   * Whether the expression is zero.
   *
   * @throws MathException as {@link #equal}
   */
  public boolean isZero(Expr expr) {
    Polynomial numerator = new Canonical(budget).of(expr).numerator();
    if (numerator.isZero()) {
      return true;
    }
    return numerator.has(Atom::isUncertain) && isZeroInDecimals(numerator, expr);
  }

  /**
   * The sign of a number, as {@link Integer#signum}.
   *
   * @throws MathException if it is not a real number, or its sign cannot be decided
   */
  public int signum(Expr expr) {
    Fraction fraction = new Canonical(budget).of(expr);
    if (fraction.isRational()) {
      return fraction.rational().signum();
    }
    if (isZero(expr)) {
      return 0;
    }
    Decimals with = new Decimals(digits(fraction.key(budget)), budget);
    return new Evaluator(Map.of(), with, budget).value(expr).real().signum();
  }

  /**
   * Returns {@code left / right} if it is a rational number; zero if it is not, or if one of them
   * is zero.
   *
   * @param numerators whether to compare the numerators alone, as for equations with zero
   * @throws MathException if the budget is spent, or one of them has no value
   */
  public Rational ratio(Expr left, Expr right, boolean numerators) {
    Fraction first = new Canonical(budget).of(left);
    Fraction second = new Canonical(budget).of(right);
    Polynomial above = first.numerator();
    Polynomial below = second.numerator();
    boolean fractions = first.denominator() != Fraction.ONE || second.denominator() != Fraction.ONE;
    if (!numerators && fractions) {
      above = above.times(second.denominator(), budget);
      below = below.times(first.denominator(), budget);
    }
    if (numerators) {
      above = above.cleared(budget);
      below = below.cleared(budget);
    }
    if (above.isZero() || below.isZero() || above.size() != below.size()) {
      return Rational.ZERO;
    }
    Term term = above.term();
    for (Term other : below.terms()) {
      if (other.monomial().equals(term.monomial())) {
        Rational ratio = term.coefficient().times(other.coefficient().inverse());
        boolean equal = above.plus(below, ratio.negate(), budget).isZero();
        return equal ? ratio : Rational.ZERO;
      }
    }
    return Rational.ZERO;
  }

  /**
   * Checks that an expression has a value which can be computed within the budget.
   *
   * @throws MathException if not
   */
  public void check(Expr expr) {
    Fraction fraction = new Canonical(budget).of(expr);
    if (expr.isConstant() && fraction.numerator().has(Atom::isUncertain)) {
      Decimals with = new Decimals(digits(fraction.key(budget)), budget);
      new Evaluator(Map.of(), with, budget).value(expr);
    } else {
      // A function without a value may have been multiplied by zero.
      for (Expr part : expr.parts()) {
        check(part);
      }
    }
  }

  private boolean isZeroInDecimals(Polynomial polynomial, Expr whole) {
    SortedSet<String> variables = whole.variables();
    Decimals with = new Decimals(digits(polynomial.toString()), budget);
    int seen = 0;
    int points = variables.isEmpty() ? 1 : FRACTIONAL_POINTS + NATURAL_POINTS;
    for (int i = 0; i < points && seen < POINTS; i++) {
      Map<String, BigDecimal> point = point(variables, i);
      try {
        if (!vanishes(polynomial, new Evaluator(point, with, budget))) {
          return false;
        }
        seen++;
      } catch (MathException e) {
        budget.spend(1); // Ends the loop if the budget is spent.
      }
    }
    if (seen < Math.min(ENOUGH, points)) {
      throw new MathException("no value at too many points");
    }
    return true;
  }

  /** Fractions of either sign first, then natural numbers for factorials and powers of −1. */
  private static Map<String, BigDecimal> point(SortedSet<String> variables, int number) {
    Map<String, BigDecimal> point = new HashMap<>();
    int place = 0;
    for (String name : variables) {
      long mixed = (number * 31L + place++ * 17L + 7) * 0x9E3779B97F4A7C15L;
      long digits = (mixed >>> 20) % 30_011 + 401;
      if (number < FRACTIONAL_POINTS) {
        boolean negative = number % 2 == 1 && ((number >> 1) + place) % 2 == 1;
        point.put(name, BigDecimal.valueOf(negative ? -digits : digits, 4));
      } else {
        point.put(name, BigDecimal.valueOf(2 + (number * 3L + place * 5L) % 11));
      }
    }
    return point;
  }

  private static boolean vanishes(Polynomial polynomial, Evaluator evaluator) {
    List<Complex> values = new ArrayList<>();
    for (Term term : polynomial.terms()) {
      List<Expr> factors = new ArrayList<>();
      factors.add(new Num(term.coefficient()));
      term.monomial()
          .powers()
          .forEach((atom, power) -> factors.add(new Expr.Power(atom.expr(), new Num(power))));
      values.add(evaluator.value(new Expr.Product(factors)));
    }
    return evaluator.sum(values).isZero();
  }

  /**
   * The number of digits to compute with.
   *
   * @param canonical a text with all numbers of the expression
   */
  private int digits(String canonical) {
    budget.spend(canonical.length());
    int digits = DIGITS;
    int run = 0;
    for (int i = 0; i < canonical.length(); i++) {
      run = Character.isDigit(canonical.charAt(i)) ? run + 1 : 0;
      digits += run > SHORT_NUMBER ? 4 : 0;
    }
    if (digits > MOST_DIGITS) {
      throw new MathException("numbers too long");
    }
    return digits;
  }
}
