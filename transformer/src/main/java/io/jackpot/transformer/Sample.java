package io.jackpot.transformer;

/**
 * One sampled response of n tokens with statistics of its distributions, in nats.
 *
 * @param prompt index of its prompt
 * @param sample its index among the prompt's samples
 * @param ids [n], the response, including the end token if it was reached
 * @param logProbs [n], of each id under the distribution it was sampled from, at its temperature
 *     and before a {@link Truncation}
 * @param entropies [n], of those distributions
 * @param topIds [n × k], the k most probable ids at each position, best first
 * @param topLogProbs [n × k], their log-probs
 * @param finished whether an end token was reached before the token limit
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
