package io.jackpot.tensor;

import io.jackpot.input.InputException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The operations a transformer needs, forward and backward, at the granularity of a whole op. A
 * model is written against this interface alone and so runs on every device.
 *
 * <p>Conventions. {@code x [tokens, dim]} gives a tensor's shape; leading dimensions may be folded.
 * Outputs come last. A backward op <b>adds</b> to gradients of parameters ({@code dWeight}, {@code
 * dGain}, {@code dBias}, {@code dTable}) and <b>overwrites</b> gradients of activations, unless it
 * says otherwise. Outputs do not overlap inputs unless it says so. Every op is deterministic: the
 * same inputs give the same bits, for any number of threads. Shapes that do not fit raise an {@link
 * IllegalArgumentException} that names them.
 */
public interface Ops extends AutoCloseable {

  /** One line for people: which provider this is, its vector width and threads, or its device. */
  String describe();

  /** y (+)= x · wᵀ: {@code x [m, k], w [n, k] → y [m, n]}; a linear layer's forward. */
  void matmulNT(Tensor x, Tensor w, Tensor y, boolean accumulate);

  /** dx (+)= dy · w: {@code dy [m, n], w [n, k] → dx [m, k]}; its input gradient. */
  void matmulNN(Tensor dy, Tensor w, Tensor dx, boolean accumulate);

  /** dw (+)= dyᵀ · x: {@code dy [m, n], x [m, k] → dw [n, k]}; its weight gradient. */
  void matmulTN(Tensor dy, Tensor x, Tensor dw, boolean accumulate);

  /** Whether it has weights and KV caches of other types than float32. */
  default boolean storesRounded() {
    return false;
  }

  /**
   * Prepares a weight matrix {@code [out, in]} for many products of {@link #matmulPacked}. Later
   * changes of {@code w} may or may not be seen. Without panels of its own a provider keeps the
   * tensor as it is.
   *
   * @throws InputException if this provider does not have weights of {@code type}
   */
  default PackedMatrix pack(Tensor w, WeightType type) {
    if (type != WeightType.F32) {
      throw new InputException("weights in %s: on the CPU only".formatted(type));
    }
    return PackedMatrix.plain(w);
  }

  /**
   * y = x · wᵀ: {@code x [m, k], w [n, k] → y [m, n]}, of the numbers as w has them stored. The
   * bits of a row do not depend on which other rows are there.
   */
  default void matmulPacked(Tensor x, PackedMatrix w, Tensor y) {
    matmulNT(x, Checks.plain(w), y, false);
  }

  /** y += bias in every row: {@code bias [n], y [m, n]}. */
  void addBias(Tensor bias, Tensor y);

  /** dBias += column sums: {@code dy [m, n] → dBias [n]}. */
  void addBiasBackward(Tensor dy, Tensor dBias);

  /** y += x, element by element. */
  void add(Tensor x, Tensor y);

  /** x = 0. */
  void zero(Tensor x);

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

  /** {@link #embeddingForward} from a packed table. */
  default void embeddingPacked(int[] ids, PackedMatrix table, Tensor y) {
    embeddingForward(ids, Checks.plain(table), y);
  }

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
   * Rotates the halves (i, i + headDim/2) of every head in place, as the Hugging Face models lay
   * them out (Su et al., 2021): {@code x [tokens, heads, headDim], cos, sin [positions, headDim/2],
   * positions [tokens]}.
   */
  void rope(Tensor x, int[] positions, Tensor cos, Tensor sin);

  /** The inverse rotation, in place: the gradient of {@link #rope}. */
  void ropeBackward(Tensor dx, int[] positions, Tensor cos, Tensor sin);

  /**
   * Causal grouped-query attention over packed sequences: {@code q [tokens, heads, headDim], k, v
   * [tokens, kvHeads, headDim] → o [tokens, heads, headDim], logSumExp [tokens, heads]}. Query head
   * h reads key head h / (heads / kvHeads). The forward saves q, k, v, o and logSumExp; no
   * probabilities.
   */
  void attentionForward(
      Tensor q, Tensor k, Tensor v, Packing packing, float scale, Tensor o, Tensor logSumExp);

  /**
   * Streaming backward (Dao, 2023): probabilities are computed again from logSumExp. {@code dO like
   * o → dQ, dK, dV like q, k, v}.
   */
  void attentionBackward(
      Tensor dO,
      Tensor q,
      Tensor k,
      Tensor v,
      Tensor o,
      Tensor logSumExp,
      Packing packing,
      float scale,
      Tensor dQ,
      Tensor dK,
      Tensor dV);

  /**
   * Writes keys or values into a cache: {@code x [rows, kvHeads, headDim] → cache [slots, kvHeads,
   * capacity, headDim]}, row i at {@code cache[slots[i], :, positions[i], :]}.
   */
  void cacheAppend(Tensor x, int[] slots, int[] positions, Tensor cache);

  /** Writes keys or values into a cache of 8 bits, as {@link QuantizedCache} stores them. */
  default void cacheAppend(Tensor x, int[] slots, int[] positions, QuantizedCache cache) {
    throw new InputException("a KV cache in %s: on the CPU only".formatted(cache.type()));
  }

  /** One query row a sequence against a cache of 8 bits, of the numbers as it has them stored. */
  default void attentionDecode(
      Tensor q,
      QuantizedCache kCache,
      QuantizedCache vCache,
      int[] slots,
      int[] lengths,
      float scale,
      Tensor o) {
    throw new InputException("a KV cache in %s: on the CPU only".formatted(kCache.type()));
  }

  /**
   * One query row a sequence against its cache: {@code q [rows, heads, headDim] → o [rows, heads,
   * headDim]}; row i reads the first {@code lengths[i]} entries of {@code slots[i]}.
   */
  void attentionDecode(
      Tensor q, Tensor kCache, Tensor vCache, int[] slots, int[] lengths, float scale, Tensor o);

  /** y = silu(gate) · up (Shazeer, 2020), element by element, same shapes. */
  void swigluForward(Tensor gate, Tensor up, Tensor y);

  /** {@code dy, gate, up → dGate, dUp}; {@code dGate} may be {@code gate}, {@code dUp up}. */
  void swigluBackward(Tensor dy, Tensor gate, Tensor up, Tensor dGate, Tensor dUp);

  /**
   * Log-prob of each given action, log-sum-exp, entropy and the top k, without a [tokens,
   * vocabulary] tensor: only one chunk of logits exists at a time. {@code out.action} is set from
   * {@code actions}.
   */
  void headForward(Head head, int[] actions, HeadStatistics out);

  /**
   * Samples one token a row by inverse transform from the full-vocabulary distribution and records
   * it as {@link #headForward} does: {@code uniforms [tokens]} in [0, 1); a negative uniform takes
   * the most probable token (the lower id on ties).
   */
  void headSample(Head head, double[] uniforms, HeadStatistics out);

  /** {@link #headSample(Head, double[], HeadStatistics)} from a packed head. */
  default void headSample(PackedHead head, double[] uniforms, HeadStatistics out) {
    Head plain = new Head(head.hidden(), Checks.plain(head.weight()), head.temperature());
    headSample(plain, uniforms, out);
  }

  /**
   * Log-probs of chosen ids: {@code ids [tokens × n], logSumExp [tokens] → logProbs [tokens × n]}.
   * Negative ids are passed over and get negative infinity.
   */
  void headGather(Head head, float[] logSumExp, int[] ids, float[] logProbs);

  /**
   * Compares two heads token by token over the whole vocabulary; their widths may differ.
   *
   * @param lambda the OBRS threshold λ in {@link HeadComparison#overlap}
   */
  void headCompare(
      Head p, float[] pLogSumExp, Head q, float[] qLogSumExp, float lambda, HeadComparison out);

  /**
   * Gradient of Σ_n coefficient[n]·log p(action[n]) + Σ_n distillation.weight[n]·divergence[n]:
   * {@code dHidden [tokens, dim]} overwritten, {@code dWeight [vocabulary, dim]} added to. Logits
   * are computed again, chunk by chunk.
   *
   * @param statistics of the same head, for its actions and logSumExp
   * @param coefficient {@code [tokens]}
   */
  void headBackward(
      Head head,
      HeadStatistics statistics,
      float[] coefficient,
      @Nullable Distillation distillation,
      Tensor dHidden,
      Tensor dWeight);

  /** Sum of the squares of all elements of each tensor; on the CPU summed in double. */
  double[] sumsOfSquares(List<Tensor> xs);

  /** One AdamW update of {@code weight} with its moments; all four of one size. */
  void adamW(Tensor weight, Tensor gradient, Tensor m, Tensor v, AdamWStep step);

  /**
   * Says that a block of the model ends here, and that the ops which follow may be those of another
   * such block. A provider that records ops and replays them can use one recording for all blocks.
   */
  default void blockEnd() {}

  /** Lets go of threads or device memory. */
  @Override
  void close();
}
