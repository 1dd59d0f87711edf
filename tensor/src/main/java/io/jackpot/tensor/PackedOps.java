package io.jackpot.tensor;

/**
 * The ops over weights and KV caches in forms of their own: weights in panels and of fewer bits, KV
 * caches of 8 bits. Only sampling uses them; a provider has them or has not, see {@link
 * Ops#packed}. The conventions are those of {@link Ops}.
 */
public interface PackedOps {

  /**
   * {@code w [out, in]} in panels for many products of {@link #matmulPacked}, a copy: later changes
   * of {@code w} are not seen.
   */
  PackedMatrix pack(Tensor w, WeightType type);

  /**
   * y = x · wᵀ: {@code x [m, k], w [n, k] → y [m, n]}, of the numbers as w has them stored. The
   * bits of a row do not depend on which other rows are there.
   */
  void matmulPacked(Tensor x, PackedMatrix w, Tensor y);

  /** {@code y[i] = table[ids[i]]}: {@code table [vocabulary, dim] → y [tokens, dim]}. */
  void embeddingPacked(int[] ids, PackedMatrix table, Tensor y);

  /** {@link Ops#headSample} from a packed head. */
  void headSample(PackedHead head, double[] uniforms, HeadStatistics out);

  /**
   * {@link Ops#cacheAppend} into a cache of 8 bits: {@code x [rows, kvHeads, headDim] → cache
   * [slots, kvHeads, capacity, headDim]}.
   */
  void cacheAppend(Tensor x, int[] slots, int[] positions, QuantizedCache cache);

  /**
   * {@link Ops#attentionDecode} against a cache of 8 bits, of the numbers as it has them stored:
   * {@code q [rows, heads, headDim] → o [rows, heads, headDim]}.
   */
  void attentionDecode(
      Tensor q,
      QuantizedCache kCache,
      QuantizedCache vCache,
      int[] slots,
      int[] lengths,
      float scale,
      Tensor o);
}
