package io.jackpot.tensor;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The operations a transformer needs, forward and backward, at the granularity of a whole op. A
 * model is written against this interface alone and so runs on every device.
 *
 * <p>An op belongs to one of the families Matmul, Rows, Attention, Head, Elementwise and Optimizer.
 * The implementations and tests of a family carry its name: {@code ScalarHead}, {@code VectorHead},
 * {@code HeadContract}.
 *
 * <p>Conventions. {@code x [tokens, dim]} gives a tensor's shape; leading dimensions may be folded.
 * Outputs come last. A backward op <b>adds</b> to gradients of parameters ({@code dWeight}, {@code
 * dGain}, {@code dBias}, {@code dTable}) and <b>overwrites</b> gradients of activations, unless it
 * says otherwise. Outputs do not overlap inputs unless it says so. Every op is deterministic: the
 * same inputs give the same bits, for any number of threads. Shapes that do not fit raise an {@link
 * IllegalArgumentException} that names them.
 */
public interface Ops extends AutoCloseable {

  /** One line for people: the provider, its vector width and threads, or its device. */
  String describe();

  /** What the bits of its results depend on beside their inputs: the provider and its width. */
  String arithmetic();

  /** The ops over packed weights and caches of 8 bits, where this provider has them. */
  default Optional<PackedOps> packed() {
    return Optional.empty();
  }

  // Matmul

  /** y (+)= x · wᵀ: {@code x [m, k], w [n, k] → y [m, n]}; a linear layer's forward. */
  void matmulNT(Tensor x, Tensor w, Tensor y, boolean accumulate);

  /** dx (+)= dy · w: {@code dy [m, n], w [n, k] → dx [m, k]}; its input gradient. */
  void matmulNN(Tensor dy, Tensor w, Tensor dx, boolean accumulate);

  /** dw (+)= dyᵀ · x: {@code dy [m, n], x [m, k] → dw [n, k]}; its weight gradient. */
  void matmulTN(Tensor dy, Tensor x, Tensor dw, boolean accumulate);

  // Rows

  /** y += bias in every row: {@code bias [n], y [m, n]}. */
  void addBias(Tensor bias, Tensor y);

  /** dBias += column sums: {@code dy [m, n] → dBias [n]}. */
  void addBiasBackward(Tensor dy, Tensor dBias);

  /**
   * {@code y[to + i] = x[from + i]} for i below count: {@code x [rows, dim], y [otherRows, dim]}.
   */
  void copyRows(Tensor x, int from, Tensor y, int to, int count);

  /** {@code y[i] = x[rows[i]]}: {@code x [tokens, dim], rows [n] → y [n, dim]}. */
  void gatherRows(Tensor x, int[] rows, Tensor y);

  /**
   * {@code dx[rows[i]] = dy[i]}, zero in all other rows: {@code dy [n, dim] → dx [tokens, dim]}.
   * The rows must be distinct.
   */
  void gatherRowsBackward(Tensor dy, int[] rows, Tensor dx);

  /** {@code y[i] = table[ids[i]]}: {@code table [vocabulary, dim] → y [tokens, dim]}. */
  void embeddingForward(int[] ids, Tensor table, Tensor y);

  /** {@code dTable[ids[i]] += dy[i]}: {@code dy [tokens, dim], dTable [vocabulary, dim]}. */
  void embeddingBackward(int[] ids, Tensor dy, Tensor dTable);

  /**
   * y = x · inverseRms · gain with inverseRms = 1/√(mean(x²) + ε) (Zhang and Sennrich, 2019):
   * {@code x [rows, dim], gain [dim] → y [rows, dim], inverseRms [rows]}. The forward saves {@code
   * x} and {@code inverseRms}. {@code y} may be {@code x} where no backward follows.
   */
  void rmsNormForward(Tensor x, Tensor gain, float epsilon, Tensor y, Tensor inverseRms);

  /**
   * {@code dy, x [rows, dim], gain [dim], inverseRms [rows] → dx [rows, dim], dGain [dim]}.
   *
   * @param accumulate whether dx is added to; {@code dx} may be {@code dy} where it is not
   */
  void rmsNormBackward(
      Tensor dy,
      Tensor x,
      Tensor gain,
      Tensor inverseRms,
      Tensor dx,
      Tensor dGain,
      boolean accumulate);

  /**
   * Rotates the halves (i, i + headDim/2) of every head in place, in the layout of the Hugging Face
   * models (Su et al., 2021): {@code x [tokens, heads, headDim], cos, sin [positions, headDim/2],
   * positions [tokens]}.
   */
  void rope(Tensor x, int[] positions, Tensor cos, Tensor sin);

  /**
   * {@code dx [tokens, heads, headDim]}: the inverse rotation, in place, {@link #rope}'s gradient.
   */
  void ropeBackward(Tensor dx, int[] positions, Tensor cos, Tensor sin);

  // Attention

  /**
   * Causal grouped-query attention over packed sequences: {@code q [tokens, heads, headDim], k, v
   * [tokens, kvHeads, headDim] → o [tokens, heads, headDim], logSumExp [tokens, heads]}. No
   * probabilities are saved.
   */
  void attentionForward(Attention in, Attention.Output out);

  /**
   * {@code dO like o → dQ, dK, dV like q, k, v}. Probabilities are computed again from logSumExp
   * (Dao, 2023).
   *
   * @param out of the forward, unchanged
   */
  void attentionBackward(
      Attention in, Attention.Output out, Tensor dO, Attention.Gradients gradients);

  /**
   * Writes keys or values into a cache: {@code x [rows, kvHeads, headDim] → cache [slots, kvHeads,
   * capacity, headDim]}, row i at {@code cache[slots[i], :, positions[i], :]}.
   */
  void cacheAppend(Tensor x, int[] slots, int[] positions, Tensor cache);

  /**
   * One query row a sequence against its cache: {@code q [rows, heads, headDim] → o [rows, heads,
   * headDim]}; row i reads the first {@code lengths[i]} entries of {@code slots[i]}.
   */
  void attentionDecode(
      Tensor q, Tensor kCache, Tensor vCache, int[] slots, int[] lengths, float scale, Tensor o);

  // Head

  /**
   * {@code hidden [tokens, dim], weight [vocabulary, dim], actions [tokens] → out [tokens]}:
   * log-prob of each action, log-sum-exp, entropy and the top k, without a [tokens, vocabulary]
   * tensor: only one chunk of logits exists at a time. {@code out.action} is set from {@code
   * actions}.
   */
  void headForward(Head head, int[] actions, HeadStatistics out);

  /**
   * {@code hidden [tokens, dim], weight [vocabulary, dim], uniforms [tokens] → out [tokens]}:
   * samples one token a row by inverse transform from the full-vocabulary distribution and records
   * it as {@link #headForward} does. Uniforms are in [0, 1); a negative one takes the most probable
   * token (the lower id on ties).
   */
  void headSample(Head head, double[] uniforms, HeadStatistics out);

  /**
   * Log-probs of chosen ids: {@code ids [tokens × n], logSumExp [tokens] → logProbs [tokens × n]}.
   * Negative ids are skipped and get negative infinity.
   */
  void headGather(Head head, float[] logSumExp, int[] ids, float[] logProbs);

  /**
   * {@code p, q: hidden [tokens, dim], weight [vocabulary, dim] → out [tokens]}: compares two heads
   * token by token over the whole vocabulary; their dims may differ.
   *
   * @param lambda the OBRS threshold λ in {@link HeadComparison#overlap}
   */
  void headCompare(
      Head p, float[] pLogSumExp, Head q, float[] qLogSumExp, float lambda, HeadComparison out);

  /**
   * The overlap Σ_x min(q(x), p(x)/λ) of each token over a union of ids (Jackpot, Algorithm 1,
   * lines 18 and 19; Eq. 4): {@code topQ [tokens × k], otherIds [tokens × n] → overlap [tokens]}.
   * Each id of the union counts once, in double: first those of {@code topQ}, with the log q
   * recorded there, then those of {@code otherIds} that are not among them, with log q of head
   * {@code q}; log p is always that of head {@code p}. The heads' log-probs are those of {@link
   * #headGather}. Negative ids are fillers and are skipped.
   *
   * @param topQ the most probable ids of q as recorded when it sampled, distinct
   * @param otherIds further ids, distinct; usually the most probable ones of another distribution
   * @param lambda the OBRS threshold λ, above 0
   */
  void headOverlap(
      Head p,
      float[] pLogSumExp,
      Head q,
      float[] qLogSumExp,
      TopK topQ,
      int[] otherIds,
      double lambda,
      double[] overlap);

  /**
   * {@code hidden [tokens, dim], weight [vocabulary, dim] → dHidden, dWeight alike}: the gradient
   * of Σ_n coefficient[n]·log p(action[n]) + entropyWeight[n]·entropy[n] + Σ_i ids.coefficient[n,
   * i]·log p(ids[n, i]) + distillation.weight[n]·divergence[n]. {@code dHidden} is overwritten,
   * {@code dWeight} added to. Logits are computed again, chunk by chunk.
   *
   * @param statistics of the same head, for its actions, logSumExp and, where the loss has it, the
   *     entropy
   */
  void headBackward(
      Head head, HeadStatistics statistics, HeadLoss loss, Tensor dHidden, Tensor dWeight);

  /** Of log-probs of the actions, and a divergence where there is one. */
  default void headBackward(
      Head head,
      HeadStatistics statistics,
      float[] coefficient,
      @Nullable Distillation distillation,
      Tensor dHidden,
      Tensor dWeight) {
    HeadLoss loss = new HeadLoss(coefficient, null, null, distillation);
    headBackward(head, statistics, loss, dHidden, dWeight);
  }

  // Elementwise

  /** y += x: {@code x, y} of one size. */
  void add(Tensor x, Tensor y);

  /** x = 0, for {@code x} of any shape. */
  void zero(Tensor x);

  /** y = silu(gate) · up (Shazeer, 2020): {@code gate, up, y} of one size. */
  void swigluForward(Tensor gate, Tensor up, Tensor y);

  /**
   * {@code dy, gate, up → dGate, dUp} of one size; {@code dGate} may be {@code gate}, {@code dUp
   * up}.
   */
  void swigluBackward(Tensor dy, Tensor gate, Tensor up, Tensor dGate, Tensor dUp);

  // Optimizer

  /** The sum of squares of each tensor of any shape; on the CPU summed in double. */
  double[] sumsOfSquares(List<Tensor> xs);

  /** {@code weight, gradient, m, v} of one size: one AdamW update of the weight and its moments. */
  void adamW(Tensor weight, Tensor gradient, Tensor m, Tensor v, AdamWStep step);

  /**
   * Marks the end of a block of the model: the ops that follow may be those of another such block.
   * A provider that records ops and replays them can use one recording for all blocks.
   */
  default void blockEnd() {}

  /** Releases threads or device memory. */
  @Override
  void close();
}
