package io.jackpot.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.jackpot.tensor.Distillation.Direction;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class LossTasksTest {
  /** Beside the sum over probabilities. */
  @Test
  void divergence() {
    for (int seed = 0; seed < 500; seed++) {
      RandomDistributions d = RandomDistributions.of(seed);
      double expected = RandomDistributions.kl(d.p(), d.q());
      double found = LossTasks.divergence(logs(d.p()), logs(d.q()));
      if (Double.isInfinite(expected)) {
        assertThat(found).isEqualTo(expected);
      } else {
        assertThat(found).isCloseTo(expected, within(1e-12 + 1e-12 * expected));
      }
    }
    double[] log = {-1, Double.NaN};
    double[] good = {-1, -1};
    assertThat(LossTasks.divergence(log, good)).isNaN();
    assertThat(LossTasks.divergence(good, log)).isNaN();
  }

  /** The divergence of the distributions in which all ids that are not listed are one event. */
  @Test
  void groupedDivergence() {
    for (int seed = 1; seed < 500; seed += 3) { // no zeros
      RandomDistributions d = RandomDistributions.of(seed);
      int n = d.p().length;
      for (int listed = 1; listed <= n; listed++) {
        double[] p = grouped(d.p(), listed);
        double[] q = grouped(d.q(), listed);
        if ((p[listed] > 0 && p[listed] < 1e-5) || (q[listed] > 0 && q[listed] < 1e-5)) {
          continue; // near the bound below which the rest does not count
        }
        double expected = RandomDistributions.kl(p, q);
        double found = LossTasks.groupedDivergence(floatLogs(p), floatLogs(q), 0, listed);
        assertThat(found).as("seed %d", seed).isCloseTo(expected, within(1e-4 + 1e-5 * expected));
      }
    }
  }

  /** Between a distribution and its rounding, both of which sum to 1 but for that. */
  @Test
  void groupedDivergenceOfRoundedLogProbs() {
    for (int seed = 1; seed < 500; seed += 3) {
      float[] p = floatLogs(RandomDistributions.of(seed).p());
      float[] q = new float[p.length];
      for (int i = 0; i < p.length; i++) {
        q[i] = p[i] + 3 * Math.ulp(p[i]) * (i % 3 - 1);
      }
      assertThat(LossTasks.groupedDivergence(p, q, 0, p.length)).isBetween(0.0, 1e-11);
      assertThat(LossTasks.groupedDivergence(q, p, 0, p.length)).isBetween(0.0, 1e-11);
    }
  }

  /** The first {@code listed} probabilities and the sum of the others. */
  private static double[] grouped(double[] p, int listed) {
    double[] events = Arrays.copyOf(p, listed + 1);
    events[listed] = listed < p.length ? 1 - Arrays.stream(p, 0, listed).sum() : 0;
    return events;
  }

  private static double[] logs(double[] p) {
    return Arrays.stream(p).map(Math::log).toArray();
  }

  private static float[] floatLogs(double[] p) {
    float[] logs = new float[p.length];
    for (int i = 0; i < p.length; i++) {
      logs[i] = (float) Math.log(p[i]);
    }
    return logs;
  }

  /** By differences of the divergence of a row of logits, in both directions. */
  @Test
  void theGradientOfTheDivergenceIsItsDerivative() {
    double[] policy = logSoftmax(0.3, -2, 1.4, 0, -0.7);
    double[] logits = {-0.2, 0.5, 1, -1.5, 0.1};
    double[] actor = logSoftmax(logits);
    double step = 1e-6;
    for (Direction direction : Direction.values()) {
      boolean reverse = direction == Direction.REVERSE;
      double kl =
          reverse ? LossTasks.divergence(actor, policy) : LossTasks.divergence(policy, actor);
      for (int x = 0; x < logits.length; x++) {
        double[] up = logits.clone();
        double[] down = logits.clone();
        up[x] += step;
        down[x] -= step;
        double[] above = logSoftmax(up);
        double[] below = logSoftmax(down);
        double difference =
            reverse
                ? LossTasks.divergence(above, policy) - LossTasks.divergence(below, policy)
                : LossTasks.divergence(policy, above) - LossTasks.divergence(policy, below);
        assertThat(LossTasks.divergenceGradient(actor[x], policy[x], kl, direction))
            .isCloseTo(difference / (2 * step), within(1e-8));
      }
    }
    double never = Double.NEGATIVE_INFINITY;
    assertThat(LossTasks.divergenceGradient(never, never, 1, Direction.FORWARD)).isZero();
    assertThat(LossTasks.divergenceGradient(never, never, 1, Direction.REVERSE)).isZero();
  }

  private static double[] logSoftmax(double... logits) {
    double logSum = Math.log(Arrays.stream(logits).map(Math::exp).sum());
    return Arrays.stream(logits).map(x -> x - logSum).toArray();
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
