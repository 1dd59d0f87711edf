package io.jackpot.math;

import io.jackpot.math.Polynomial.Term;
import java.util.Map;

/**
 * Decides whether expressions are equal: as numbers, or as functions of their variables wherever
 * both have a real value.
 *
 * <p>First exactly, by the canonical form of the difference. It decides for everything that
 * rational operations make of rational numbers, their roots, π, e, i and variables. Expressions
 * with values of functions, nested roots and variable exponents are compared at points ({@link
 * Sampling}), exactly or to {@value #DIGITS} digits and four more for each digit of a long number:
 * numbers that come close without being equal need long literals, and those require more digits.
 * One point where the expressions surely differ decides.
 */
public final class Equality {
  private static final int DIGITS = 100;
  private static final int MOST_DIGITS = 900;
  private static final int SHORT_NUMBER = 3;

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
    if (left.equals(right)) {
      return true;
    }
    Polynomial numerator = new Canonical(budget).of(Expr.minus(left, right)).numerator();
    if (numerator.isZero()) {
      return true;
    }
    if (!numerator.has(Atom::isUncertain)) {
      return false;
    }
    Decimals with = new Decimals(digits(numerator.toString()), budget);
    UnknownFunctions functions = new UnknownFunctions(this);
    return new Sampling(functions.replaced(left), functions.replaced(right), with, budget).equal();
  }

  /**
   * Whether the expression is zero.
   *
   * @throws MathException as {@link #equal}
   */
  public boolean isZero(Expr expr) {
    return equal(expr, Expr.num(0));
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
    return new Evaluator(Map.of(), false, with, budget).value(expr).real().signum();
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
      new Evaluator(Map.of(), false, with, budget).value(expr);
    } else {
      // A function without a value may have been multiplied by zero.
      for (Expr part : expr.parts()) {
        check(part);
      }
    }
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
