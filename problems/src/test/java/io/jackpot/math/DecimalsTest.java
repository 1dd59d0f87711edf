package io.jackpot.math;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.math.BigDecimal;
import java.util.Random;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class DecimalsTest {
  private static final int DIGITS = 50;

  private final Decimals with = new Decimals(DIGITS, new Budget(2_000_000_000));

  @Test
  void functionsAgreeWithMpmath() throws IOException {
    for (JsonNode line : Golden.lines("decimal")) {
      BigDecimal x = new BigDecimal(line.get("at").stringValue());
      BigDecimal value =
          switch (line.get("name").stringValue()) {
            case "sin" -> with.sin(x);
            case "cos" -> with.cos(x);
            case "exp" -> with.exp(x);
            case "ln" -> with.ln(x);
            case "arctan" -> with.arctan(x);
            case "sqrt" -> with.sqrt(x);
            default -> with.pi();
          };
      close(value, new BigDecimal(line.get("value").stringValue()), line.toString());
    }
  }

  @Test
  void identitiesHold() {
    Random random = new Random(15);
    for (int i = 0; i < 60; i++) {
      BigDecimal x = BigDecimal.valueOf(random.nextLong(1, 1_000_000_000_000L), 9);
      BigDecimal y = BigDecimal.valueOf(random.nextLong(-40_000_000_000L, 40_000_000_000L), 9);
      BigDecimal sine = with.sin(x);
      BigDecimal cosine = with.cos(x);
      close(
          with.plus(with.times(sine, sine), with.times(cosine, cosine)),
          BigDecimal.ONE,
          "sin² + cos² at " + x);
      close(with.exp(with.ln(x)), x, "exp ln " + x);
      close(with.times(with.exp(y), with.exp(y.negate())), BigDecimal.ONE, "exp " + y);
      close(with.ln(with.times(x, x)), with.plus(with.ln(x), with.ln(x)), "ln of a square " + x);
      close(with.times(with.sqrt(x), with.sqrt(x)), x, "a root squared " + x);
      BigDecimal both = with.plus(with.arctan(x), with.arctan(with.divide(BigDecimal.ONE, x)));
      close(both, with.divide(with.pi(), BigDecimal.TWO), "arctan x + arctan 1/x at " + x);
    }
  }

  @Test
  void argumentsThatAreTooLargeAreRefused() {
    assertThatThrownBy(() -> with.exp(BigDecimal.valueOf(20_001)))
        .isInstanceOf(MathException.class);
    assertThatThrownBy(() -> with.sin(new BigDecimal("1e12"))).isInstanceOf(MathException.class);
    assertThatThrownBy(() -> with.divide(BigDecimal.ONE, BigDecimal.ZERO))
        .isInstanceOf(MathException.class);
  }

  @Test
  void workIsPaidFor() {
    Budget budget = new Budget(1_000_000);
    new Decimals(100, budget).exp(BigDecimal.ONE);
    long short100 = budget.spent();
    new Decimals(400, budget).exp(BigDecimal.ONE);
    assertThat(budget.spent() - short100).isGreaterThan(4 * short100);
    assertThatThrownBy(() -> new Decimals(100, new Budget(1_000)).exp(BigDecimal.ONE))
        .isInstanceOf(MathException.class)
        .hasMessage("too much work");
  }

  /** All but the last four digits agree, or as many places for numbers below one. */
  private static void close(BigDecimal found, BigDecimal expected, String what) {
    BigDecimal error = found.subtract(expected).abs();
    BigDecimal size = expected.abs().max(BigDecimal.ONE);
    assertThat(error).as(what).isLessThan(size.movePointLeft(DIGITS - 4));
  }
}
