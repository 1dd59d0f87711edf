package io.jackpot.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every orientation against plain loops in double, and bit against bit. */
class GemmTest {
  /** Numbers before the matrices, so that an offset left out is seen. */
  private static final int AT = 5;

  @BeforeAll
  static void onlyWhereTheVectorApiIsUsed() {
    assumeThat(OpsLookup.refusal()).isEmpty();
  }

  enum Orientation {
    NT,
    NN,
    TN;

    int leftSize(int m, int n, int k) {
      return this == NT ? m * k : m * n;
    }

    int rightSize(int m, int n, int k) {
      return this == TN ? m * k : n * k;
    }

    int outRows(int m, int n) {
      return this == TN ? n : m;
    }

    int outColumns(int n, int k) {
      return this == NT ? n : k;
    }

    void multiply(
        Gemm gemm, float[] a, float[] b, float[] c, int m, int n, int k, boolean accumulate) {
      switch (this) {
        case NT -> gemm.nt(a, AT, b, AT, c, AT, m, n, k, accumulate);
        case NN -> gemm.nn(a, AT, b, AT, c, AT, m, n, k, accumulate);
        case TN -> gemm.tn(a, AT, b, AT, c, AT, m, n, k, accumulate);
      }
    }

    /** Element (i, j) in double. */
    double reference(float[] a, float[] b, int i, int j, int m, int n, int k) {
      double sum = 0;
      switch (this) {
        case NT -> {
          for (int p = 0; p < k; p++) {
            sum += (double) a[AT + i * k + p] * b[AT + j * k + p];
          }
        }
        case NN -> {
          for (int p = 0; p < n; p++) {
            sum += (double) a[AT + i * n + p] * b[AT + p * k + j];
          }
        }
        case TN -> {
          for (int p = 0; p < m; p++) {
            sum += (double) a[AT + p * n + i] * b[AT + p * k + j];
          }
        }
      }
      return sum;
    }

    int sumLength(int m, int n, int k) {
      return this == NT ? k : this == NN ? n : m;
    }
  }

  private static float[] random(Random random, int size) {
    float[] x = new float[AT + size];
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) random.nextGaussian();
    }
    return x;
  }

  private static void compare(
      Gemm gemm, Orientation orientation, Random random, int m, int n, int k, boolean accumulate) {
    float[] a = random(random, orientation.leftSize(m, n, k));
    float[] b = random(random, orientation.rightSize(m, n, k));
    int rows = orientation.outRows(m, n);
    int columns = orientation.outColumns(n, k);
    float[] before = random(random, rows * columns + 40);
    float[] c = before.clone();
    orientation.multiply(gemm, a, b, c, m, n, k, accumulate);
    double tolerance = 2e-6 * (1 + orientation.sumLength(m, n, k));
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        int at = AT + i * columns + j;
        double expected =
            orientation.reference(a, b, i, j, m, n, k) + (accumulate ? before[at] : 0);
        if (!(Math.abs(c[at] - expected) <= tolerance)) {
          assertThat((double) c[at])
              .as("%s m=%d n=%d k=%d at (%d, %d)", orientation, m, n, k, i, j)
              .isCloseTo(expected, within(tolerance));
        }
      }
    }
    assertThat(Arrays.copyOf(c, AT)).containsExactly(Arrays.copyOf(before, AT));
    int end = AT + rows * columns;
    assertThat(Arrays.copyOfRange(c, end, c.length))
        .containsExactly(Arrays.copyOfRange(before, end, before.length));
  }

  @ParameterizedTest
  @EnumSource(Orientation.class)
  void anyShapeAgreesWithPlainLoops(Orientation orientation) {
    Random random = new Random(1);
    try (Workers workers = new Workers(2)) {
      Gemm gemm = new Gemm(workers);
      for (int round = 0; round < 300; round++) {
        int m = 1 + random.nextInt(70);
        int n = 1 + random.nextInt(70);
        int k = 1 + random.nextInt(70);
        compare(gemm, orientation, random, m, n, k, random.nextBoolean());
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Orientation.class)
  void everyBlockingLimitIsCrossed(Orientation orientation) {
    Random random = new Random(2);
    int[][] shapes = {
      {1, 1, 1},
      {0, 3, 5},
      {3, 0, 5},
      {3, 5, 0},
      {1, 600, 530},
      {530, 1, 600},
      {600, 530, 1},
      {1100, 18, 33},
      {33, 1100, 18},
      {18, 33, 1100},
      {470, 35, 513},
      {35, 513, 470},
      {513, 470, 35},
      {6000, 18, 64},
      {2, 1030, 1030},
      {256, 96, 288},
      {515, 3, 1030}
    };
    try (Workers workers = new Workers(3)) {
      Gemm gemm = new Gemm(workers);
      for (int[] shape : shapes) {
        compare(gemm, orientation, random, shape[0], shape[1], shape[2], false);
        compare(gemm, orientation, random, shape[0], shape[1], shape[2], true);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Orientation.class)
  void bitsDoNotDependOnThreadsNorOnEarlierCalls(Orientation orientation) {
    Random random = new Random(3);
    int[][] shapes = {{257, 96, 70}, {1300, 33, 96}, {3, 520, 700}, {5000, 40, 50}, {700, 700, 90}};
    for (int[] shape : shapes) {
      int m = shape[0];
      int n = shape[1];
      int k = shape[2];
      float[] a = random(random, orientation.leftSize(m, n, k));
      float[] b = random(random, orientation.rightSize(m, n, k));
      int size = orientation.outRows(m, n) * orientation.outColumns(n, k);
      float[] expected = new float[AT + size];
      for (int threads = 1; threads <= 3; threads++) {
        try (Workers workers = new Workers(threads)) {
          Gemm gemm = new Gemm(workers);
          for (int round = 0; round < 3; round++) {
            float[] c = new float[AT + size];
            orientation.multiply(gemm, a, b, c, m, n, k, false);
            if (threads == 1 && round == 0) {
              expected = c;
            }
            assertThat(Arrays.equals(c, expected))
                .as("%s %s threads=%d", orientation, Arrays.toString(shape), threads)
                .isTrue();
          }
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Orientation.class,
      names = {"NT", "NN"})
  void aRowsBitsDoNotDependOnTheOtherRows(Orientation orientation) {
    Random random = new Random(4);
    int m = 100;
    int n = 600;
    int k = 530;
    int inRow = orientation == Orientation.NT ? k : n;
    int outRow = orientation == Orientation.NT ? n : k;
    float[] a = random(random, m * inRow);
    float[] b = random(random, n * k);
    try (Workers workers = new Workers(2)) {
      Gemm gemm = new Gemm(workers);
      float[] all = new float[AT + m * outRow];
      orientation.multiply(gemm, a, b, all, m, n, k, false);
      for (int[] range : new int[][] {{0, 1}, {99, 1}, {17, 1}, {41, 2}, {3, 14}, {50, 50}}) {
        int first = range[0];
        int rows = range[1];
        float[] some = new float[AT + rows * inRow];
        System.arraycopy(a, AT + first * inRow, some, AT, rows * inRow);
        float[] c = new float[AT + rows * outRow];
        orientation.multiply(gemm, some, b, c, rows, n, k, false);
        assertThat(Arrays.copyOfRange(c, AT, c.length))
            .containsExactly(
                Arrays.copyOfRange(all, AT + first * outRow, AT + (first + rows) * outRow));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Orientation.class)
  void notANumberReachesItsRowAndColumnAndNothingElse(Orientation orientation) {
    Random random = new Random(5);
    int m = 45;
    int n = 37;
    int k = 51;
    int rows = orientation.outRows(m, n);
    int columns = orientation.outColumns(n, k);
    try (Workers workers = new Workers(2)) {
      Gemm gemm = new Gemm(workers);
      for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
        for (int round = 0; round < 20; round++) {
          // Against zeros even an infinity must give NaN: 0 · ∞.
          float[] a = new float[AT + orientation.leftSize(m, n, k)];
          float[] b = random(random, orientation.rightSize(m, n, k));
          boolean left = round % 2 == 0;
          if (left) {
            a = random(random, a.length - AT);
            b = new float[b.length];
          }
          float[] hit = left ? a : b;
          hit[AT + random.nextInt(hit.length - AT)] = bad;
          float[] c = new float[AT + rows * columns];
          orientation.multiply(gemm, a, b, c, m, n, k, round % 3 == 0);
          for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
              float found = c[AT + i * columns + j];
              boolean expected = Double.isNaN(orientation.reference(a, b, i, j, m, n, k));
              assertThat(Float.isNaN(found)).isEqualTo(expected);
            }
          }
        }
      }
    }
  }
}
