package io.jackpot.tasks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class HeadTasksTest {
  private static final float NAN = Float.NaN;
  private static final float LOWEST = Float.NEGATIVE_INFINITY;

  /** All columns in the order in which they are found, from an offset of 1. */
  private static int[] ranking(float... logits) {
    float[] x = new float[logits.length + 1];
    System.arraycopy(logits, 0, x, 1, logits.length);
    int[] found = new int[logits.length];
    float rank = Float.POSITIVE_INFINITY;
    int column = -1;
    for (int i = 0; i < found.length; i++) {
      column = HeadTasks.bestAfter(x, 1, 0, logits.length, 1, rank, column);
      rank = HeadTasks.rankOf(x, 1, column);
      found[i] = column;
    }
    assertThat(HeadTasks.bestAfter(x, 1, 0, logits.length, 1, rank, column))
        .isEqualTo(HeadTasks.NONE);
    return found;
  }

  @Test
  void columnsRankByLogitThenById() {
    assertThat(ranking(1, 3, 3, -2, 1)).containsExactly(1, 2, 0, 4, 3);
    assertThat(ranking(0f, -0f, 5)).containsExactly(2, 0, 1);
  }

  @Test
  void infinitiesAndWhatIsNoNumberRankToo() {
    assertThat(ranking(NAN, LOWEST, 2, Float.POSITIVE_INFINITY, LOWEST))
        .containsExactly(3, 2, 0, 1, 4);
    assertThat(ranking(NAN, NAN)).containsExactly(0, 1);
  }

  @Test
  void aLaneLooksAtItsOwnColumns() {
    float[] logits = {9, 1, 8, 2, 7, 3};
    assertThat(HeadTasks.bestAfter(logits, 0, 1, 6, 2, Float.POSITIVE_INFINITY, -1)).isEqualTo(5);
    assertThat(HeadTasks.bestAfter(logits, 0, 7, 6, 2, 0, 0)).isEqualTo(HeadTasks.NONE);
    assertThat(HeadTasks.rankOf(logits, 0, HeadTasks.NONE)).isEqualTo(LOWEST);
  }

  @Test
  void lanesShareASum() {
    float[] logits = {0.5f, -1, 2, LOWEST, -200};
    double sum = 0;
    for (int lane = 0; lane < 2; lane++) {
      sum += HeadTasks.sum(logits, 0, lane, 5, 2, 2);
    }
    assertThat(sum).isCloseTo(Math.exp(-1.5) + Math.exp(-3) + 1, within(1e-6));
  }

  @Test
  void whatHasNoProbabilityHasNoDivergence() {
    assertThat(HeadTasks.weight(LOWEST, LOWEST)).isZero();
    assertThat(HeadTasks.divergence(0, LOWEST, LOWEST)).isZero();
    assertThat(HeadTasks.divergence(0, -200, 3)).isZero();
    assertThat(HeadTasks.divergence(0.5f, -1, -3)).isEqualTo(1);
    assertThat(HeadTasks.divergence(0.5f, -1, LOWEST)).isEqualTo(Float.POSITIVE_INFINITY);
  }

  @Test
  void aNanIsPassedOn() {
    assertThat(HeadTasks.weight(NAN, LOWEST)).isNaN();
    assertThat(HeadTasks.divergence(NAN, NAN, 1)).isNaN();
    assertThat(HeadTasks.overlap(NAN, 0, 1)).isNaN();
    assertThat(HeadTasks.overlap(0, NAN, 1)).isNaN();
  }

  @Test
  void theOverlapIsTheLesser() {
    assertThat(HeadTasks.overlap(0.4f, 0.3f, 2)).isEqualTo(0.2f);
    assertThat(HeadTasks.overlap(0.4f, 0.3f, 0.5f)).isEqualTo(0.3f);
    assertThat(HeadTasks.overlap(0, 0, 3)).isZero();
  }

  @Test
  void theCrossingHasAPositiveProbability() {
    float[] logits = {LOWEST, 0, LOWEST, 0, -300};
    assertThat(HeadTasks.crossing(logits, 0, 0, 5, 0, 0, 0)).isEqualTo(1);
    assertThat(HeadTasks.crossing(logits, 0, 0, 5, 0, 0, 0.99f)).isEqualTo(1);
    assertThat(HeadTasks.crossing(logits, 0, 0, 5, 0, 0, 1)).isEqualTo(3);
    assertThat(HeadTasks.crossing(logits, 0, 0, 5, 0, 0, 2)).isEqualTo(3);
    assertThat(HeadTasks.crossing(logits, 0, 2, 5, 0, 1, 0.5f)).isEqualTo(2);
  }

  @Test
  void gradientsAsTheOracleHasThem() {
    float logP = -1.25f;
    float logTeacher = -0.5f;
    double p = Math.exp(logP);
    double q = Math.exp(logTeacher);
    assertThat(gradient(logP, 1, HeadTasks.NO_DISTILLATION, logTeacher))
        .isCloseTo(0.7 * (1 - p), within(1e-6));
    assertThat(gradient(logP, 0, HeadTasks.FORWARD, logTeacher))
        .isCloseTo(-0.7 * p + 2 * (p - q), within(1e-6));
    assertThat(gradient(logP, 0, HeadTasks.REVERSE, logTeacher))
        .isCloseTo(-0.7 * p + 2 * p * (logP - logTeacher - 0.3), within(1e-6));
    assertThat(gradient(LOWEST, 0, HeadTasks.REVERSE, LOWEST)).isZero();
    assertThat(HeadTasks.gradient(logP, 1, 0.7f, 0.4f, 0.5f, 2, 0, 0, 0, 0))
        .isCloseTo((float) (0.7 * (1 - p) - 0.4 * p - 0.5 * p * (logP + 2)), within(1e-6f));
    assertThat(HeadTasks.gradient(LOWEST, 0, 0.7f, 0.4f, 0.5f, 2, 0, 0, 0, 0)).isZero();
  }

  private static double gradient(float logP, int chosen, int direction, float logTeacher) {
    return HeadTasks.gradient(logP, chosen, 0.7f, 0, 0, 0, direction, logTeacher, 2, 0.3f);
  }
}
