package io.jackpot.math;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

class FunctionsTest {
  @Test
  void exactValuesAgreeWithPython() throws IOException {
    for (JsonNode line : Golden.lines("function")) {
      Rational[] at = line.get("at").valueStream().map(Golden::rational).toArray(Rational[]::new);
      assertThat(Functions.exact(line.get("name").stringValue(), at, Golden.budget()))
          .as(line.toString())
          .hasToString(line.get("value").stringValue());
    }
  }

  @Test
  void aFunctionHasItsNumberOfArguments() {
    assertThat(Functions.exists("sin")).isTrue();
    assertThat(Functions.exists("sin", 1)).isTrue();
    assertThat(Functions.exists("sin", 2)).isFalse();
    assertThat(Functions.exists("gcd", 2)).isTrue();
    assertThat(Functions.exists("sine")).isFalse();
  }

  /** The values that transcendental functions have at 0 or 1; elsewhere there is none. */
  @Test
  void transcendentalFunctionsHaveFewRationalValues() {
    for (String name : List.of("sin", "tan", "arcsin", "arctan", "sinh", "tanh")) {
      assertThat(exact(name, 0)).as(name).isEqualTo(Rational.ZERO);
      assertThat(exact(name, 1)).as(name).isNull();
    }
    assertThat(exact("cos", 0)).isEqualTo(Rational.ONE);
    assertThat(exact("cosh", 0)).isEqualTo(Rational.ONE);
    assertThat(exact("ln", 1)).isEqualTo(Rational.ZERO);
    assertThat(exact("log", 1)).isEqualTo(Rational.ZERO);
    assertThat(exact("ln", 2)).isNull();
  }

  @ParameterizedTest
  @CsvSource({"factorial, -1", "factorial, 2101", "factorial, 1/2", "binom, -3", "gcd, 1/2"})
  void argumentsOutsideTheDomainAreRefused(String name, String argument) {
    Rational at = Golden.rational(argument);
    assertThatThrownBy(() -> Functions.exact(name, new Rational[] {at, at}, Golden.budget()))
        .isInstanceOf(MathException.class);
  }

  private static @Nullable Rational exact(String name, int at) {
    return Functions.exact(name, new Rational[] {Rational.of(at)}, Golden.budget());
  }
}
