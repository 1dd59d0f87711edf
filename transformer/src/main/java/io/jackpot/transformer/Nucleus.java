package io.jackpot.transformer;

import io.jackpot.tensor.HeadStatistics;
import io.jackpot.tensor.Ops;
import io.jackpot.tensor.Tensor;
import io.jackpot.transformer.InferenceModel.SamplingHead;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Samples tokens from a {@link Truncation truncated} distribution: {@code hidden [rows,
 * hiddenSize], uniforms [rows] → action [rows]}. The tokens that may be sampled are nearly always
 * among the top few of a row, which the LM head returns without its logits. Only the other rows
 * need their logits, which are computed for a chunk of rows at a time. A row's token depends only
 * on that row and its uniform.
 */
final class Nucleus {
  /** Number of top tokens that the head returns. */
  private static final int BEST = 64;

  /** Logits of a chunk: 16 MiB, or one row if that is more. */
  private static final int CHUNK = 1 << 22;

  /**
   * Tolerance for rounding: of two tokens of probability ½ the first one is enough for a {@code
   * topP} of 0.5, even if float32 rounds log ½ down.
   */
  private static final double ROUNDING = 1e-6;

  private final Ops ops;
  private final Buffer rows = new Buffer();
  private final Buffer logits = new Buffer();
  private long[] order = new long[0];
  private double[] sorted = new double[0];

  Nucleus(Ops ops) {
    this.ops = ops;
  }

  /** Floats for sampling {@code rows} rows. */
  static long floats(ModelConfig config, int rows) {
    long chunk = Math.min(rows, chunkRows(config.vocabularySize()));
    return chunk * ((long) config.vocabularySize() + config.hiddenSize());
  }

  private static int chunkRows(int vocabulary) {
    return Math.max(1, CHUNK / vocabulary);
  }

  /**
   * Samples one token per row by inverse transform over the tokens that may be sampled, in
   * descending order of probability.
   *
   * @param uniforms [rows], in [0, 1)
   * @param out filled as {@link Ops#headSample} does: of the whole distribution
   */
  void sample(SamplingHead head, double[] uniforms, Truncation truncation, HeadStatistics out) {
    int vocabulary = head.vocabulary();
    int k = Math.min(vocabulary, Math.max(out.k(), BEST));
    double[] best = new double[uniforms.length];
    Arrays.fill(best, -1);
    HeadStatistics all = HeadStatistics.allocate(uniforms.length, k);
    head.sample(ops, best, all);
    double[] p = new double[k];
    List<Integer> wider = new ArrayList<>();
    for (int row = 0; row < uniforms.length; row++) {
      int from = row * k;
      for (int i = 0; i < k; i++) {
        p[i] = Math.exp(all.topLogProbs()[from + i]);
      }
      int kept = kept(p, vocabulary, truncation);
      if (kept > k) {
        wider.add(row);
      } else {
        int at = from + pick(p, kept, uniforms[row]);
        out.action()[row] = all.topIds()[at];
        out.logProb()[row] = all.topLogProbs()[at];
      }
      out.logSumExp()[row] = all.logSumExp()[row];
      out.entropy()[row] = all.entropy()[row];
      System.arraycopy(all.topIds(), from, out.topIds(), row * out.k(), out.k());
      System.arraycopy(all.topLogProbs(), from, out.topLogProbs(), row * out.k(), out.k());
    }
    int chunk = chunkRows(vocabulary);
    for (int from = 0; from < wider.size(); from += chunk) {
      List<Integer> some = wider.subList(from, Math.min(wider.size(), from + chunk));
      sampleWide(head, some, uniforms, truncation, out);
    }
  }

  /** Samples {@code wide} rows from all their logits; {@code out} has their statistics already. */
  private void sampleWide(
      SamplingHead head,
      List<Integer> wide,
      double[] uniforms,
      Truncation truncation,
      HeadStatistics out) {
    int vocabulary = head.vocabulary();
    int[] places = wide.stream().mapToInt(Integer::intValue).toArray();
    Tensor hidden = rows.of(places.length, head.hidden().cols());
    Tensor y = logits.of(places.length, vocabulary);
    ops.gatherRows(head.hidden(), places, hidden);
    head.weight().multiply(ops, hidden, y);
    float[] values = y.data();
    if (order.length != vocabulary) {
      order = new long[vocabulary];
      sorted = new double[vocabulary];
    }
    for (int i = 0; i < places.length; i++) {
      int row = places[i];
      float temperature = head.temperature();
      double logSumExp = out.logSumExp()[row];
      sort(values, i * vocabulary, temperature, logSumExp);
      int kept = kept(sorted, vocabulary, truncation);
      int action = (int) order[pick(sorted, kept, uniforms[row])];
      out.action()[row] = action;
      out.logProb()[row] = (float) (values[i * vocabulary + action] / temperature - logSumExp);
    }
  }

  /**
   * Puts the ids of a row into the low halves of {@code order} and their probabilities into {@code
   * sorted}, in descending order of probability.
   */
  private void sort(float[] logits, int from, float temperature, double logSumExp) {
    for (int id = 0; id < order.length; id++) {
      order[id] = (long) descending(logits[from + id]) << 32 | id;
    }
    Arrays.sort(order);
    for (int i = 0; i < order.length; i++) {
      sorted[i] = Math.exp(logits[from + (int) order[i]] / temperature - logSumExp);
    }
  }

  /** Maps floats to ints in reverse order. */
  private static int descending(float x) {
    int bits = Float.floatToIntBits(x + 0f); // -0 becomes 0, which it equals
    return bits < 0 ? bits ^ Integer.MIN_VALUE : ~bits;
  }

  /**
   * The number of a row's tokens that may be sampled.
   *
   * @param p the probabilities of its top tokens, descending
   * @return more than {@code p.length} if {@code p} is not enough to tell
   */
  private static int kept(double[] p, int vocabulary, Truncation truncation) {
    int unknown = p.length + 1;
    int most = truncation.topK() == 0 ? vocabulary : Math.min(vocabulary, truncation.topK());
    boolean nucleus = truncation.topP() < 1;
    if (nucleus && most < vocabulary && most > p.length) {
      return unknown; // the probability of the top k is not known
    }
    double total = most > p.length ? 1 : mass(p, most);
    double enough = nucleus ? truncation.topP() * total * (1 - ROUNDING) : Double.MAX_VALUE;
    double least = p[0] * truncation.minP() * (1 - ROUNDING);
    double sum = 0;
    for (int i = 0; i < Math.min(p.length, most); i++) {
      if (i > 0 && (sum >= enough || p[i] < least)) {
        return i;
      }
      sum += p[i];
    }
    return most <= p.length ? most : sum >= enough ? p.length : unknown;
  }

  private static double mass(double[] p, int count) {
    double sum = 0;
    for (int i = 0; i < count; i++) {
      sum += p[i];
    }
    return sum;
  }

  /** The first of {@code kept} tokens at which the cumulative probability exceeds the uniform. */
  private static int pick(double[] p, int kept, double uniform) {
    double threshold = uniform * mass(p, kept);
    double sum = 0;
    int last = 0;
    for (int i = 0; i < kept; i++) {
      sum += p[i];
      last = p[i] > 0 ? i : last;
      if (sum > threshold) {
        return i;
      }
    }
    return last;
  }
}
