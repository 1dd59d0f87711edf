package io.jackpot.math;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class FractionTest {
  private final Budget budget = new Budget(2_000_000_000);

  @Test
  void quotientsObeyTheLawsOfAField() throws IOException {
    List<JsonNode> lines = Golden.lines("polynomial");
    Random random = new Random(14);
    for (int i = 0; i < 60; i++) {
      Fraction a = quotient(lines, random);
      Fraction b = quotient(lines, random);
      Fraction c = quotient(lines, random);
      same(a.plus(b, budget), b.plus(a, budget));
      same(a.times(b, budget), b.times(a, budget));
      same(a.plus(b, budget).times(c, budget), a.times(c, budget).plus(b.times(c, budget), budget));
      if (!a.numerator().isZero()) {
        same(a.times(a.inverse(budget), budget), Fraction.of(Rational.ONE));
        same(a.pow(-2, budget), a.times(a, budget).inverse(budget));
      }
      same(a.pow(3, budget), a.times(a, budget).times(a, budget));
    }
  }

  @Test
  void aDenominatorOfOneTermIsReduced() {
    Polynomial x = Polynomial.of(Atom.symbol("x"), Rational.ONE);
    Fraction third = Fraction.of(Rational.of(3)).times(Fraction.of(x), budget).inverse(budget);
    assertThat(third.denominator()).isSameAs(Fraction.ONE);
    assertThat(third.isRational()).isFalse();
    Fraction number = third.times(Fraction.of(x), budget);
    assertThat(number.isRational()).isTrue();
    assertThat(number.rational()).isEqualTo(Rational.of(1, 3));
  }

  @Test
  void zeroHasNoInverse() {
    assertThatThrownBy(() -> Fraction.of(Rational.ZERO).inverse(budget))
        .isInstanceOf(MathException.class)
        .hasMessage("division by zero");
  }

  private Fraction quotient(List<JsonNode> lines, Random random) {
    JsonNode line = lines.get(random.nextInt(lines.size()));
    Polynomial above = Golden.polynomial(line.get("a"));
    Polynomial below = Golden.polynomial(line.get("b"));
    Fraction numerator = Fraction.of(above);
    return below.isZero() ? numerator : numerator.times(Fraction.of(below).inverse(budget), budget);
  }

  /** Equal as quotients: their difference has the numerator zero. */
  private void same(Fraction a, Fraction b) {
    Fraction minus = b.times(Fraction.of(Rational.MINUS_ONE), budget);
    assertThat(a.plus(minus, budget).numerator().isZero()).as("%s and %s", a, b).isTrue();
  }
}
