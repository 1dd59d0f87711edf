package io.jackpot.transformer;

/**
 * One sampled response with what its distribution was, in nats.
 *
 * @param prompt index of its prompt
 * @param sample which of the prompt's samples
 * @param ids the response, the end token included where it was reached
 * @param logProbs of each of {@code ids} under the distribution it was sampled from, at its
 *     temperature and before a {@link Truncation}
 * @param entropies of those distributions
 * @param topIds the k most probable ids at each position, best first, {@code [ids × k]}
 * @param topLogProbs their log-probs, {@code [ids × k]}
 * @param finished whether the end token was reached before the token limit
 */
public record Sample(
    int prompt,
    int sample,
    int[] ids,
    float[] logProbs,
    float[] entropies,
    int[] topIds,
    float[] topLogProbs,
    boolean finished) {}
