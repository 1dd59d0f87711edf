package io.jackpot.train;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The responses to a batch of problems, in the order in which the updates take them.
 *
 * @param experiences in order of mini-batch
 * @param equalGroupShare share of the problems whose responses all have the same reward, and so say
 *     nothing
 */
record Rollout(List<Experience> experiences, double equalGroupShare) {

  /**
   * @param groups in order of problem
   * @param samples responses a problem
   * @param order the places in {@code groups} in the order of the updates
   */
  static Rollout of(List<Experience> groups, int samples, int[] order) {
    int equal = 0;
    for (int start = 0; start < groups.size(); start += samples) {
      double first = groups.get(start).reward();
      boolean same =
          groups.subList(start, start + samples).stream().allMatch(e -> e.reward() == first);
      equal += same ? 1 : 0;
    }
    List<Experience> ordered = new ArrayList<>(groups.size());
    Arrays.stream(order).forEach(i -> ordered.add(groups.get(i)));
    return new Rollout(ordered, equal * (double) samples / groups.size());
  }

  /** Mini-batch {@code index} of {@code size} responses each. */
  List<Experience> miniBatch(int index, int size) {
    return experiences.subList(index * size, (index + 1) * size);
  }

  /** Response tokens before mini-batch {@code index}. */
  int tokensBefore(int index, int size) {
    return (int) StepMetrics.tokens(experiences.subList(0, index * size));
  }
}
