package io.jackpot.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.jackpot.input.InputException;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LambdaSolverTest {
  private static final int TRIALS = 5000;

  /** Theorem 3.4: every acceptance up to q({p &gt; 0}) is reached, and exactly. */
  @Test
  void givesTheWantedAcceptance() {
    for (int seed = 0; seed < TRIALS; seed++) {
      RandomDistributions d = RandomDistributions.of(seed);
      SplittableRandom random = new SplittableRandom(seed);
      double reachable = d.reachable();
      for (int i = 0; i < 4 && reachable > 0; i++) {
        double wanted = i == 0 ? 1e-9 * reachable : reachable * (1 - random.nextDouble());
        double lambda = LambdaSolver.solve(d.q(), d.p(), wanted);
        assertThat(NormalizerTasks.exact(d.q(), d.p(), lambda))
            .as("seed %d, wanted %s, λ %s", seed, wanted, lambda)
            .isCloseTo(wanted, within(1e-11 * wanted));
      }
    }
  }

  /** Theorem 3.4: no other rule of the same acceptance brings the proposal closer to the target. */
  @Test
  void isTheBestRuleOfItsBudget() {
    int compared = 0;
    for (int seed = 1; seed < TRIALS; seed += 3) { // no zeros
      RandomDistributions d = RandomDistributions.of(seed);
      SplittableRandom random = new SplittableRandom(seed);
      double budget = random.nextDouble(0.05, 0.95);
      double[] best =
          NormalizerTasks.postRejection(d.q(), d.p(), LambdaSolver.solve(d.q(), d.p(), budget));
      double[] rule = random.doubles(d.p().length).toArray();
      double accepted = 0;
      for (int x = 0; x < rule.length; x++) {
        accepted += d.q()[x] * rule[x];
      }
      double scale = budget / accepted;
      if (Arrays.stream(rule).allMatch(a -> a * scale <= 1)) {
        double[] other = new double[rule.length];
        Arrays.setAll(other, x -> d.q()[x] * rule[x] * scale / budget);
        assertThat(RandomDistributions.kl(d.p(), best))
            .isLessThanOrEqualTo(RandomDistributions.kl(d.p(), other) + 1e-12);
        compared++;
      }
    }
    assertThat(compared).isGreaterThan(300);
  }

  /** At the most that can be accepted λ is not unique: the largest that still gives it. */
  @Test
  void takesTheLargestThresholdThatStillAcceptsEverything() {
    for (int seed = 1; seed < TRIALS; seed += 3) { // no zeros
      RandomDistributions d = RandomDistributions.of(seed);
      double lambda = LambdaSolver.solve(d.q(), d.p(), 1);
      assertThat(lambda).isCloseTo(d.minRatio(), within(1e-12 * lambda));
    }
    double[] q = {0.5, 0.3, 0.2};
    double[] p = {0.8, 0.2, 0};
    assertThat(LambdaSolver.solve(q, p, 0.8)).isCloseTo(2.0 / 3, within(1e-15));
  }

  @Test
  void beyondTheLargestRatioItIsPlainRejectionSampling() {
    double[] q = {0.5, 0.5};
    double[] p = {0.75, 0.25};
    assertThat(LambdaSolver.solve(q, p, 1e-6)).isCloseTo(1e6, within(1e-6));
    assertThat(LambdaSolver.solve(q, p, 0.75)).isCloseTo(1, within(1e-15));
    assertThat(LambdaSolver.solve(new double[] {1}, new double[] {1}, 1)).isEqualTo(1);
    assertThat(LambdaSolver.solve(new double[] {1}, new double[] {1}, 0.25)).isEqualTo(4);
  }

  @Test
  void oneThresholdForABatch() {
    for (int seed = 0; seed < 500; seed++) {
      int first = seed;
      double[][] p = new double[5][];
      double[][] q = new double[5][];
      Arrays.setAll(p, i -> RandomDistributions.of(first * 5L + i).p());
      Arrays.setAll(q, i -> RandomDistributions.of(first * 5L + i).q());
      double wanted = 0.3 * new SplittableRandom(seed).nextDouble(0.1, 1);
      double lambda = LambdaSolver.solve(q, p, wanted);
      double mean = 0;
      for (int i = 0; i < 5; i++) {
        mean += NormalizerTasks.exact(q[i], p[i], lambda) / 5;
      }
      assertThat(mean).isCloseTo(wanted, within(1e-11));
    }
  }

  @Test
  void oneThresholdForSampledTokens() {
    double[] ratios = new SplittableRandom(3).doubles(1000, 0, 3).toArray();
    double lambda = LambdaSolver.solveRatios(ratios, 0.9);
    double mean =
        Arrays.stream(ratios)
            .map(r -> ObrsTasks.acceptProbability(r, lambda))
            .average()
            .orElseThrow();
    assertThat(mean).isCloseTo(0.9, within(1e-12));
    assertThat(LambdaSolver.solveRatios(new double[] {0.5, Double.POSITIVE_INFINITY}, 1))
        .isEqualTo(0.5);
  }

  @Test
  void saysWhatCannotBeReached() {
    double[] q = {0.5, 0.25, 0.25};
    double[] p = {0.5, 0.5, 0};
    assertThatThrownBy(() -> LambdaSolver.solve(q, p, 0.8))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith(
            "acceptance: 0.8 cannot be reached by any λ, expected at most 0.75");
    assertThatThrownBy(() -> LambdaSolver.solve(new double[] {1, 0}, new double[] {0, 1}, 1e-3))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("at most 0.0");
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -1, 1.5, Double.NaN})
  void saysWhatIsNoAcceptance(double wanted) {
    double[] p = {0.5, 0.5};
    assertThatThrownBy(() -> LambdaSolver.solve(p, p, wanted))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("expected a number above 0 and at most 1");
  }
}
