package io.jackpot.objective;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class NormalizerTasksTest {
  @Test
  void zIsTheCpus() {
    for (int seed = 0; seed < 500; seed++) {
      int vocabulary = 1 + seed % 40;
      LogProbRows rows = LogProbRows.of(seed, 1, vocabulary, 5);
      double[] inf = exp(rows.inf());
      double[] target = exp(rows.policy());
      double exact = 0;
      for (int lane = 0; lane < 3; lane++) {
        exact +=
            NormalizerTasks.exact(rows.inf(), rows.policy(), 0, vocabulary, rows.lambda(), lane, 3);
      }
      ObjectiveCases.close("exact", exact, Obrs.zExact(inf, target, rows.lambda()), 0);
      int k = rows.k();
      double topK =
          NormalizerTasks.topK(
              rows.topIds(),
              rows.gathered(rows.inf()),
              rows.gathered(rows.policy()),
              0,
              k,
              rows.lambda());
      ObjectiveCases.close("top-k", topK, rows.zTopK(0), 0);
    }
  }

  @Test
  void kappaIsZeroWhereTheSetsHaveNothingInCommon() {
    assertThat(NormalizerTasks.kappa(0, 0)).isZero();
    assertThat(NormalizerTasks.kappa(0.5, 0.4)).isEqualTo(1.25);
    assertThat(NormalizerTasks.kappa(Double.NaN, 0.4)).isNaN();
  }

  @Test
  void aNaNReachesZ() {
    double[] log = {-1, Double.NaN};
    double[] good = {-1, -1};
    assertThat(NormalizerTasks.exact(log, good, 0, 2, 1, 0, 1)).isNaN();
    assertThat(NormalizerTasks.exact(good, log, 0, 2, 1, 0, 1)).isNaN();
    int[] both = IntStream.of(0, 1, 1, 0).toArray();
    double[] logs = {-1, -2, Double.NaN, Double.NaN};
    assertThat(NormalizerTasks.topK(both, logs, logs, 0, 2, 1))
        .as("of ids that stand twice the first counts")
        .isEqualTo(Math.exp(-1) + Math.exp(-2));
  }

  private static double[] exp(double[] logProbs) {
    return Arrays.stream(logProbs).map(Math::exp).toArray();
  }
}
