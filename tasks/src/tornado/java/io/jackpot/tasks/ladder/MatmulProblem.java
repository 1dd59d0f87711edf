package io.jackpot.tasks.ladder;

import io.jackpot.tensor.Threefry;
import java.util.stream.IntStream;

/**
 * A product {@code a [rows, inner] · b [inner, cols]} to compute, and its exact result.
 *
 * @param a in [−1, 1)
 * @param b in [−1, 1)
 */
record MatmulProblem(int rows, int cols, int inner, float[] a, float[] b) {
  /** Multiplications from which on only some rows of the result are computed on the host. */
  private static final long CHECKED = 1L << 30;

  static MatmulProblem random(int rows, int cols, int inner) {
    return new MatmulProblem(rows, cols, inner, uniform(1, rows * inner), uniform(2, inner * cols));
  }

  static float[] uniform(long key, int n) {
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = (float) (2 * Threefry.uniform(key, i, 0) - 1);
    }
    return values;
  }

  float[] emptyResult() {
    return new float[rows * cols];
  }

  double flop() {
    return 2.0 * rows * cols * inner;
  }

  /** Largest difference of float32 sums of such numbers from the exact ones. */
  double tolerance() {
    return 2e-7 * (inner + 4);
  }

  /** {@link #tolerance()} where the factors are rounded to {@code bits} bits of significand. */
  double tolerance(int bits) {
    return tolerance() + 6 * Math.scalb(1.0, -bits) * Math.sqrt(inner);
  }

  /**
   * The largest error of a result, against sums in double: of all rows, or of so many, evenly
   * spread with the first and the last, as are computed quickly.
   */
  double largestError(float[] y) {
    long perRow = Math.max(1, (long) cols * inner);
    int checked = (int) Math.clamp(CHECKED / perRow, Math.min(rows, 2), rows);
    return IntStream.range(0, checked)
        .parallel()
        .mapToDouble(
            c -> rowError(y, checked == 1 ? 0 : (int) ((long) c * (rows - 1) / (checked - 1))))
        .max()
        .orElse(0);
  }

  private double rowError(float[] y, int row) {
    double[] sums = new double[cols];
    for (int p = 0; p < inner; p++) {
      double factor = a[row * inner + p];
      for (int j = 0; j < cols; j++) {
        sums[j] += factor * b[p * cols + j];
      }
    }
    double largest = 0;
    for (int j = 0; j < cols; j++) {
      largest = Errors.larger(largest, y[row * cols + j] - sums[j]);
    }
    return largest;
  }
}
