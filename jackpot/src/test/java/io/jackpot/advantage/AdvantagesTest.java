package io.jackpot.advantage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class AdvantagesTest {
  private static final Offset<Double> CLOSE = within(1e-12);

  @Test
  void grpoDividesByTheSampleStandardDeviation() {
    double std = Math.sqrt(0.75 / 3); // deviations ¾, −¼, −¼, −¼
    assertThat(Advantages.GRPO.of(new double[] {1, 0, 0, 0}, 7))
        .containsExactly(
            new double[] {
              0.75 / (std + 1e-6), -0.25 / (std + 1e-6), -0.25 / (std + 1e-6), -0.25 / (std + 1e-6)
            },
            CLOSE);
  }

  @Test
  void drGrpoOnlyCenters() {
    assertThat(Advantages.DR_GRPO.of(new double[] {1, 0, 0, 0}, 7))
        .containsExactly(new double[] {0.75, -0.25, -0.25, -0.25}, CLOSE);
  }

  @Test
  void rlooComparesWithTheOthers() {
    assertThat(Advantages.RLOO.of(new double[] {3, 1, 2}, 7))
        .containsExactly(new double[] {1.5, -1.5, 0}, CLOSE);
  }

  @ParameterizedTest
  @EnumSource
  void equalRewardsSayNothing(Advantages advantages) {
    for (int n = 0; n < 50; n++) {
      double[] rewards = new double[n];
      Arrays.fill(rewards, 0.1); // whose mean is not always 0.1
      assertThat(advantages.of(rewards, 0.1)).containsOnly(new double[n]);
    }
  }

  /** ReMax compares with the greedy response, so one response is enough. */
  @Test
  void remaxComparesWithTheGreedyResponse() {
    assertThat(Advantages.REMAX.of(new double[] {1, 0, 1}, 1)).containsExactly(0, -1, 0);
    assertThat(Advantages.REMAX.of(new double[] {1}, 0)).containsExactly(1);
    assertThat(Advantages.REMAX.smallestGroup()).isOne();
  }
}
