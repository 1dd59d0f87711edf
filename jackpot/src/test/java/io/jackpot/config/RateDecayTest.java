package io.jackpot.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class RateDecayTest {
  @Test
  void warmUpGrowsInEqualStepsToThePeak() {
    assertThat(RateDecay.NONE.rate(8, 1, 4, 10)).isEqualTo(2);
    assertThat(RateDecay.LINEAR.rate(8, 4, 4, 10)).isEqualTo(8);
  }

  @Test
  void theDecayEndsBehindTheLastUpdate() {
    assertThat(RateDecay.NONE.rate(8, 10, 0, 10)).isEqualTo(8);
    assertThat(RateDecay.LINEAR.rate(7, 4, 4, 10)).isEqualTo(7);
    assertThat(RateDecay.LINEAR.rate(7, 5, 4, 10)).isCloseTo(6, within(1e-6f));
    assertThat(RateDecay.LINEAR.rate(7, 10, 4, 10)).isCloseTo(1, within(1e-6f));
    assertThat(RateDecay.COSINE.rate(8, 4, 4, 9)).isEqualTo(8);
    assertThat(RateDecay.COSINE.rate(8, 7, 4, 9)).isCloseTo(4, within(1e-6f));
    assertThat(RateDecay.COSINE.rate(8, 9, 4, 9)).isBetween(0.1f, 1f);
  }

  @Test
  void aRunShorterThanItsWarmUpNeverReachesThePeak() {
    assertThat(RateDecay.LINEAR.rate(8, 2, 4, 2)).isEqualTo(4);
  }
}
