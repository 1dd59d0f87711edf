package io.jackpot.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ObrsTest {
  private static final int TRIALS = 5000;

  /**
   * Theorem 3.3: KL(p ‖ p') ≤ KL(p ‖ q) for every λ, and strictly where λ &gt; min p/q over q &gt;
   * 0 (the paper asks for less, which is not enough) and p ≠ q.
   */
  @Test
  void rejectionMovesTheProposalTowardsTheTarget() {
    int strict = 0;
    for (int seed = 0; seed < TRIALS; seed++) {
      RandomDistributions d = RandomDistributions.of(seed);
      if (d.reachable() == 0) {
        continue;
      }
      double before = Obrs.kl(d.p(), d.q());
      double max = d.maxRatio();
      for (double lambda : new double[] {1e-9, d.minRatio() / 2, 0.3, 1, max, 2 * max, 1e9}) {
        if (!(lambda > 0)) {
          continue;
        }
        double after = Obrs.kl(d.p(), Obrs.postRejection(d.q(), d.p(), lambda));
        assertThat(after).as("seed %d, λ %s", seed, lambda).isLessThanOrEqualTo(before + 1e-12);
        // p' ≤ q/Z, so the divergence falls by at most −log Z: few rejections cannot do much.
        double z = Obrs.zExact(d.q(), d.p(), lambda);
        assertThat(after)
            .as("seed %d, λ %s", seed, lambda)
            .isGreaterThanOrEqualTo(before + Math.log(z) - 1e-9);
        if (lambda <= d.minRatio() * (1 - 1e-9)) {
          assertThat(after).as("nothing rejected, seed %d", seed).isCloseTo(before, within(1e-9));
        } else if (lambda > 1.1 * d.minRatio() && Double.isFinite(before) && before > 1e-6) {
          assertThat(after).as("seed %d, λ %s", seed, lambda).isLessThan(before);
          strict++;
        }
      }
    }
    assertThat(strict).isGreaterThan(TRIALS);
  }

  /** With λ at least max p/q it is plain rejection sampling: what is accepted is the target. */
  @Test
  void aLargeThresholdGivesTheTargetItself() {
    for (int seed = 1; seed < TRIALS; seed += 3) { // no zeros
      RandomDistributions d = RandomDistributions.of(seed);
      if (d.minRatio() > 0) {
        double[] accepted = Obrs.postRejection(d.q(), d.p(), d.maxRatio());
        assertThat(accepted).containsExactly(d.p(), within(1e-12));
      }
    }
  }

  /** w is the target over what is accepted (Eq. 4 and 5), and Z is the expected acceptance. */
  @Test
  void theWeightIsTheRatioToThePostRejectionDistribution() {
    for (int seed = 0; seed < TRIALS; seed++) {
      RandomDistributions d = RandomDistributions.of(seed);
      double lambda = new SplittableRandom(seed).nextDouble(0.1, 4);
      double z = Obrs.zExact(d.q(), d.p(), lambda);
      if (z == 0) {
        continue;
      }
      double[] accepted = Obrs.postRejection(d.q(), d.p(), lambda);
      assertThat(Arrays.stream(accepted).sum()).isCloseTo(1, within(1e-12));
      double acceptance = 0;
      for (int x = 0; x < accepted.length; x++) {
        double r = Obrs.ratio(Math.log(d.p()[x]), Math.log(d.q()[x]));
        acceptance += d.q()[x] * Obrs.acceptProbability(r, lambda);
        if (accepted[x] > 0) {
          double ratio = d.p()[x] / accepted[x];
          assertThat(Obrs.weight(z, r, lambda)).isCloseTo(ratio, within(1e-9 * ratio));
        }
      }
      assertThat(acceptance).isCloseTo(z, within(1e-12));
    }
  }

  /** E_u[mask·min(Z·max(λ, r), c1)] = min(Z·r, c1·min(1, r/λ)), r from 0 to infinity. */
  @Test
  void theMeanOfMaskTimesCappedWeightIsKnown() {
    double[] values = {0, 1e-300, 1e-9, 0.2, 1, 1.5, 3, 1e9, 1e300};
    for (double r : values) {
      for (double z : new double[] {0, 1e-300, 0.3, 1}) {
        for (double lambda : new double[] {1e-9, 0.5, 1, 2, 1e9}) {
          for (double c1 : new double[] {1e-6, 0.5, 3, 1e12}) {
            double mean =
                Obrs.acceptProbability(r, lambda) * Math.min(Obrs.weight(z, r, lambda), c1);
            double expected = Math.min(z * r, c1 * Math.min(1, r / lambda));
            assertThat(mean)
                .as("r %s, Z %s, λ %s, c1 %s", r, z, lambda, c1)
                .isCloseTo(expected, within(1e-12 * expected + Double.MIN_NORMAL));
          }
        }
      }
    }
  }

  @Test
  void neverNaN() {
    double[] logs = {Double.NEGATIVE_INFINITY, -1e308, -800, -1, 0};
    for (double logTarget : logs) {
      for (double logInf : logs) {
        double r = Obrs.ratio(logTarget, logInf);
        assertThat(r).as("%s over %s", logTarget, logInf).isFinite().isNotNegative();
        for (double lambda : new double[] {Double.MIN_VALUE, 1, Double.MAX_VALUE}) {
          assertThat(Obrs.acceptProbability(r, lambda)).isBetween(0.0, 1.0);
          assertThat(Obrs.weight(0, r, lambda)).isZero();
          assertThat(Obrs.weight(1, r, lambda)).isFinite().isPositive();
        }
      }
    }
    assertThat(Obrs.weight(0, Double.POSITIVE_INFINITY, 1)).isZero();
    assertThat(Obrs.ratio(Double.NaN, 0)).isNaN();
    assertThat(Obrs.weight(1, Double.NaN, 1)).isNaN();
  }

  @Test
  void disjointSupportsAcceptNothing() {
    double[] p = {1, 0, 0};
    double[] q = {0, 0.5, 0.5};
    assertThat(Obrs.zExact(q, p, 0.1)).isZero();
    assertThat(Obrs.zTopK(q, p, 0.1, new int[] {1}, new int[] {0})).isZero();
    assertThatThrownBy(() -> Obrs.postRejection(q, p, 1)).hasMessageContaining("Z = 0");
    assertThat(Obrs.kl(p, q)).isInfinite();
  }

  @Test
  void topKPutsTheLowerIdFirstOnTies() {
    double[] scores = {1, 3, -0.0, 3, 0.0, 3};
    assertThat(Obrs.topK(scores, 2)).containsExactly(1, 3);
    assertThat(Obrs.topK(scores, 99)).containsExactly(1, 3, 5, 0, 2, 4);
    assertThat(Obrs.topK(new double[] {-7}, 1)).containsExactly(0);
  }

  @Test
  void zTopKCountsEachIdOnceAndNeverExceedsZ() {
    for (int seed = 0; seed < TRIALS; seed++) {
      RandomDistributions d = RandomDistributions.of(seed);
      int n = d.p().length;
      double lambda = new SplittableRandom(seed).nextDouble(0.1, 4);
      double exact = Obrs.zExact(d.q(), d.p(), lambda);
      double previous = 0;
      for (int k = 1; k <= n + 1; k++) {
        double z = Obrs.zTopK(d.q(), d.p(), lambda, Obrs.topK(d.q(), k), Obrs.topK(d.p(), k));
        assertThat(z).isBetween(previous - 1e-15, exact + 1e-12);
        previous = z;
      }
      assertThat(previous).isCloseTo(exact, within(1e-12));
    }
  }
}
