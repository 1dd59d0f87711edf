package io.jackpot.rollout;

import java.util.List;
import java.util.stream.IntStream;

/**
 * The responses to a batch of problems, in the order in which the updates take them.
 *
 * @param rollouts in order of mini-batch
 * @param equalGroupShare share of the problems whose responses all have the same reward, so that
 *     nothing can be learned from them
 */
public record RolloutBatch(List<Rollout> rollouts, double equalGroupShare) {

  /**
   * @param groups in order of problem
   * @param samples responses per problem
   * @param order indices into {@code groups} in the order of the updates
   */
  public static RolloutBatch of(List<Rollout> groups, int samples, int[] order) {
    int equal = 0;
    for (int start = 0; start < groups.size(); start += samples) {
      double first = groups.get(start).reward();
      boolean same =
          groups.subList(start, start + samples).stream().allMatch(r -> r.reward() == first);
      equal += same ? 1 : 0;
    }
    List<Rollout> ordered = IntStream.of(order).mapToObj(groups::get).toList();
    return new RolloutBatch(ordered, equal * (double) samples / groups.size());
  }

  /** Mini-batch {@code index} of {@code size} responses each. */
  public List<Rollout> miniBatch(int index, int size) {
    return rollouts.subList(index * size, (index + 1) * size);
  }

  /** Response tokens before mini-batch {@code index}. */
  public int tokensBefore(int index, int size) {
    return rollouts.subList(0, index * size).stream().mapToInt(Rollout::tokens).sum();
  }
}
