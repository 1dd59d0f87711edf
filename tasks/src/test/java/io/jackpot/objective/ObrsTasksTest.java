package io.jackpot.objective;

import static org.assertj.core.api.Assertions.assertThat;

import io.jackpot.tensor.Threefry;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ObrsTasksTest {
  private static final double[] LOGS = {
    Double.NEGATIVE_INFINITY, -1e308, -800, -745.2, -30, -1, -1e-300, 0, Double.NaN
  };
  private static final double[] LAMBDAS = {Double.MIN_VALUE, 1e-9, 0.3, 1, 2.7, Double.MAX_VALUE};

  @Test
  void theRandomNumbersAreThoseOfTheCpuBitForBit() {
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 100_000; i++) {
      long key = random.nextLong();
      int c0 = random.nextInt();
      int c1 = random.nextInt();
      long block = ObrsTasks.block((int) key, (int) (key >> 32), c0, c1);
      assertThat(block).isEqualTo(Threefry.block(key, c0, c1));
      assertThat(ObrsTasks.uniform(block)).isEqualTo(Threefry.uniform(key, c0, c1));
    }
  }

  @Test
  void theEdgesOfTheUnitInterval() {
    for (long block : new long[] {0, -1, Long.MIN_VALUE, Long.MAX_VALUE, 1L << 11, 0x7FF}) {
      assertThat(ObrsTasks.uniform(block)).isEqualTo((block >>> 11) * 0x1.0p-53).isLessThan(1);
    }
  }

  @Test
  void ratioAcceptanceAndWeightAreTheCpus() {
    for (double logTarget : LOGS) {
      for (double logInf : LOGS) {
        double r = ObrsTasks.ratio(logTarget, logInf);
        assertThat(r).isEqualTo(Double.valueOf(Obrs.ratio(logTarget, logInf)));
        for (double lambda : LAMBDAS) {
          assertThat(ObrsTasks.acceptProbability(r, lambda))
              .isEqualTo(Double.valueOf(Obrs.acceptProbability(r, lambda)));
          for (double z : new double[] {0, 1e-300, 0.5, 1, Double.NaN}) {
            assertThat(ObrsTasks.weight(z, r, lambda))
                .isEqualTo(Double.valueOf(Obrs.weight(z, r, lambda)));
          }
        }
      }
    }
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
