package io.jackpot.math;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Random;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class RationalTest {
  private final Random random = new Random(11);

  @Test
  void operationsAgreeWithPythonsFractions() throws IOException {
    for (JsonNode line : Golden.lines("rational")) {
      Rational a = Golden.rational(line.get("a"));
      Rational b = Golden.rational(line.get("b"));
      assertThat(a).as(line.toString()).hasToString(line.get("a").stringValue());
      assertThat(a.plus(b)).as(line.toString()).hasToString(line.get("sum").stringValue());
      assertThat(a.minus(b)).hasToString(line.get("difference").stringValue());
      assertThat(a.times(b)).hasToString(line.get("product").stringValue());
      assertThat(Integer.signum(a.compareTo(b))).isEqualTo(line.get("compare").intValue());
      assertThat(a.floor()).hasToString(line.get("floor").stringValue());
      if (line.get("quotient").isNull()) {
        assertThatThrownBy(b::inverse).isInstanceOf(MathException.class);
      } else {
        assertThat(a.times(b.inverse())).hasToString(line.get("quotient").stringValue());
      }
      int power = line.get("power").intValue();
      if (line.get("powerOfA").isNull()) {
        assertThatThrownBy(() -> a.pow(power)).isInstanceOf(MathException.class);
      } else {
        assertThat(a.pow(power)).hasToString(line.get("powerOfA").stringValue());
      }
    }
  }

  @Test
  void randomNumbersObeyTheLawsOfAField() {
    for (int i = 0; i < 500; i++) {
      Rational a = number();
      Rational b = number();
      Rational c = number();
      assertThat(a.plus(b)).isEqualTo(b.plus(a));
      assertThat(a.plus(b).plus(c)).isEqualTo(a.plus(b.plus(c)));
      assertThat(a.times(b).times(c)).isEqualTo(a.times(b.times(c)));
      assertThat(a.times(b.plus(c))).isEqualTo(a.times(b).plus(a.times(c)));
      assertThat(a.minus(a)).isEqualTo(Rational.ZERO);
      if (!a.isZero()) {
        assertThat(a.times(a.inverse())).isEqualTo(Rational.ONE);
        assertThat(a.pow(-3).times(a.pow(5))).isEqualTo(a.times(a));
      }
      assertThat(a.numerator().gcd(a.denominator())).isEqualTo(BigInteger.ONE);
      assertThat(a.denominator()).isPositive();
    }
  }

  @Test
  void decimalsAgreeWithBigDecimal() {
    for (int i = 0; i < 500; i++) {
      BigDecimal x = new BigDecimal(new BigInteger(90, random), random.nextInt(60) - 30);
      BigDecimal y = new BigDecimal(new BigInteger(90, random).negate(), random.nextInt(60) - 30);
      Rational a = Rational.ofDecimal(x.unscaledValue(), x.scale());
      Rational b = Rational.ofDecimal(y.unscaledValue(), y.scale());
      BigDecimal sum = x.add(y);
      assertThat(a.plus(b)).isEqualTo(Rational.ofDecimal(sum.unscaledValue(), sum.scale()));
      assertThat(Integer.signum(a.compareTo(b.abs())))
          .isEqualTo(Integer.signum(x.compareTo(y.abs())));
      assertThat(b.floor()).isEqualTo(y.setScale(0, RoundingMode.FLOOR).toBigInteger());
      assertThat(a.decimal(MathContext.DECIMAL128))
          .isEqualByComparingTo(x.round(MathContext.DECIMAL128));
    }
  }

  @Test
  void whatIsTooLongOrHasNoValueIsRefused() {
    Rational two = Rational.of(2);
    assertThat(two.pow(Budget.LONGEST_INTEGER - 1).numerator().bitLength())
        .isEqualTo(Budget.LONGEST_INTEGER);
    refused("number too long", () -> two.pow(Budget.LONGEST_INTEGER));
    refused("number too long", () -> two.pow(-Budget.LONGEST_INTEGER));
    refused("number too long", () -> two.pow(1_000_000_000));
    refused("number too long", () -> Rational.ofDecimal(BigInteger.ONE, 10_000));
    refused("number too long", () -> Rational.ofDecimal(BigInteger.ONE, Integer.MIN_VALUE));
    Rational longest = two.pow(Budget.LONGEST_INTEGER - 1);
    refused("number too long", () -> longest.plus(longest));
    refused("division by zero", Rational.ZERO::inverse);
    refused("division by zero", () -> Rational.of(3, 0));
    assertThat(Rational.MINUS_ONE.pow(1_000_000_001)).isEqualTo(Rational.MINUS_ONE);
    assertThat(Rational.of((1 << 20) - 1).small()).isEqualTo((1 << 20) - 1);
    refused("1048576: not a small integer", () -> Rational.of(1 << 20).small());
    refused("1/2: not a small integer", () -> Rational.of(1, 2).small());
  }

  private static void refused(String message, Runnable work) {
    assertThatThrownBy(work::run).isInstanceOf(MathException.class).hasMessage(message);
  }

  private Rational number() {
    BigInteger numerator = new BigInteger(1 + random.nextInt(150), random);
    BigInteger denominator = new BigInteger(1 + random.nextInt(150), random).add(BigInteger.ONE);
    return new Rational(
        random.nextBoolean() ? numerator : numerator.negate(),
        random.nextBoolean() ? denominator : denominator.negate());
  }
}
