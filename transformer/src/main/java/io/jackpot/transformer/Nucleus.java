package io.jackpot.transformer;

import io.jackpot.tensor.Head;
import io.jackpot.tensor.HeadStatistics;
import io.jackpot.tensor.Ops;
import io.jackpot.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Samples tokens from a {@link Truncation truncated} distribution. Nearly always the tokens that
 * may be sampled are among the few best of a row, which the LM head gives without its logits; only
 * the logits of rows where they are not are looked at, a chunk of rows at a time. A row's token
 * depends on nothing but that row and its uniform.
 */
final class Nucleus {
  /** How many of the best tokens the head is asked for. */
  private static final int BEST = 64;

  /** Logits of one chunk: 16 MiB of them, or one row. */
  private static final int CHUNK = 1 << 22;

  /**
   * What probabilities may lack by rounding: of two tokens of probability ½ the first one is enough
   * for a {@code topP} of 0.5, whatever float32 makes of log ½.
   */
  private static final double ROUNDING = 1e-6;

  private final Ops ops;
  private final Buffer rows = new Buffer();
  private final Buffer logits = new Buffer();
  private long[] order = new long[0];
  private float[] sorted = new float[0];

  Nucleus(Ops ops) {
    this.ops = ops;
  }

  /** Floats that sampling {@code rows} rows takes. */
  static long floats(ModelConfig config, int rows) {
    long chunk = Math.min(rows, chunkRows(config.vocabularySize()));
    return chunk * ((long) config.vocabularySize() + config.hiddenSize());
  }

  private static int chunkRows(int vocabulary) {
    return Math.max(1, CHUNK / vocabulary);
  }

  /**
   * Samples one token a row by inverse transform over the tokens that may be sampled, the most
   * probable first.
   *
   * @param uniforms in [0, 1), one a row
   * @param out what {@link Ops#headSample} records: of the whole distribution
   */
  void sample(Head head, double[] uniforms, Truncation truncation, HeadStatistics out) {
    int vocabulary = head.vocabulary();
    int k = Math.min(vocabulary, Math.max(out.k(), BEST));
    double[] best = new double[uniforms.length];
    Arrays.fill(best, -1);
    HeadStatistics all = HeadStatistics.allocate(uniforms.length, k);
    ops.headSample(head, best, all);
    List<Integer> wider = new ArrayList<>();
    for (int row = 0; row < uniforms.length; row++) {
      int from = row * k;
      int kept = kept(all.topLogProbs(), from, k, vocabulary, truncation);
      if (kept > k) {
        wider.add(row);
      } else {
        int at = from + pick(all.topLogProbs(), from, kept, uniforms[row]);
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

  /** Samples {@code wide} rows by all their logits; their statistics are there already. */
  private void sampleWide(
      Head head, List<Integer> wide, double[] uniforms, Truncation truncation, HeadStatistics out) {
    int vocabulary = head.vocabulary();
    int[] places = wide.stream().mapToInt(Integer::intValue).toArray();
    Tensor hidden = rows.of(places.length, head.hidden().cols());
    Tensor y = logits.of(places.length, vocabulary);
    ops.gatherRows(head.hidden(), places, hidden);
    ops.matmulNT(hidden, head.weight(), y, false);
    float[] values = y.data();
    for (int i = 0; i < places.length; i++) {
      int row = places[i];
      sort(values, i * vocabulary, vocabulary, head.temperature(), out.logSumExp()[row]);
      int kept = kept(sorted, 0, vocabulary, vocabulary, truncation);
      int at = pick(sorted, 0, kept, uniforms[row]);
      out.action()[row] = (int) order[at];
      out.logProb()[row] = sorted[at];
    }
  }

  /** Puts a row's ids into the low halves of {@code order} and log-probs into {@code sorted}. */
  private void sort(float[] logits, int from, int vocabulary, float temperature, float logSumExp) {
    if (order.length != vocabulary) {
      order = new long[vocabulary];
      sorted = new float[vocabulary];
    }
    for (int id = 0; id < vocabulary; id++) {
      order[id] = (long) descending(logits[from + id]) << 32 | id;
    }
    Arrays.sort(order);
    for (int i = 0; i < vocabulary; i++) {
      sorted[i] = logits[from + (int) order[i]] / temperature - logSumExp;
    }
  }

  /** An int that is the smaller, the larger {@code x} is. */
  private static int descending(float x) {
    int bits = Float.floatToIntBits(x + 0f); // -0 becomes 0, which it equals
    return bits < 0 ? bits ^ Integer.MIN_VALUE : ~bits;
  }

  /**
   * How many of a row's tokens may be sampled.
   *
   * @param logProbs of its best tokens, falling, {@code [from, from + count)}
   * @return more than {@code count} if these do not tell
   */
  private static int kept(
      float[] logProbs, int from, int count, int vocabulary, Truncation truncation) {
    int most = truncation.topK() == 0 ? vocabulary : Math.min(vocabulary, truncation.topK());
    boolean nucleus = truncation.topP() < 1;
    if (nucleus && most < vocabulary && most > count) {
      return count + 1; // the probability of the top k is not known
    }
    double enough = 0;
    if (nucleus) {
      double total = most > count ? 1 : mass(logProbs, from, most);
      enough = truncation.topP() * total * (1 - ROUNDING);
    }
    double least = logProbs[from] + Math.log(truncation.minP()) - ROUNDING;
    double sum = 0;
    for (int i = 0; i < Math.min(count, most); i++) {
      if (i > 0 && (nucleus && sum >= enough || logProbs[from + i] < least)) {
        return i;
      }
      sum += Math.exp(logProbs[from + i]);
    }
    boolean known = most <= count || nucleus && sum >= enough;
    return known ? Math.min(most, count) : count + 1;
  }

  private static double mass(float[] logProbs, int from, int count) {
    double sum = 0;
    for (int i = from; i < from + count; i++) {
      sum += Math.exp(logProbs[i]);
    }
    return sum;
  }

  /** The first of {@code kept} tokens at which their cumulated probability exceeds the uniform. */
  private static int pick(float[] logProbs, int from, int kept, double uniform) {
    double threshold = uniform * mass(logProbs, from, kept);
    double sum = 0;
    int last = 0;
    for (int i = 0; i < kept; i++) {
      double p = Math.exp(logProbs[from + i]);
      sum += p;
      last = p > 0 ? i : last;
      if (sum > threshold) {
        return i;
      }
    }
    return last;
  }
}
