package io.jackpot.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LossTasksTest {
  private static final List<ObjectiveOptions> OPTIONS = ObjectiveCases.options();

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 700})
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

  @Test
  void theDivergenceIsTheCpus() {
    for (int seed = 0; seed < 500; seed++) {
      int vocabulary = 1 + seed % 40;
      LogProbRows rows = LogProbRows.of(seed, 1, vocabulary, 1);
      double expected = Obrs.kl(rows.probs(rows.policy(), 0), rows.probs(rows.actor(), 0));
      ObjectiveCases.close("KL", divergence(rows.policy(), rows.actor()), expected, 1);
      expected = Obrs.kl(rows.probs(rows.inf(), 0), rows.probs(rows.policy(), 0));
      ObjectiveCases.close("KL", divergence(rows.inf(), rows.policy()), expected, 1);
    }
    double[] log = {-1, Double.NaN};
    double[] good = {-1, -1};
    assertThat(divergence(log, good)).isNaN();
    assertThat(divergence(good, log)).isNaN();
  }

  /** By differences of the divergence of a row of logits, in both directions. */
  @Test
  void theGradientOfTheDivergenceIsItsDerivative() {
    double[] policy = LogProbRows.logSoftmax(new double[] {0.3, -2, 1.4, 0, -0.7}, 5);
    double[] logits = {-0.2, 0.5, 1, -1.5, 0.1};
    double[] actor = LogProbRows.logSoftmax(logits, 5);
    double step = 1e-6;
    for (int reverse = 0; reverse < 2; reverse++) {
      double kl = reverse > 0 ? divergence(actor, policy) : divergence(policy, actor);
      for (int x = 0; x < logits.length; x++) {
        double[] up = logits.clone();
        double[] down = logits.clone();
        up[x] += step;
        down[x] -= step;
        double[] above = LogProbRows.logSoftmax(up, 5);
        double[] below = LogProbRows.logSoftmax(down, 5);
        double difference =
            reverse > 0
                ? divergence(above, policy) - divergence(below, policy)
                : divergence(policy, above) - divergence(policy, below);
        assertThat(LossTasks.divergenceGradient(actor[x], policy[x], kl, reverse))
            .isCloseTo(difference / (2 * step), within(1e-8));
      }
    }
    double never = Double.NEGATIVE_INFINITY;
    assertThat(LossTasks.divergenceGradient(never, never, 1, 0)).isZero();
    assertThat(LossTasks.divergenceGradient(never, never, 1, 1)).isZero();
  }

  private static double divergence(double[] logP, double[] logQ) {
    double sum = 0;
    for (int lane = 0; lane < 3; lane++) {
      sum += LossTasks.divergence(logP, logQ, 0, logP.length, lane, 3);
    }
    return sum;
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
