package io.jackpot.rollout;

import io.jackpot.advantage.Advantages;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The responses to one problem.
 *
 * @param greedyReward the reward of the sampler's greedy response; 0 where nobody asks for it
 */
public record Group(List<Rollout> responses, double greedyReward) {

  public Group {
    responses = List.copyOf(responses);
  }

  /** With the advantages that follow from the rewards. */
  public Group with(Advantages advantages) {
    double[] rewards = responses.stream().mapToDouble(Rollout::reward).toArray();
    double[] advantage = advantages.of(rewards, greedyReward);
    return new Group(
        IntStream.range(0, responses.size())
            .mapToObj(i -> responses.get(i).withAdvantage(advantage[i]))
            .toList(),
        greedyReward);
  }

  /** Whether a response has an advantage. */
  public boolean teaches() {
    return responses.stream().anyMatch(response -> response.advantage() != 0);
  }
}
