package io.jackpot.tensor;

/**
 * The inputs of causal grouped-query attention over packed sequences: {@code q [tokens, heads,
 * headDim], k, v [tokens, kvHeads, headDim]}. Query head h reads key head h / (heads / kvHeads).
 *
 * @param packing where the sequences begin and end
 * @param scale multiplies the products q·k
 */
public record Attention(Tensor q, Tensor k, Tensor v, Packing packing, float scale) {

  /**
   * The result of the forward, which the backward reads: {@code o [tokens, heads, headDim],
   * logSumExp [tokens, heads]}, the latter of the scaled products.
   */
  public record Output(Tensor o, Tensor logSumExp) {}

  /** The gradients of the inputs: {@code dQ, dK, dV like q, k, v}. */
  public record Gradients(Tensor dQ, Tensor dK, Tensor dV) {}

  public int tokens() {
    return q.dim(0);
  }

  public int heads() {
    return q.dim(1);
  }

  public int kvHeads() {
    return k.dim(1);
  }

  public int headDim() {
    return q.dim(2);
  }

  /** Query heads that share a key head. */
  public int group() {
    return heads() / kvHeads();
  }
}
