package io.jackpot.tasks;

import static org.assertj.core.api.Assertions.assertThat;

import io.jackpot.rl.loss.ObjectiveOptions;
import io.jackpot.rl.loss.TokenBatch;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LossTasksTest {
  private static final List<ObjectiveOptions> OPTIONS = ObjectiveCases.options();

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 200})
  void theBodiesMakeTheObjective(int tokens) {
    TokenBatch batch = ObjectiveCases.batch(tokens, tokens);
    for (ObjectiveOptions options : OPTIONS) {
      ObjectiveCases.check(new HostObjective(), options, batch, "batch");
    }
  }

  @Test
  void adversarialBatches() {
    ObjectiveCases.adversarial()
        .forEach((what, batch) -> {
          for (ObjectiveOptions options : OPTIONS) {
            ObjectiveCases.check(new HostObjective(), options, batch, what);
          }
        });
  }

  /** 1 − p keeps its digits where p is almost 1, and where it is not. */
  @Test
  void theGradientOfTheLogProbIsExactNearCertainty() {
    for (double logP : new double[] {0, -1e-300, -1e-17, -1e-9, -0.1, -0.7, -3, -800}) {
      double expected = -Math.expm1(logP);
      assertThat(LossTasks.logProbGradient(logP, 4, 4))
          .as("log p %s", logP)
          .isBetween(expected * (1 - 1e-14), expected * (1 + 1e-14));
    }
    assertThat(LossTasks.logProbGradient(Double.NEGATIVE_INFINITY, 4, 4)).isEqualTo(1);
    assertThat(LossTasks.logProbGradient(Double.NEGATIVE_INFINITY, 3, 4)).isZero();
    assertThat(LossTasks.logProbGradient(Double.NaN, 4, 4)).isNaN();
  }
}
