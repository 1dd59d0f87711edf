package io.jackpot.math;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Values of expressions, with the complex numbers that they are made of. */
class EvaluatorTest {
  private static final int DIGITS = 60;

  private final Budget budget = new Budget(2_000_000_000);
  private final Decimals with = new Decimals(DIGITS, budget);

  @Test
  void valuesAgreeWithMpmath() throws IOException {
    for (JsonNode line : Golden.lines("value")) {
      Map<String, Rational> point = new HashMap<>();
      line.get("point")
          .properties()
          .forEach(e -> point.put(e.getKey(), Golden.rational(e.getValue())));
      Complex value =
          new Evaluator(point, false, with, budget).value(Golden.expr(line.get("expr")));
      Complex expected =
          new Complex(
              new BigDecimal(line.get("re").stringValue()),
              new BigDecimal(line.get("im").stringValue()));
      close(value, expected, line.toString());
    }
  }

  @Test
  void rootsOfNegativeNumbersFollowTheConventions() {
    close(value(power(-8, 1, 3)), Complex.of(BigDecimal.valueOf(-2)), "(-8)^(1/3)");
    close(value(power(-8, 2, 3)), Complex.of(BigDecimal.valueOf(4)), "(-8)^(2/3)");
    close(value(power(-8, -1, 3)), Complex.of(new BigDecimal("-0.5")), "(-8)^(-1/3)");
    close(value(power(-4, 1, 2)), new Complex(BigDecimal.ZERO, BigDecimal.TWO), "(-4)^(1/2)");
    assertThatThrownBy(() -> value(power(-4, 1, 4))).isInstanceOf(MathException.class);
  }

  @Test
  void anEvenRootOfANegativeNumberIsNotReal() {
    Evaluator real = new Evaluator(Map.of(), true, with, budget);
    close(real.value(power(-8, 1, 3)), Complex.of(BigDecimal.valueOf(-2)), "(-8)^(1/3)");
    assertThatThrownBy(() -> real.value(power(-4, 1, 2))).isInstanceOf(NoValueException.class);
    assertThatThrownBy(() -> real.value(power(-4, -3, 4))).isInstanceOf(NoValueException.class);
  }

  /** Wherever rational numbers suffice, the exact value and the decimal one agree. */
  @Test
  void exactValuesAreThoseOfTheDecimals() throws IOException {
    Map<String, Rational> point = Map.of("x", Rational.of(9, 4), "y", Rational.of(-27, 8));
    int exact = 0;
    for (JsonNode line : Golden.lines("equality")) {
      Expr expr = Golden.expr(line.get("left"));
      @Nullable Rational value = new ExactEvaluator(point, budget).value(expr);
      if (value != null) {
        exact++;
        Complex decimal = new Evaluator(point, false, with, budget).value(expr);
        close(decimal, Complex.of(value.decimal(with.context)), line.toString());
      }
    }
    assertThat(exact).isGreaterThan(20);
    Expr root = new Expr.Power(new Expr.Sym("x"), new Expr.Num(Rational.of(-3, 2)));
    assertThat(new ExactEvaluator(point, budget).value(root)).isEqualTo(Rational.of(8, 27));
    Expr odd = new Expr.Power(new Expr.Sym("y"), new Expr.Num(Rational.of(2, 3)));
    assertThat(new ExactEvaluator(point, budget).value(odd)).isEqualTo(Rational.of(9, 4));
  }

  /** Compares with {@link BigInteger} on complex integers. */
  @Test
  void complexArithmeticIsExactOnIntegers() {
    Random random = new Random(16);
    for (int i = 0; i < 200; i++) {
      BigInteger a = BigInteger.valueOf(random.nextInt(-999, 1_000));
      BigInteger b = BigInteger.valueOf(random.nextInt(-999, 1_000));
      BigInteger c = BigInteger.valueOf(random.nextInt(-999, 1_000));
      BigInteger d = BigInteger.valueOf(random.nextInt(-999, 1_000));
      BigInteger re = a.multiply(c).subtract(b.multiply(d));
      BigInteger im = a.multiply(d).add(b.multiply(c));
      Complex left = complex(a, b);
      Complex right = complex(c, d);
      exactly(left.times(right, with), complex(re, im));
      exactly(left.plus(right, with), complex(a.add(c), b.add(d)));
      Complex power = Complex.ONE;
      for (int n = 0; n < 8; n++) {
        exactly(left.pow(n, with), power);
        power = power.times(left, with);
      }
      if (!left.isZero()) {
        close(left.times(left.inverse(with), with), Complex.ONE, "inverse of " + left);
        close(left.pow(-3, with).times(left.pow(3, with), with), Complex.ONE, "power of " + left);
      }
    }
    BigDecimal five = complex(BigInteger.valueOf(-3), BigInteger.valueOf(4)).abs(with);
    assertThat(five).isEqualByComparingTo(BigDecimal.valueOf(5));
    Complex turn = new Complex(BigDecimal.ZERO, with.pi()).exp(with);
    close(turn, Complex.of(BigDecimal.valueOf(-1)), "Euler");
    assertThatThrownBy(Complex.I::real).isInstanceOf(MathException.class);
  }

  @Test
  void aSumIsZeroWithinRoundingAndRefusedWhereATermWouldBeLost() {
    Evaluator evaluator = new Evaluator(Map.of(), false, with, budget);
    Complex third = Complex.of(with.divide(BigDecimal.ONE, BigDecimal.valueOf(3)));
    Complex minusOne = Complex.of(BigDecimal.ONE.negate());
    assertThat(evaluator.sum(List.of(third, third, third, minusOne)).isZero()).isTrue();
    Complex small = Complex.of(new BigDecimal("1e-14"));
    assertThat(evaluator.sum(List.of(Complex.ONE, small, minusOne)).re())
        .isEqualByComparingTo(small.re());
    Complex lost = Complex.of(new BigDecimal("1e-30"));
    assertThatThrownBy(() -> evaluator.sum(List.of(Complex.ONE, lost)))
        .isInstanceOf(MathException.class)
        .hasMessage("terms of too different sizes");
  }

  @Test
  void whatHasNoReliableValueIsRefused() {
    for (Expr expr :
        List.of(
            new Expr.Sym("x"),
            Expr.call("ln", Expr.num(-1)),
            Expr.call("sin", new Expr.Sym("i")),
            Expr.call("floor", new Expr.Sym("i")),
            new Expr.Power(new Expr.Sym("e"), Expr.num(-100)),
            Expr.call("gcd", new Expr.Sym("pi"), Expr.num(2)))) {
      assertThatThrownBy(() -> value(expr)).as(expr.toString()).isInstanceOf(MathException.class);
    }
  }

  private Complex value(Expr expr) {
    return new Evaluator(Map.of(), false, with, budget).value(expr);
  }

  private static Expr power(int base, int numerator, int denominator) {
    return new Expr.Power(Expr.num(base), new Expr.Num(Rational.of(numerator, denominator)));
  }

  private static Complex complex(BigInteger re, BigInteger im) {
    return new Complex(new BigDecimal(re), new BigDecimal(im));
  }

  private static void exactly(Complex found, Complex expected) {
    assertThat(found.re()).isEqualByComparingTo(expected.re());
    assertThat(found.im()).isEqualByComparingTo(expected.im());
  }

  private static void close(Complex found, Complex expected, String what) {
    BigDecimal size = expected.re().abs().max(expected.im().abs()).max(BigDecimal.ONE);
    BigDecimal most = size.movePointLeft(DIGITS - 8);
    assertThat(found.re().subtract(expected.re()).abs()).as(what).isLessThan(most);
    assertThat(found.im().subtract(expected.im()).abs()).as(what).isLessThan(most);
  }
}
