package io.jackpot.transformer;

/**
 * One sampled response of n tokens with statistics of its distributions, in nats.
 *
 * @param prompt index of its prompt
 * @param sample its index among the prompt's samples
 * @param ids [n], the response, including the end token if it was reached
 * @param logProbs [n], of each id under the distribution it was sampled from, at its temperature;
 *     before a {@link Truncation}, or after it where {@link Sampler.Options} says so
 * @param entropies [n], of the distributions before a truncation
 * @param topIds [n × k], the k most probable ids at each position, best first; or all ids of the
 *     truncated distribution, filled up with −1
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
