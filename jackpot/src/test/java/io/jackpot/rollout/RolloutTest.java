package io.jackpot.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jackpot.advantage.Advantages;
import io.jackpot.models.LoadProgress;
import io.jackpot.models.ModelSource;
import io.jackpot.problems.Problem;
import io.jackpot.problems.Verifier.Verdict;
import io.jackpot.rollout.Streams.Purpose;
import io.jackpot.tensor.Ops;
import io.jackpot.tensor.OpsLookup;
import io.jackpot.tensor.Threefry;
import io.jackpot.transformer.Model;
import io.jackpot.transformer.Sample;
import io.jackpot.transformer.Sampler;
import io.jackpot.weights.ModelFolder;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RolloutTest {
  private static final List<int[]> PROMPTS = List.of(new int[] {1, 2}, new int[] {3});
  private static final Sampler.Options OPTIONS = new Sampler.Options(1, 5, Set.of(), 2, 3);

  @Test
  void theRewardIsTheSumOfItsParts() {
    Rollout rollout =
        rollout(new boolean[] {true, false, true}, reward("verifier", 1), reward("length", -0.25));
    assertThat(rollout.reward()).isEqualTo(0.75);
    assertThat(rollout.withAdvantage(2).advantage()).isEqualTo(2);
    assertThat(rollout.tokens()).isEqualTo(3);
    assertThat(rollout.writtenTokens()).isEqualTo(2);
    assertThatThrownBy(() -> rollout(new boolean[2]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("3 ids");
  }

  @Test
  void aBatchIsCutIntoMiniBatchesInTheOrderOfTheUpdates() {
    List<Rollout> all = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      all.add(rollout(new boolean[3], reward("verifier", i == 3 ? 1 : 0)));
    }
    Group equal = new Group(all.subList(0, 2), 0).with(Advantages.GRPO);
    Group teaching = new Group(all.subList(2, 4), 0).with(Advantages.GRPO);
    assertThat(equal.teaches()).isFalse();
    assertThat(teaching.teaches()).isTrue();
    RolloutBatch batch = RolloutBatch.of(List.of(equal, teaching), new int[] {3, 0, 2, 1});
    assertThat(batch.equalGroupShare()).isEqualTo(0.5);
    assertThat(batch.miniBatch(1, 2))
        .containsExactly(teaching.responses().get(0), equal.responses().get(1));
    assertThat(batch.tokensBefore(1, 2)).isEqualTo(6);
  }

  @Test
  void localWorkersAnswerInOrderWithTheWeightsThatAreAskedFor() {
    ModelFolder folder = ModelSource.load("builtin:actor", LoadProgress.NONE);
    Model model = new Model(folder.config(), folder.parameters());
    Streams streams = new Streams(5);
    long stream = streams.key(Purpose.SAMPLE, 7);
    try (Ops ops = OpsLookup.open(1)) {
      Workers workers = new LocalWorkers(new Sampler(ops, model), () -> {});
      workers.publish(4, model);
      List<Sample> samples = workers.sample(Workers.Job.of(4, PROMPTS, 0, 3, OPTIONS, stream));
      List<Sample> expected =
          new Sampler(ops, model)
              .sample(
                  PROMPTS,
                  3,
                  OPTIONS,
                  (prompt, sample, position) ->
                      Threefry.uniform(
                          streams.key(Purpose.SAMPLE, 7, prompt, sample), position, 0));
      assertThat(samples).usingRecursiveComparison().isEqualTo(expected);

      // A prompt's number, not its place among others, names its random numbers.
      List<Sampler.Request> second = List.of(new Sampler.Request(0, 2));
      Workers.Job alone =
          new Workers.Job(4, PROMPTS.subList(1, 2), new int[] {1}, second, OPTIONS, stream);
      assertThat(workers.sample(alone).getFirst().ids()).isEqualTo(expected.getLast().ids());

      assertThatThrownBy(() -> workers.sample(Workers.Job.of(5, PROMPTS, 0, 1, OPTIONS, stream)))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("update 4")
          .hasMessageContaining("update 5");
    }
  }

  private static Rollout.Reward reward(String name, double value) {
    return new Rollout.Reward(name, value);
  }

  private static Rollout rollout(boolean[] written, Rollout.Reward... rewards) {
    return new Rollout(
        new Rollout.Prompt(new Problem("1+1=", "2", null), new int[] {1}),
        new int[] {4, 5, 6},
        written,
        new float[3],
        new int[0],
        new float[0],
        true,
        0,
        "2",
        Verdict.CORRECT,
        List.of(rewards),
        0,
        9,
        new Rollout.Place(1, 0, 0));
  }
}
