package io.jackpot.train;

import io.jackpot.config.TrainSettings;
import io.jackpot.rollout.Group;
import io.jackpot.rollout.Rollout;
import io.jackpot.rollout.RolloutCollector;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * Samples the groups of a rollout. Where it is asked for, groups without an advantage are replaced
 * by those of further problems (Yu et al., 2025, DAPO, 3.2), and the divergence from a reference is
 * taken from the rewards.
 */
final class GroupSampler {

  /** Σ KL(p_ref‖p_reference) over the tokens of each response. */
  @FunctionalInterface
  interface Divergence {
    double[] of(List<Rollout> rollouts);
  }

  /**
   * The groups of a rollout.
   *
   * @param problems taken, those of replaced groups included
   * @param batches sampled, one after another
   * @param teaching groups with an advantage, of those that were sampled
   */
  record Sampled(List<Group> groups, int problems, int batches, int teaching) {

    /** The mean over the groups. */
    double mean(ToDoubleFunction<Group> value) {
      return groups.stream().mapToDouble(value).average().orElse(Double.NaN);
    }
  }

  private final RolloutCollector collector;
  private final Curriculum training;
  private final TrainSettings settings;
  private final Divergence divergence;

  /**
   * @param divergence asked for where the settings have it in the reward
   */
  GroupSampler(
      RolloutCollector collector,
      Curriculum training,
      TrainSettings settings,
      Divergence divergence) {
    this.collector = collector;
    this.training = training;
    this.settings = settings;
    this.divergence = divergence;
  }

  /**
   * The groups of {@code prompts} problems.
   *
   * @param first problem of the run that is taken
   * @param batches how often groups without an advantage may be replaced, plus one. Those that are
   *     left then fill the rollout
   * @param number of the rollout
   * @param version of the weights, which are published
   */
  Sampled sample(long first, int prompts, int batches, int number, int version) {
    List<Group> teaching = new ArrayList<>();
    List<Group> others = new ArrayList<>();
    int taken = 0;
    int batch = 0;
    while (batch < batches && teaching.size() < prompts) {
      int count = prompts - teaching.size();
      List<Group> groups =
          collector.collect(
              training.take(first + taken, count),
              taken,
              settings.samplesPerPrompt(),
              settings.advantage(),
              number,
              version);
      for (Group group : groups) {
        (batches == 1 || group.teaches() ? teaching : others).add(group);
      }
      taken += count;
      batch++;
    }
    int found = (int) teaching.stream().filter(Group::teaches).count();
    teaching.addAll(others.subList(0, prompts - teaching.size()));
    return new Sampled(
        settings.loss().hasReference() && settings.loss().isInReward()
            ? penalized(teaching)
            : List.copyOf(teaching),
        taken,
        batch,
        found);
  }

  private List<Group> penalized(List<Group> groups) {
    List<Rollout> all = groups.stream().flatMap(group -> group.responses().stream()).toList();
    double[] sums = divergence.of(all);
    double coefficient = settings.loss().referenceKl();
    List<Rollout> changed = new ArrayList<>();
    for (int i = 0; i < sums.length; i++) {
      double penalty = 0 - coefficient * sums[i];
      changed.add(all.get(i).withReward(new Rollout.Reward(Rollout.Reward.REFERENCE_KL, penalty)));
    }
    Iterator<Rollout> next = changed.iterator();
    return groups.stream()
        .map(group -> group.map(_ -> next.next()).with(settings.advantage()))
        .toList();
  }
}
