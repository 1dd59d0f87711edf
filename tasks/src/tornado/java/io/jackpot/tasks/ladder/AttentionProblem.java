package io.jackpot.tasks.ladder;

import java.util.stream.IntStream;

/**
 * Causal attention over one sequence to compute, and its exact result.
 *
 * @param q [tokens, heads, headDim]
 * @param k like q
 * @param v like q
 */
record AttentionProblem(int heads, int tokens, int headDim, float[] q, float[] k, float[] v) {
  /** Multiplications from which on only some rows of the result are computed on the host. */
  private static final long CHECKED = 1L << 28;

  static AttentionProblem random(int heads, int tokens, int headDim) {
    int n = tokens * heads * headDim;
    return new AttentionProblem(
        heads,
        tokens,
        headDim,
        MatmulProblem.uniform(1, n),
        MatmulProblem.uniform(2, n),
        MatmulProblem.uniform(3, n));
  }

  float scale() {
    return (float) (1 / Math.sqrt(headDim));
  }

  float[] emptyResult() {
    return new float[q.length];
  }

  /** Of the two products, of which the causal mask leaves half. */
  double flop() {
    return 2.0 * heads * tokens * (tokens + 1.0) * headDim;
  }

  /** Largest difference of float32 results from the exact ones. */
  double tolerance() {
    return 2e-5;
  }

  /** The largest error of a result, see {@link MatmulProblem#largestError}. */
  double largestError(float[] o) {
    long perRow = Math.max(1, 2L * tokens * headDim);
    int rows = heads * tokens;
    int checked = (int) Math.clamp(CHECKED / perRow, Math.min(rows, 2), rows);
    return IntStream.range(0, checked)
        .parallel()
        .map(c -> checked == 1 ? 0 : (int) ((long) c * (rows - 1) / (checked - 1)))
        .mapToDouble(row -> rowError(o, row / heads, row % heads))
        .max()
        .orElse(0);
  }

  private double rowError(float[] o, int token, int head) {
    double[] weights = new double[token + 1];
    double largestScore = Double.NEGATIVE_INFINITY;
    for (int t = 0; t <= token; t++) {
      for (int d = 0; d < headDim; d++) {
        weights[t] += (double) q[at(token, head) + d] * k[at(t, head) + d];
      }
      weights[t] *= scale();
      largestScore = Math.max(largestScore, weights[t]);
    }
    double[] sums = new double[headDim];
    double total = 0;
    for (int t = 0; t <= token; t++) {
      double weight = Math.exp(weights[t] - largestScore);
      total += weight;
      for (int d = 0; d < headDim; d++) {
        sums[d] += weight * v[at(t, head) + d];
      }
    }
    double largest = 0;
    for (int d = 0; d < headDim; d++) {
      largest = Errors.larger(largest, o[at(token, head) + d] - sums[d] / total);
    }
    return largest;
  }

  private int at(int token, int head) {
    return (token * heads + head) * headDim;
  }
}
