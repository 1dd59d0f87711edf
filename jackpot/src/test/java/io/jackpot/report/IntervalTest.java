package io.jackpot.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class IntervalTest {
  @Test
  void wilson() {
    // scipy.stats.binomtest(k, n).proportion_ci(method="wilson")
    assertInterval(Interval.of(461 / 512.0, 512), 0.871394, 0.923424);
    assertInterval(Interval.of(0, 10), 0, 0.277533);
    assertInterval(Interval.of(1, 10), 0.722467, 1);
    assertInterval(Interval.of(0.5, 2), 0.094531, 0.905469);
  }

  private static void assertInterval(Interval interval, double low, double high) {
    assertThat(interval.low()).isCloseTo(low, within(1e-6));
    assertThat(interval.high()).isCloseTo(high, within(1e-6));
  }
}
