package io.jackpot.train;

import io.jackpot.config.TrainSettings;
import io.jackpot.rollout.Group;
import io.jackpot.rollout.Rollout;
import io.jackpot.rollout.RolloutCollector;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

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
  record Sampled(List<Group> groups, int problems, int batches, int teaching) {}

  private final RolloutCollector collector;
  private final Curriculum training;
  private final TrainSettings settings;
  private final @Nullable Divergence divergence;

  /**
   * @param divergence that is taken from rewards; null for none
   */
  GroupSampler(
      RolloutCollector collector,
      Curriculum training,
      TrainSettings settings,
      @Nullable Divergence divergence) {
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
        divergence == null ? List.copyOf(teaching) : penalized(teaching, divergence),
        taken,
        batch,
        found);
  }

  /** The groups with what the divergence takes from their rewards. */
  private List<Group> penalized(List<Group> groups, Divergence penalty) {
    List<Rollout> all = groups.stream().flatMap(group -> group.responses().stream()).toList();
    double[] sums = penalty.of(all);
    double coefficient = settings.loss().referenceKl();
    List<Group> changed = new ArrayList<>();
    int i = 0;
    for (Group group : groups) {
      List<Rollout> responses = new ArrayList<>();
      for (Rollout response : group.responses()) {
        double part = 0 - coefficient * sums[i];
        responses.add(response.withReward(new Rollout.Reward(Rollout.Reward.REFERENCE_KL, part)));
        i++;
      }
      changed.add(new Group(responses, group.greedyReward()).with(settings.advantage()));
    }
    return changed;
  }
}
