package io.jackpot.rollout;

import java.util.List;
import java.util.stream.IntStream;

/**
 * The responses to a batch of problems, in the order in which the updates take them.
 *
 * @param rollouts in order of mini-batch
 * @param equalGroupShare share of the problems whose responses have no advantage, as their rewards
 *     are all equal, so that nothing can be learned from them
 */
public record RolloutBatch(List<Rollout> rollouts, double equalGroupShare) {

  /**
   * @param groups in order of problem
   * @param order indices into their responses in the order of the updates
   */
  public static RolloutBatch of(List<Group> groups, int[] order) {
    List<Rollout> all = groups.stream().flatMap(group -> group.responses().stream()).toList();
    List<Rollout> ordered = IntStream.of(order).mapToObj(all::get).toList();
    double equal = groups.stream().filter(group -> !group.teaches()).count();
    return new RolloutBatch(ordered, equal / groups.size());
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
