package io.jackpot.math;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Equality of expressions, with their canonical forms. */
class EqualityTest {
  private static final Expr X = new Expr.Sym("x");
  private static final Expr E = new Expr.Sym("e");
  private static final Expr PI = new Expr.Sym("pi");

  @Test
  void verdictsAgreeWithSymPy() throws IOException {
    for (JsonNode line : Golden.lines("equality")) {
      Expr left = Golden.expr(line.get("left"));
      Expr right = Golden.expr(line.get("right"));
      boolean equal = line.get("equal").booleanValue();
      assertThat(equality().equal(left, right)).as(line.toString()).isEqualTo(equal);
      assertThat(equality().equal(right, left)).as(line.toString()).isEqualTo(equal);
      assertThat(equality().isZero(Expr.minus(left, left))).as(line.toString()).isTrue();
    }
  }

  /** Without functions, an expression is zero exactly if its canonical numerator has no terms. */
  @Test
  void canonicalFormsDecideWithoutDecimals() throws IOException {
    int compared = 0;
    for (JsonNode line : Golden.lines("equality")) {
      Expr difference = Expr.minus(Golden.expr(line.get("left")), Golden.expr(line.get("right")));
      Polynomial numerator = new Canonical(Golden.budget()).of(difference).numerator();
      if (!numerator.has(Atom::isUncertain)) {
        compared++;
        assertThat(numerator.isZero())
            .as(line.toString())
            .isEqualTo(line.get("equal").booleanValue());
      }
    }
    assertThat(compared).isGreaterThan(120);
  }

  @Test
  void canonicalFormsAreKnown() {
    assertThat(canonical(root(12))).isEqualTo(canonical(Expr.product(Expr.num(2), root(3))));
    assertThat(canonical(new Expr.Power(Expr.num(-8), num(1, 3))))
        .isEqualTo(canonical(Expr.num(-2)));
    assertThat(canonical(new Expr.Power(Expr.num(-4), num(1, 2))))
        .isEqualTo(canonical(Expr.product(Expr.num(2), new Expr.Sym("i"))));
    assertThat(canonical(new Expr.Power(Expr.num(2003L * 2003), num(1, 2))))
        .isEqualTo(canonical(Expr.num(2003)));
    assertThat(canonical(Expr.call("factorial", Expr.num(5)))).isEqualTo(canonical(Expr.num(120)));
    assertThat(canonical(X)).isNotEqualTo(canonical(new Expr.Sym("y")));
    assertThat(canonical(E)).isNotEqualTo(canonical(PI));
    refused("zero to the power 0", new Expr.Power(Expr.num(0), Expr.num(0)));
    refused("zero to the power -1", Expr.divide(X, Expr.minus(X, X)));
    refused("an even root of a negative number", new Expr.Power(Expr.num(-1), num(1, 4)));
  }

  private static void refused(String message, Expr expr) {
    assertThatThrownBy(() -> canonical(expr)).isInstanceOf(MathException.class).hasMessage(message);
  }

  @Test
  void numbersThatComeCloseAreNotEqual() {
    Expr two = Expr.num(2);
    for (int digits = 1; digits <= 140; digits += 7) {
      Rational small = Rational.of(10).pow(-digits);
      Expr close = new Expr.Power(Expr.sum(two, new Expr.Num(small)), num(1, 2));
      assertThat(equality().equal(close, root(2))).as("10^-%d", digits).isFalse();
      assertThat(equality().signum(Expr.minus(close, root(2)))).isEqualTo(1);
    }
    Expr tiny = new Expr.Power(E, Expr.num(-300));
    Expr close = new Expr.Power(Expr.sum(Expr.num(49), tiny), num(1, 2));
    assertThatThrownBy(() -> equality().equal(close, Expr.num(7)))
        .isInstanceOf(MathException.class);
    // Ramanujan: e^(π√163) is an integer to twelve digits.
    Expr almost = new Expr.Power(E, Expr.product(PI, root(163)));
    assertThat(equality().equal(almost, Expr.num(262_537_412_640_768_744L))).isFalse();
    assertThat(equality().signum(Expr.minus(almost, Expr.num(262_537_412_640_768_744L))))
        .isEqualTo(-1);
  }

  @Test
  void functionsAreEqualWhereBothHaveAValue() {
    Expr one = Expr.divide(X, X);
    assertThat(equality().equal(one, Expr.num(1))).isTrue();
    Expr square = new Expr.Power(X, Expr.num(2));
    assertThat(equality().equal(new Expr.Power(square, num(1, 2)), Expr.call("abs", X))).isTrue();
    assertThat(equality().equal(new Expr.Power(square, num(1, 2)), X)).isFalse();
    Expr next = Expr.sum(X, Expr.num(1));
    assertThat(
            equality()
                .equal(Expr.call("factorial", next), Expr.product(next, Expr.call("factorial", X))))
        .isTrue();
  }

  @Test
  void theRatioOfMultiplesIsTheirFactor() throws IOException {
    Random random = new Random(13);
    int compared = 0;
    for (JsonNode line : Golden.lines("equality")) {
      Expr expr = Golden.expr(line.get("left"));
      if (!line.get("exact").booleanValue() || equality().isZero(expr)) {
        continue;
      }
      compared++;
      Rational factor = Rational.of(1 + random.nextInt(99), -1 - random.nextInt(9));
      Expr multiple = Expr.product(new Expr.Num(factor), expr);
      assertThat(equality().ratio(multiple, expr, false)).as(line.toString()).isEqualTo(factor);
      assertThat(equality().ratio(Expr.sum(multiple, new Expr.Sym("z")), expr, false))
          .isEqualTo(Rational.ZERO);
    }
    assertThat(compared).isGreaterThan(80);
    Expr reciprocal = Expr.minus(Expr.divide(Expr.num(1), X), Expr.num(2));
    Expr cleared = Expr.minus(Expr.num(3), Expr.product(Expr.num(6), X));
    assertThat(equality().ratio(cleared, reciprocal, true)).isEqualTo(Rational.of(3));
    assertThat(equality().ratio(cleared, reciprocal, false)).isEqualTo(Rational.ZERO);
  }

  @Test
  void anExpressionWithoutAValueIsRefused() {
    for (Expr expr :
        List.of(
            Expr.call("ln", Expr.num(0)),
            Expr.call("arcsin", Expr.num(2)),
            Expr.product(Expr.num(0), Expr.call("ln", Expr.num(-1))),
            Expr.call("tan", Expr.product(num(1, 2), PI)),
            Expr.call("factorial", num(1, 2)),
            Expr.divide(X, Expr.minus(root(4), Expr.num(2))))) {
      assertThatThrownBy(() -> equality().check(expr))
          .as(expr.toString())
          .isInstanceOf(MathException.class);
    }
    equality().check(Expr.call("ln", Expr.num(2)));
    equality().check(Expr.call("ln", X));
  }

  private static Equality equality() {
    return new Equality(Golden.budget());
  }

  private static String canonical(Expr expr) {
    Budget budget = Golden.budget();
    return new Canonical(budget).of(expr).key(budget);
  }

  private static Expr num(int numerator, int denominator) {
    return new Expr.Num(Rational.of(numerator, denominator));
  }

  private static Expr root(int radicand) {
    return new Expr.Power(Expr.num(radicand), num(1, 2));
  }
}
