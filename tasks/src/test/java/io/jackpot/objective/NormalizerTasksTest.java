package io.jackpot.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class NormalizerTasksTest {
  private static final int TRIALS = 5000;

  @Test
  void kappaIsZeroWhereTheSetsHaveNothingInCommon() {
    assertThat(NormalizerTasks.kappa(0, 0)).isZero();
    assertThat(NormalizerTasks.kappa(0.5, 0.4)).isEqualTo(1.25);
    assertThat(NormalizerTasks.kappa(Double.NaN, 0.4)).isNaN();
  }

  @Test
  void aNaNReachesZ() {
    double[] bad = {0.5, Double.NaN};
    double[] good = {0.5, 0.5};
    assertThat(NormalizerTasks.exact(bad, good, 1)).isNaN();
    assertThat(NormalizerTasks.exact(good, bad, 1)).isNaN();
    assertThat(NormalizerTasks.topK(bad, good, 1, new int[] {0}, new int[] {1})).isNaN();
    assertThat(NormalizerTasks.topK(bad, good, 1, new int[] {0}, new int[] {0})).isEqualTo(0.5);
  }

  @Test
  void disjointSupportsAcceptNothing() {
    double[] p = {1, 0, 0};
    double[] q = {0, 0.5, 0.5};
    assertThat(NormalizerTasks.exact(q, p, 0.1)).isZero();
    assertThat(NormalizerTasks.topK(q, p, 0.1, new int[] {1}, new int[] {0})).isZero();
    assertThatThrownBy(() -> NormalizerTasks.postRejection(q, p, 1)).hasMessageContaining("Z = 0");
    assertThat(RandomDistributions.kl(p, q)).isInfinite();
  }

  @Test
  void topKPutsTheLowerIdFirstOnTies() {
    double[] scores = {1, 3, -0.0, 3, 0.0, 3};
    assertThat(NormalizerTasks.topK(scores, 2)).containsExactly(1, 3);
    assertThat(NormalizerTasks.topK(scores, 99)).containsExactly(1, 3, 5, 0, 2, 4);
    assertThat(NormalizerTasks.topK(new double[] {-7}, 1)).containsExactly(0);
  }

  @Test
  void zTopKCountsEachIdOnceAndNeverExceedsZ() {
    for (int seed = 0; seed < TRIALS; seed++) {
      RandomDistributions d = RandomDistributions.of(seed);
      int n = d.p().length;
      double lambda = new SplittableRandom(seed).nextDouble(0.1, 4);
      double exact = NormalizerTasks.exact(d.q(), d.p(), lambda);
      double previous = 0;
      for (int k = 1; k <= n + 1; k++) {
        double z =
            NormalizerTasks.topK(
                d.q(),
                d.p(),
                lambda,
                NormalizerTasks.topK(d.q(), k),
                NormalizerTasks.topK(d.p(), k));
        assertThat(z).isBetween(previous - 1e-15, exact + 1e-12);
        previous = z;
      }
      assertThat(previous).isCloseTo(exact, within(1e-12));
    }
  }
}
