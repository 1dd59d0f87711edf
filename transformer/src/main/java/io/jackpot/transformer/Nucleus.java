package io.jackpot.transformer;

import io.jackpot.input.InputException;
import io.jackpot.tensor.HeadStatistics;
import io.jackpot.tensor.Ops;
import io.jackpot.tensor.Tensor;
import io.jackpot.transformer.InferenceModel.SamplingHead;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

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

  /** The most tokens of a truncated distribution that is recorded. */
  static final int MOST_KEPT = 1024;

  /**
   * Truncated distributions: the tokens that stay, best first, and their log-probs, which add up to
   * probability 1; {@code ids, logProbs [rows][kept]}.
   */
  record Kept(int[][] ids, float[][] logProbs) {
    Kept(int rows) {
      this(new int[rows][], new float[rows][]);
    }
  }

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
   * @param out filled as {@link Ops#headSample} does: of the whole distribution, but for the
   *     log-probs of the actions if {@code recorded} is given, which are of the truncated one
   * @param recorded gets the truncated distributions; null if nobody needs them
   * @throws InputException if more than {@link #MOST_KEPT} tokens of a distribution stay that is
   *     recorded
   */
  void sample(
      SamplingHead head,
      double[] uniforms,
      Truncation truncation,
      HeadStatistics out,
      @Nullable Kept recorded) {
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
        int picked = pick(p, kept, uniforms[row]);
        out.action()[row] = all.topIds()[from + picked];
        out.logProb()[row] = all.topLogProbs()[from + picked];
        if (recorded != null) {
          record(recorded, row, p, kept, i -> all.topIds()[from + i]);
          out.logProb()[row] = recorded.logProbs[row][picked];
        }
      }
      out.logSumExp()[row] = all.logSumExp()[row];
      out.entropy()[row] = all.entropy()[row];
      System.arraycopy(all.topIds(), from, out.topIds(), row * out.k(), out.k());
      System.arraycopy(all.topLogProbs(), from, out.topLogProbs(), row * out.k(), out.k());
    }
    int chunk = chunkRows(vocabulary);
    for (int from = 0; from < wider.size(); from += chunk) {
      List<Integer> some = wider.subList(from, Math.min(wider.size(), from + chunk));
      sampleWide(head, some, uniforms, truncation, out, recorded);
    }
  }

  private static void record(Kept recorded, int row, double[] p, int kept, IntUnaryOperator id) {
    if (kept > MOST_KEPT) {
      throw new InputException(
          "sampling: %d tokens stay at a position, more than the %d that a rollout records; add samplingTopK %d, or lower samplingTopP"
              .formatted(kept, MOST_KEPT, MOST_KEPT));
    }
    double mass = mass(p, kept);
    int[] ids = new int[kept];
    float[] logProbs = new float[kept];
    for (int i = 0; i < kept; i++) {
      ids[i] = id.applyAsInt(i);
      logProbs[i] = (float) Math.log(p[i] / mass);
    }
    recorded.ids[row] = ids;
    recorded.logProbs[row] = logProbs;
  }

  /** Samples {@code wide} rows from all their logits; {@code out} has their statistics already. */
  private void sampleWide(
      SamplingHead head,
      List<Integer> wide,
      double[] uniforms,
      Truncation truncation,
      HeadStatistics out,
      @Nullable Kept recorded) {
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
      int picked = pick(sorted, kept, uniforms[row]);
      int action = (int) order[picked];
      out.action()[row] = action;
      out.logProb()[row] = (float) (values[i * vocabulary + action] / temperature - logSumExp);
      if (recorded != null) {
        record(recorded, row, sorted, kept, place -> (int) order[place]);
        out.logProb()[row] = recorded.logProbs[row][picked];
      }
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
