package io.jackpot.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.jackpot.tensor.Threefry;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ObrsTasksTest {
  private static final int TRIALS = 5000;

  @Test
  void drawnUniformsAreThoseOfTheirKeysAndCounters() {
    SplittableRandom random = new SplittableRandom(1);
    int[] words = random.ints(4 * TRIALS).toArray();
    double[] given = random.doubles(TRIALS).toArray();
    double[] uniform = new double[TRIALS];
    int[] choices = new int[ObjectiveInputs.CHOICES];
    for (int t = 0; t < TRIALS; t++) {
      ObrsTasks.drawUniform(t, words, given, choices, uniform);
    }
    assertThat(uniform).isEqualTo(given);
    choices[ObjectiveInputs.DRAWN] = 1;
    for (int t = 0; t < TRIALS; t++) {
      ObrsTasks.drawUniform(t, words, given, choices, uniform);
      long key = (words[4 * t] & 0xFFFFFFFFL) | ((long) words[4 * t + 1] << 32);
      assertThat(uniform[t]).isEqualTo(Threefry.uniform(key, words[4 * t + 2], words[4 * t + 3]));
    }
  }

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
      double before = RandomDistributions.kl(d.p(), d.q());
      double max = d.maxRatio();
      for (double lambda : new double[] {1e-9, d.minRatio() / 2, 0.3, 1, max, 2 * max, 1e9}) {
        if (!(lambda > 0)) {
          continue;
        }
        double after =
            RandomDistributions.kl(d.p(), NormalizerTasks.postRejection(d.q(), d.p(), lambda));
        assertThat(after).as("seed %d, λ %s", seed, lambda).isLessThanOrEqualTo(before + 1e-12);
        // p' ≤ q/Z, so the divergence falls by at most −log Z: few rejections cannot do much.
        double z = NormalizerTasks.exact(d.q(), d.p(), lambda);
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
        double[] accepted = NormalizerTasks.postRejection(d.q(), d.p(), d.maxRatio());
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
      double z = NormalizerTasks.exact(d.q(), d.p(), lambda);
      if (z == 0) {
        continue;
      }
      double[] accepted = NormalizerTasks.postRejection(d.q(), d.p(), lambda);
      assertThat(Arrays.stream(accepted).sum()).isCloseTo(1, within(1e-12));
      double acceptance = 0;
      for (int x = 0; x < accepted.length; x++) {
        double r = ObrsTasks.ratio(Math.log(d.p()[x]), Math.log(d.q()[x]));
        acceptance += d.q()[x] * ObrsTasks.acceptProbability(r, lambda);
        if (accepted[x] > 0) {
          double ratio = d.p()[x] / accepted[x];
          assertThat(ObrsTasks.weight(z, r, lambda)).isCloseTo(ratio, within(1e-9 * ratio));
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
                ObrsTasks.acceptProbability(r, lambda)
                    * Math.min(ObrsTasks.weight(z, r, lambda), c1);
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
        double r = ObrsTasks.ratio(logTarget, logInf);
        assertThat(r).as("%s over %s", logTarget, logInf).isFinite().isNotNegative();
        for (double lambda : new double[] {Double.MIN_VALUE, 1, Double.MAX_VALUE}) {
          assertThat(ObrsTasks.acceptProbability(r, lambda)).isBetween(0.0, 1.0);
          assertThat(ObrsTasks.weight(0, r, lambda)).isZero();
          assertThat(ObrsTasks.weight(1, r, lambda)).isFinite().isPositive();
        }
      }
    }
    assertThat(ObrsTasks.weight(0, Double.POSITIVE_INFINITY, 1)).isZero();
    assertThat(ObrsTasks.ratio(Double.NaN, 0)).isNaN();
    assertThat(ObrsTasks.weight(1, Double.NaN, 1)).isNaN();
  }

  @Test
  void comparisonsKeepNaN() {
    double[] values = {
      Double.NEGATIVE_INFINITY, -Double.MAX_VALUE, -1, 0, 2, Double.POSITIVE_INFINITY, Double.NaN
    };
    for (double a : values) {
      for (double b : values) {
        assertThat(ObrsTasks.min(a, b)).isEqualTo(Double.valueOf(Math.min(a, b)));
        assertThat(ObrsTasks.max(a, b)).isEqualTo(Double.valueOf(Math.max(a, b)));
      }
      assertThat(ObrsTasks.finite(a))
          .isEqualTo(Double.valueOf(Math.clamp(a, -Double.MAX_VALUE, Double.MAX_VALUE)));
    }
  }
}
