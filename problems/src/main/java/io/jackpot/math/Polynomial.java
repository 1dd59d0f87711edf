package io.jackpot.math;

import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * A sum of products of powers of atoms; exponents are rational numbers of either sign. Exponents of
 * integers are reduced to [0, 1) and those of i to 0 or 1. Over primes, π, e, i and variables,
 * polynomials that look different are therefore different as numbers or functions: roots of
 * different products of primes are linearly independent over the rationals (Besicovitch 1940). π
 * and e are assumed to be algebraically independent, which is not proved.
 */
final class Polynomial {
  /** A product of powers of atoms; no exponent is zero. */
  record Monomial(TreeMap<Atom, Rational> powers) implements Comparable<Monomial> {
    static final Monomial ONE = new Monomial(new TreeMap<>());

    @Override
    public int compareTo(Monomial other) {
      return toString().compareTo(other.toString());
    }

    @Override
    public String toString() {
      StringBuilder text = new StringBuilder();
      powers.forEach(
          (atom, power) -> text.append('*').append(atom.key()).append('^').append(power));
      return text.toString();
    }
  }

  /** A monomial times a number. */
  record Term(Rational coefficient, Monomial monomial) {}

  private final TreeMap<String, Term> terms = new TreeMap<>();

  private Polynomial() {}

  static Polynomial of(Rational value) {
    return of(new Term(value, Monomial.ONE));
  }

  static Polynomial of(Term term) {
    Polynomial polynomial = new Polynomial();
    polynomial.add(term, Rational.ONE);
    return polynomial;
  }

  /** Raises an atom to a power. */
  static Polynomial of(Atom atom, Rational exponent) {
    TreeMap<Atom, Rational> powers = new TreeMap<>();
    powers.put(atom, exponent);
    return of(reduce(Rational.ONE, powers));
  }

  boolean isZero() {
    return terms.isEmpty();
  }

  int size() {
    return terms.size();
  }

  Iterable<Term> terms() {
    return terms.values();
  }

  /** Whether this is a single term. */
  boolean isTerm() {
    return terms.size() == 1;
  }

  Term term() {
    return terms.firstEntry().getValue();
  }

  /** Whether this is a rational number. */
  boolean isRational() {
    return terms.isEmpty() || (terms.size() == 1 && term().monomial.powers.isEmpty());
  }

  Rational rational() {
    return terms.isEmpty() ? Rational.ZERO : term().coefficient;
  }

  boolean has(Predicate<Atom> what) {
    return terms.values().stream()
        .anyMatch(term -> term.monomial.powers.keySet().stream().anyMatch(what));
  }

  /** Adds {@code factor} times {@code other}. */
  Polynomial plus(Polynomial other, Rational factor, Budget budget) {
    Polynomial sum = new Polynomial();
    budget.spend(4L * (terms.size() + other.terms.size()));
    sum.terms.putAll(terms);
    for (Term term : other.terms.values()) {
      budget.spend((long) term.coefficient.words() * factor.words());
      sum.add(term, factor);
    }
    return sum;
  }

  Polynomial times(Polynomial other, Budget budget) {
    Polynomial product = new Polynomial();
    for (Term left : terms.values()) {
      for (Term right : other.terms.values()) {
        budget.spend(
            24L * (1 + left.monomial.powers.size() + right.monomial.powers.size())
                + 4L * left.coefficient.words() * right.coefficient.words());
        product.add(times(left, right), Rational.ONE);
      }
    }
    return product;
  }

  /** Multiplies by the powers of variables that make all their exponents non-negative. */
  Polynomial cleared(Budget budget) {
    TreeMap<Atom, Rational> powers = new TreeMap<>();
    for (Term term : terms.values()) {
      term.monomial.powers.forEach((atom, power) -> {
        if (atom.kind() == Atom.Kind.VARIABLE && power.signum() < 0) {
          powers.merge(atom, power.negate(), (a, b) -> a.compareTo(b) > 0 ? a : b);
        }
      });
    }
    return powers.isEmpty()
        ? this
        : times(of(new Term(Rational.ONE, new Monomial(powers))), budget);
  }

  /** The reciprocal of a polynomial of one term. */
  Polynomial inverse() {
    Term term = term();
    TreeMap<Atom, Rational> powers = new TreeMap<>();
    term.monomial.powers.forEach((atom, power) -> powers.put(atom, power.negate()));
    return of(reduce(term.coefficient.inverse(), powers));
  }

  private void add(Term term, Rational factor) {
    Rational coefficient = term.coefficient.times(factor);
    if (coefficient.isZero()) {
      return;
    }
    String key = term.monomial.toString();
    Term old = terms.get(key);
    Rational sum = old == null ? coefficient : old.coefficient.plus(coefficient);
    if (sum.isZero()) {
      terms.remove(key);
    } else {
      terms.put(key, new Term(sum, term.monomial));
    }
  }

  private static Term times(Term left, Term right) {
    TreeMap<Atom, Rational> powers = new TreeMap<>(left.monomial.powers);
    right.monomial.powers.forEach((atom, power) -> powers.merge(atom, power, Rational::plus));
    return reduce(left.coefficient.times(right.coefficient), powers);
  }

  private static Term reduce(Rational coefficient, Map<Atom, Rational> powers) {
    Rational factor = coefficient;
    TreeMap<Atom, Rational> reduced = new TreeMap<>();
    for (Map.Entry<Atom, Rational> entry : powers.entrySet()) {
      Atom atom = entry.getKey();
      Rational power = entry.getValue();
      boolean small = power.signum() >= 0 && power.compareTo(Rational.ONE) < 0;
      if (atom.isInteger() && !small) {
        int whole = Rational.of(power.floor()).small();
        factor = factor.times(((Expr.Num) atom.expr()).value().pow(whole));
        power = power.minus(Rational.of(whole));
      } else if (atom.kind() == Atom.Kind.IMAGINARY) {
        int turn = Math.floorMod(power.small(), 4);
        factor = turn >= 2 ? factor.negate() : factor;
        power = Rational.of(turn % 2);
      }
      if (!power.isZero()) {
        reduced.put(atom, power);
      }
    }
    return new Term(factor, new Monomial(reduced));
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    terms.forEach((key, term) -> text.append('+').append(term.coefficient).append(key));
    return text.isEmpty() ? "0" : text.toString();
  }
}
