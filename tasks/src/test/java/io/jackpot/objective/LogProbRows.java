package io.jackpot.objective;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Rows of log-probs of the three distributions that the normalizer and the distillation compare,
 * each {@code [rows × vocabulary]}: some far apart, some equal, some with zeros.
 *
 * @param topIds top-k(p_inf) and top-k(p_new) {@code [rows × 2k]}, −1 where the vocabulary is short
 */
public record LogProbRows(
    double[] inf,
    double[] policy,
    double[] actor,
    int rows,
    int vocabulary,
    int k,
    int[] topIds,
    double lambda) {

  public static LogProbRows of(long seed, int rows, int vocabulary, int k) {
    SplittableRandom random = new SplittableRandom(seed);
    double[] inf = new double[rows * vocabulary];
    double[] policy = new double[rows * vocabulary];
    double[] actor = new double[rows * vocabulary];
    int[] topIds = new int[rows * 2 * k];
    Arrays.fill(topIds, -1);
    for (int row = 0; row < rows; row++) {
      int kind = random.nextInt(5);
      double spread = random.nextDouble(0.1, 20);
      double apart = kind == 0 ? 0 : random.nextDouble(0.1, 5);
      double[] a = random.doubles(vocabulary, -spread, spread).toArray();
      double[] b = Arrays.stream(a).map(x -> x + apart * random.nextDouble(-1, 1)).toArray();
      double[] c = Arrays.stream(b).map(x -> x + apart * random.nextDouble(-1, 1)).toArray();
      if (kind == 1 && vocabulary > 1) { // disjoint supports
        for (int x = 0; x < vocabulary; x++) {
          (x % 2 == 0 ? a : b)[x] = Double.NEGATIVE_INFINITY;
        }
      }
      System.arraycopy(logSoftmax(a, vocabulary), 0, inf, row * vocabulary, vocabulary);
      System.arraycopy(logSoftmax(b, vocabulary), 0, policy, row * vocabulary, vocabulary);
      System.arraycopy(logSoftmax(c, vocabulary), 0, actor, row * vocabulary, vocabulary);
      int[] topInf = Obrs.topK(a, k);
      int[] topPolicy = Obrs.topK(b, k);
      System.arraycopy(topInf, 0, topIds, row * 2 * k, topInf.length);
      System.arraycopy(topPolicy, 0, topIds, row * 2 * k + k, topPolicy.length);
    }
    double[] lambdas = {1, 0.3, 2.7, 1e-9, 1e9};
    double lambda = lambdas[(int) (seed % lambdas.length)];
    return new LogProbRows(inf, policy, actor, rows, vocabulary, k, topIds, lambda);
  }

  /** Log-probs of the top ids {@code [rows × 2k]}, of which those of −1 mean nothing. */
  double[] gathered(double[] logProbs) {
    return IntStream.range(0, topIds.length)
        .mapToDouble(i -> topIds[i] < 0 ? -1 : logProbs[i / (2 * k) * vocabulary + topIds[i]])
        .toArray();
  }

  /** The CPU's top-k sum of a row, with p_new as target. */
  double zTopK(int row) {
    int[] ids = Arrays.copyOfRange(topIds, row * 2 * k, (row + 1) * 2 * k);
    int[] known = Arrays.stream(ids).filter(id -> id >= 0).toArray();
    return Obrs.zTopK(probs(inf, row), probs(policy, row), lambda, known, new int[0]);
  }

  double[] probs(double[] logProbs, int row) {
    return Arrays.stream(logProbs, row * vocabulary, (row + 1) * vocabulary)
        .map(Math::exp)
        .toArray();
  }

  /** Of each row of logits {@code [rows × vocabulary]}. */
  public static double[] logSoftmax(double[] logits, int vocabulary) {
    double[] out = new double[logits.length];
    for (int from = 0; from < logits.length; from += vocabulary) {
      double[] row = Arrays.copyOfRange(logits, from, from + vocabulary);
      double max = Arrays.stream(row).max().orElseThrow();
      double logSum = Math.log(Arrays.stream(row).map(x -> Math.exp(x - max)).sum());
      for (int x = 0; x < vocabulary; x++) {
        out[from + x] = row[x] - max - logSum;
      }
    }
    return out;
  }
}
