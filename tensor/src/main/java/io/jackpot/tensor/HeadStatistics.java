package io.jackpot.tensor;

/**
 * The numbers that {@link Ops#headForward} and {@link Ops#headSample} record of each token's
 * distribution, in nats.
 *
 * @param action the token whose log-prob is given, {@code [tokens]}
 * @param logProb log p(action), {@code [tokens]}
 * @param logSumExp of the temperature-scaled logits, {@code [tokens]}
 * @param entropy {@code [tokens]}
 * @param topIds the k most probable ids, best first, the lower id first on ties, {@code [tokens ×
 *     k]}
 * @param topLogProbs their log-probs, {@code [tokens × k]}
 * @param k how many; at most the vocabulary
 */
public record HeadStatistics(
    int[] action,
    float[] logProb,
    float[] logSumExp,
    float[] entropy,
    int[] topIds,
    float[] topLogProbs,
    int k) {

  /** Empty statistics for {@code tokens} tokens and the {@code k} most probable ids of each. */
  public static HeadStatistics allocate(int tokens, int k) {
    return new HeadStatistics(
        new int[tokens],
        new float[tokens],
        new float[tokens],
        new float[tokens],
        new int[tokens * k],
        new float[tokens * k],
        k);
  }
}
