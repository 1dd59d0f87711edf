package io.jackpot.tensor;

/**
 * Two distributions p and q over the same vocabulary, token by token, summed over the whole
 * vocabulary; in nats.
 *
 * @param klPQ KL(p ‖ q), {@code [tokens]}
 * @param klQP KL(q ‖ p), {@code [tokens]}
 * @param overlap Σ_x min(q(x), p(x)/λ), the exact OBRS normalizer with proposal q and target p,
 *     {@code [tokens]}
 */
public record HeadComparison(float[] klPQ, float[] klQP, float[] overlap) {
  public static HeadComparison allocate(int tokens) {
    return new HeadComparison(new float[tokens], new float[tokens], new float[tokens]);
  }
}
