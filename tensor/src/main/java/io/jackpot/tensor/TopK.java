package io.jackpot.tensor;

/**
 * The k most probable ids of each token and their log-probs: {@code ids, logProbs [tokens × k]},
 * best first, the ids of a token distinct. A negative id is a filler without probability.
 */
public record TopK(int k, int[] ids, float[] logProbs) {}
