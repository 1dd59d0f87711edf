package io.jackpot.tensor;

/** The sums that the plain loops share, in double. */
final class ScalarMath {
  private ScalarMath() {}

  static double dot(float[] a, int aAt, float[] b, int bAt, int length) {
    double sum = 0;
    for (int i = 0; i < length; i++) {
      sum += (double) a[aAt + i] * b[bAt + i];
    }
    return sum;
  }

  static void addScaled(double factor, float[] x, int at, double[] sums) {
    for (int i = 0; i < sums.length; i++) {
      sums[i] += factor * x[at + i];
    }
  }

  static void storeRow(float[] y, int at, double[] row, boolean accumulate) {
    for (int i = 0; i < row.length; i++) {
      store(y, at + i, row[i], accumulate);
    }
  }

  static void store(float[] y, int at, double value, boolean accumulate) {
    y[at] = (float) (accumulate ? y[at] + value : value);
  }

  static int argmax(double[] values) {
    int best = 0;
    for (int i = 1; i < values.length; i++) {
      if (values[i] > values[best]) {
        best = i;
      }
    }
    return best;
  }

  static double logSumExp(double[] values) {
    double max = values[argmax(values)];
    double sum = 0;
    for (double value : values) {
      sum += Math.exp(value - max);
    }
    return max + Math.log(sum);
  }
}
