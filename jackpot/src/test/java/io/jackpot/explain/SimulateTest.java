package io.jackpot.explain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.jackpot.input.InputException;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class SimulateTest {

  @Test
  void rejectionShrinksTheDivergenceAndKeepsMostTokens() {
    double previous = 0;
    for (JsonNode row : Simulate.run(SimulateOptions.defaults()).get("rows")) {
      double before = value(row, "klBefore");
      double after = value(row, "klAfter");
      assertThat(before).isGreaterThan(previous);
      assertThat(after).isBetween(0.0, 0.6 * before);
      assertThat(value(row, "reduction")).isCloseTo(before / after, within(1e-9));
      double reverse = value(row, "klReverseBefore");
      assertThat(value(row, "klReverseAfter")).isBetween(0.0, 0.6 * reverse);
      // The second order of both directions is the same.
      assertThat(reverse).isCloseTo(before, within(0.2 * before));
      assertThat(value(row, "acceptance")).isBetween(0.3, 1.0);
      assertThat(value(row, "ratioMinAfter")).isGreaterThan(value(row, "ratioMinBefore"));
      // After rejection the smallest ratio is Z·λ, here with λ = 1.
      assertThat(value(row, "ratioMinAfter")).isCloseTo(value(row, "acceptance"), within(0.02));
      previous = before;
    }
  }

  /** The noise model is the stated one: KL(p ‖ p·e^{σN}) is close to σ²/2 for many tokens. */
  @Test
  void theDivergenceBeforeFollowsTheNoise() {
    SimulateOptions flat =
        new SimulateOptions(20_000, 0.5, List.of(0.2, 1.0), 8, 3, List.of(1.0), List.of());
    JsonNode rows = Simulate.run(flat).get("rows");
    assertThat(value(rows.get(0), "klBefore")).isCloseTo(0.02, within(0.001));
    assertThat(value(rows.get(1), "klBefore")).isCloseTo(0.5, within(0.02));
  }

  @Test
  void aBudgetIsMet() {
    SimulateOptions options =
        new SimulateOptions(100, 2, List.of(0.5, 1.0), 10, 1, List.of(), List.of(0.95, 0.5, 1.0));
    JsonNode rows = Simulate.run(options).get("rows");
    assertThat(rows.size()).isEqualTo(6);
    for (int i = 0; i < 6; i++) {
      double wanted = options.acceptances().get(i % 3);
      assertThat(value(rows.get(i), "acceptance")).isCloseTo(wanted, within(1e-9));
    }
    assertThat(value(rows.get(2), "klAfter"))
        .as("nothing rejected")
        .isCloseTo(value(rows.get(2), "klBefore"), within(1e-9));
  }

  @Test
  void theSeedDecides() {
    assertThat(run(1)).isEqualTo(run(1)).isNotEqualTo(run(2));
  }

  @Test
  void oneTokenIsAlwaysRight() {
    JsonNode row =
        Simulate.run(new SimulateOptions(1, 1, List.of(3.0), 2, 0, List.of(1.0), List.of()))
            .get("rows")
            .get(0);
    assertThat(value(row, "klAfter")).isZero();
    assertThat(row.get("reduction").isNull()).isTrue();
    assertThat(value(row, "acceptance")).isEqualTo(1);
  }

  @Test
  void namesTheWrongOption() {
    assertThatThrownBy(
            () -> new SimulateOptions(9, 1, List.of(1.0), 1, 0, List.of(1.0), List.of(0.5)))
        .isInstanceOf(InputException.class)
        .hasMessage("lambdas: [1.0] and acceptances [0.5], expected one of the two");
    assertThatThrownBy(() -> new SimulateOptions(0, 1, List.of(1.0), 1, 0, List.of(1.0), List.of()))
        .hasMessage("vocabulary: 0, expected an integer of at least 1");
    assertThatThrownBy(
            () -> new SimulateOptions(9, 1, List.of(-1.0), 1, 0, List.of(1.0), List.of()))
        .hasMessage("noise: -1.0, expected numbers from 0 to 20");
  }

  private static JsonNode run(long seed) {
    return Simulate.run(new SimulateOptions(20, 2, List.of(0.5), 3, seed, List.of(1.0), List.of()))
        .get("rows");
  }

  private static double value(JsonNode row, String key) {
    return row.get(key).doubleValue();
  }
}
