package io.jackpot.train;

import io.jackpot.config.TrainSettings;
import io.jackpot.problems.ProblemSet;
import io.jackpot.problems.Verifier;
import io.jackpot.transformer.ModelConfig;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a run asks its models.
 *
 * @param training problems to learn from, in the order in which they are met
 * @param verifier judges answers to them
 * @param heldOut problems that the policy is measured on and never trained on
 * @param heldOutVerifier judges answers to those
 */
record RunProblems(
    Curriculum training,
    Verifier verifier,
    List<RolloutProblem> heldOut,
    Verifier heldOutVerifier) {

  /** Problems that stand for all where only a prompt's length matters. */
  private static final int MANY = 1024;

  /** Tokens of the longest prompt among the held-out problems and the first to learn from. */
  int longestPrompt() {
    return Stream.concat(heldOut.stream(), training.take(0, MANY).stream())
        .mapToInt(problem -> problem.prompt().length)
        .max()
        .orElse(0);
  }

  /**
   * @throws io.jackpot.tensor.InputException if there are none, or they do not fit the models
   */
  static RunProblems of(TrainSettings settings, TrainingState state) {
    ProblemSet training = ProblemSet.forTraining(settings);
    ProblemSet heldOut = ProblemSet.heldOut(settings);
    Streams streams = new Streams(settings.seed());
    ModelConfig policy = state.policy().model().config();
    ModelConfig actor = state.actor().model().config();
    int longest =
        Math.min(policy.longestSequence(), actor.longestSequence()) - settings.maxResponseTokens();
    return new RunProblems(
        new Curriculum(training.source(), training.verifier(), state.tokenizer(), streams, longest),
        training.verifier(),
        new Curriculum(heldOut.source(), heldOut.verifier(), state.tokenizer(), streams, longest)
            .all(),
        heldOut.verifier());
  }
}
