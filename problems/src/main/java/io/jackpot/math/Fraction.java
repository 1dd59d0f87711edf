package io.jackpot.math;

/**
 * A quotient of polynomials, not in lowest terms. The denominator is not zero; a denominator of a
 * single term is reduced to {@link #ONE}.
 */
record Fraction(Polynomial numerator, Polynomial denominator) {
  static final Polynomial ONE = Polynomial.of(Rational.ONE);

  Fraction {
    if (denominator.isZero()) {
      throw new NoValueException("division by zero");
    }
  }

  static Fraction of(Polynomial polynomial) {
    return new Fraction(polynomial, ONE);
  }

  static Fraction of(Rational value) {
    return of(Polynomial.of(value));
  }

  private static Fraction of(Polynomial numerator, Polynomial denominator, Budget budget) {
    return denominator.isTerm()
        ? of(numerator.times(denominator.inverse(), budget))
        : new Fraction(numerator, denominator);
  }

  Fraction plus(Fraction other, Budget budget) {
    if (denominator == other.denominator) {
      return new Fraction(numerator.plus(other.numerator, Rational.ONE, budget), denominator);
    }
    return of(
        numerator
            .times(other.denominator, budget)
            .plus(other.numerator.times(denominator, budget), Rational.ONE, budget),
        denominator.times(other.denominator, budget),
        budget);
  }

  Fraction times(Fraction other, Budget budget) {
    return of(
        numerator.times(other.numerator, budget),
        denominator.times(other.denominator, budget),
        budget);
  }

  Fraction inverse(Budget budget) {
    if (numerator.isZero()) {
      throw new NoValueException("division by zero");
    }
    return of(denominator, numerator, budget);
  }

  Fraction pow(int exponent, Budget budget) {
    if (exponent < 0) {
      return inverse(budget).pow(Math.negateExact(exponent), budget);
    }
    Fraction power = of(Rational.ONE);
    Fraction square = this;
    for (int rest = exponent; rest > 0; rest >>= 1) {
      if ((rest & 1) == 1) {
        power = power.times(square, budget);
      }
      if (rest > 1) {
        square = square.times(square, budget);
      }
    }
    return power;
  }

  boolean isRational() {
    return denominator.isRational() && numerator.isRational();
  }

  Rational rational() {
    return numerator.rational().times(denominator.rational().inverse());
  }

  /** A unique name of this quotient, paid for by its length. */
  String key(Budget budget) {
    String key = "(" + numerator + ")/(" + denominator + ")";
    budget.spend(key.length());
    return key;
  }
}
