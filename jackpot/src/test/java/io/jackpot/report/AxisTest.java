package io.jackpot.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class AxisTest {
  @Test
  void ticksAreRoundNumbersThatReachFromEndToEnd() {
    assertThat(labels(Axis.rounded(0, 1, 6)))
        .containsExactly("0.0", "0.2", "0.4", "0.6", "0.8", "1.0");
    assertThat(labels(Axis.rounded(0.882, 1, 6))).containsExactly("0.85", "0.90", "0.95", "1.00");
    assertThat(labels(Axis.rounded(-0.021, 0.018, 6)))
        .containsExactly("-0.03", "-0.02", "-0.01", "0.00", "0.01", "0.02");
    assertThat(labels(Axis.rounded(0, 18_414, 6))).containsExactly("0", "5k", "10k", "15k", "20k");
    assertThat(labels(Axis.rounded(0, 3e-6, 6))).containsExactly("0", "1e-06", "2e-06", "3e-06");
  }

  @Test
  void anAxisCoversItsValuesWhateverTheyAre() {
    Random random = new Random(2);
    for (int i = 0; i < 10_000; i++) {
      double scale = Math.pow(10, random.nextInt(-12, 12));
      double a = scale * random.nextGaussian();
      double b = random.nextInt(4) == 0 ? a : a + scale * random.nextDouble();
      for (int most : List.of(4, 6, 7)) {
        Axis axis = Axis.rounded(a, b, most);
        assertThat(axis.ticks()).isSorted().hasSizeBetween(2, most);
        double slack = 1e-8 * (axis.high() - axis.low());
        assertThat(axis.low()).isLessThan(axis.high()).isLessThanOrEqualTo(a + slack);
        assertThat(axis.high()).isGreaterThanOrEqualTo(b - slack);
        assertThat(axis.at(axis.low())).isZero();
        assertThat(axis.at(axis.high())).isEqualTo(1);
      }
    }
  }

  /** Where no double lies between two ticks, or their distance is none. */
  @Test
  void extremeValuesHaveAnAxisToo() {
    double tiny = Double.MIN_VALUE;
    double huge = Double.MAX_VALUE;
    for (double low : List.of(-huge, -1e300, -tiny, 0.0, tiny, Double.MIN_NORMAL, huge)) {
      for (double high : List.of(-tiny, 0.0, tiny, 1e-300, 1.0, 1e300, huge)) {
        if (low <= high) {
          Axis axis = Axis.rounded(low, high, 6);
          assertThat(axis.ticks()).hasSizeBetween(2, 6).isSorted();
          assertThat(axis.low()).isFinite().isLessThan(axis.high());
          assertThat(axis.high()).isFinite();
          assertThat(axis.at(high)).isBetween(0.0, 1.0);
        }
      }
    }
    assertThat(Axis.decades(tiny, huge).ticks()).hasSizeLessThan(8).allMatch(Double::isFinite);
  }

  @Test
  void aValueThatNeverChangesHasAnAxisAroundIt() {
    assertThat(labels(Axis.rounded(0, 0, 6))).contains("0.0", "1.0");
    assertThat(Axis.rounded(1, 1, 6).at(1)).isCloseTo(0.5, within(0.01));
    assertThat(Axis.rounded(0.7, Math.nextUp(0.7), 6).at(0.7)).isCloseTo(0.5, within(0.1));
    assertThat(Axis.rounded(-3, -3, 6).at(-3)).isBetween(0.1, 0.9);
  }

  @Test
  void stepsAreMarkedAtWholeNumbers() {
    assertThat(labels(Axis.whole(0, 100, 7))).containsExactly("0", "20", "40", "60", "80", "100");
    assertThat(labels(Axis.whole(0, 37, 7))).containsExactly("0", "10", "20", "30");
    assertThat(labels(Axis.whole(1, 3, 7))).containsExactly("1", "2", "3");
    assertThat(labels(Axis.whole(0, 0, 7))).containsExactly("0", "1");
    assertThat(labels(Axis.whole(5, 10_000, 7))).containsExactly("2k", "4k", "6k", "8k", "10k");
  }

  @Test
  void decades() {
    Axis axis = Axis.decades(0.03, 420);
    assertThat(labels(axis)).containsExactly("0.01", "0.1", "1", "10", "100", "1k");
    assertThat(axis.at(0.01)).isZero();
    assertThat(axis.at(1)).isCloseTo(0.4, within(1e-12));
    assertThat(Axis.decades(1e-12, 1e12).ticks()).hasSizeBetween(3, 7);
    assertThat(Axis.decades(1, 1).high()).isEqualTo(10);
  }

  private static List<String> labels(Axis axis) {
    return axis.ticks().stream().map(axis::label).toList();
  }
}
