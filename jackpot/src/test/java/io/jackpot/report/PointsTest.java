package io.jackpot.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PointsTest {
  @Test
  void aShortCurveStaysAsItIs() {
    Points points = of(IntStream.range(0, 20).mapToDouble(i -> i * i).toArray());
    assertThat(points.thinned(10)).isSameAs(points);
  }

  @Test
  void thinningKeepsTheEndsAndEverySpike() {
    Random random = new Random(1);
    double[] values = random.doubles(10_007).toArray();
    values[4321] = 50;
    values[8765] = -50;
    values[9000] = Double.NaN;
    Points thinned = of(values).thinned(100);
    assertThat(thinned.size()).isBetween(100, 202);
    assertThat(thinned.steps()).isSorted().startsWith(0).endsWith(10_006).contains(4321, 8765);
    assertThat(thinned.values()).contains(50, -50);
    for (int i = 0; i < thinned.size(); i++) {
      assertThat(thinned.values()[i]).isEqualTo(values[(int) thinned.steps()[i]]);
    }
  }

  @Test
  void thinningKeepsGapsAsWideAsABucket() {
    double[] values = new double[1000];
    Arrays.fill(values, 400, 600, Double.NaN);
    values[500] = 7;
    Points thinned = of(values).thinned(100);
    assertThat(thinned.values()).contains(Double.NaN, 7);
    assertThat(thinned.first()).isZero();
    assertThat(thinned.last()).isZero();
  }

  @Test
  void meansLieInTheMiddle() {
    Points means = of(1, 3, Double.NaN, 5, Double.NaN, Double.NaN).means(3);
    assertThat(means.steps()).containsExactly(0.5, 2.5, 4.5);
    assertThat(means.values()).containsExactly(2, 5, Double.NaN);
    assertThat(of(4).means(10).values()).containsExactly(4);
  }

  @Test
  void whatHasNoNumberIsEmpty() {
    assertThat(of().isEmpty()).isTrue();
    assertThat(of(Double.NaN).isEmpty()).isTrue();
    assertThat(of(Double.NaN).last()).isNaN();
    assertThat(of(Double.NaN, 1, 2, Double.NaN).first()).isEqualTo(1);
    assertThat(of(Double.NaN, 1, 2, Double.NaN).last()).isEqualTo(2);
    assertThat(of(Double.NaN, 1, 2, Double.NaN).count()).isEqualTo(2);
  }

  private static Points of(double... values) {
    return new Points(IntStream.range(0, values.length).asDoubleStream().toArray(), values);
  }
}
