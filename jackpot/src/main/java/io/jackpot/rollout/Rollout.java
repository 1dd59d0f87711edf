package io.jackpot.rollout;

import io.jackpot.problems.Problem;
import io.jackpot.problems.Verifier.Verdict;
import java.util.List;
import java.util.stream.Stream;

/**
 * One response to a problem with everything that training needs to know about it. Arrays have an
 * entry for each token of the response, log-probs are in nats.
 *
 * @param prompt the problem and its ids
 * @param response ids, the end token included where it was reached
 * @param written whether the model wrote the token; false for one that something else put there
 * @param logProbs of {@code response} under p_inf, as it was sampled: truncated, if so
 * @param topIds the k most probable ids of p_inf, best first, {@code [response × k]}; of a
 *     truncated p_inf all that it has, filled up with −1
 * @param topLogProbs their log-probs under p_inf, {@code [response × k]}
 * @param finished whether the end token was reached before the token limit
 * @param version of the weights that sampled: the number of updates made to them
 * @param text the response as it was judged
 * @param verdict the verifier's
 * @param rewards the parts of the reward, which add up to it
 * @param advantage A of every token of the response; 0 where nothing learns from it
 * @param acceptKey key of the random stream of the uniforms u by which OBRS accepts tokens: that of
 *     position t is {@code Threefry.uniform(acceptKey, t, 0)}
 * @param place in its run
 */
public record Rollout(
    Prompt prompt,
    int[] response,
    boolean[] written,
    float[] logProbs,
    int[] topIds,
    float[] topLogProbs,
    boolean finished,
    int version,
    String text,
    Verdict verdict,
    List<Reward> rewards,
    double advantage,
    long acceptKey,
    Place place) {

  /**
   * A problem as the models see it.
   *
   * @param problem its text and gold answer
   * @param ids the prompt's tokens
   */
  public record Prompt(Problem problem, int[] ids) {}

  /**
   * Where a response stands in its run, which names its random numbers (see {@link Streams}).
   *
   * @param rollout number of its rollout
   * @param problem number of its problem in the rollout, from 0
   * @param sample number of the response among those to the problem, from 0
   */
  public record Place(int rollout, int problem, int sample) {}

  /**
   * A part of a response's reward.
   *
   * @param name of who gave it
   */
  public record Reward(String name, double value) {
    /** The name of the verifier's part. */
    public static final String VERIFIER = "verifier";

    /** The name of the part that a divergence from the reference takes away. */
    public static final String REFERENCE_KL = "reference-kl";
  }

  public Rollout {
    rewards = List.copyOf(rewards);
    if (written.length != response.length || logProbs.length != response.length) {
      throw new IllegalArgumentException(
          "%d ids, %d log-probs and %d marks of who wrote them: expected as many of each"
              .formatted(response.length, logProbs.length, written.length));
    }
  }

  /** Tokens of the response. */
  public int tokens() {
    return response.length;
  }

  /** Tokens of the response that the model wrote. */
  public int writtenTokens() {
    int count = 0;
    for (boolean byModel : written) {
      count += byModel ? 1 : 0;
    }
    return count;
  }

  /** The sum of its parts. */
  public double reward() {
    return rewards.stream().mapToDouble(Reward::value).sum();
  }

  /** The part of the reward of that name; 0 where there is none. */
  public double reward(String name) {
    return rewards.stream().filter(part -> part.name.equals(name)).mapToDouble(Reward::value).sum();
  }

  /** The same response with one more part of its reward. */
  public Rollout withReward(Reward part) {
    return new Rollout(
        prompt,
        response,
        written,
        logProbs,
        topIds,
        topLogProbs,
        finished,
        version,
        text,
        verdict,
        Stream.concat(rewards.stream(), Stream.of(part)).toList(),
        advantage,
        acceptKey,
        place);
  }

  /** The same response, to learn from. */
  Rollout withAdvantage(double value) {
    return new Rollout(
        prompt,
        response,
        written,
        logProbs,
        topIds,
        topLogProbs,
        finished,
        version,
        text,
        verdict,
        rewards,
        value,
        acceptKey,
        place);
  }
}
