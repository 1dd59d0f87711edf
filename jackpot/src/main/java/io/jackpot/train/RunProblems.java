package io.jackpot.train;

import io.jackpot.config.TrainSettings;
import io.jackpot.input.InputException;
import io.jackpot.problems.ProblemSet;
import io.jackpot.problems.Verifier;
import io.jackpot.prompts.Prompts;
import io.jackpot.rollout.Rollout;
import io.jackpot.rollout.Streams;
import io.jackpot.transformer.ModelConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The problems of a run.
 *
 * @param training problems to learn from, in the order in which they are taken
 * @param verifier judges answers to them
 * @param heldOut problems that the policy is measured on and never trained on
 * @param heldOutVerifier judges answers to those
 * @param heldOutBadGold held-out problems left out because their gold answer cannot be read
 * @param heldOutBadLength held-out problems left out because of their prompt's length
 * @param notes lines for people on how the problems were read
 */
record RunProblems(
    Curriculum training,
    Verifier verifier,
    List<Rollout.Prompt> heldOut,
    Verifier heldOutVerifier,
    int heldOutBadGold,
    int heldOutBadLength,
    List<String> notes) {

  /** The number of problems whose prompts are measured, as a sample of all. */
  private static final int MANY = 1024;

  /** Tokens of the longest prompt among the held-out problems and the first to learn from. */
  int longestPrompt() {
    return Stream.concat(heldOut.stream(), training.take(0, MANY).stream())
        .mapToInt(problem -> problem.ids().length)
        .max()
        .orElse(0);
  }

  /** The data sets of a run, as they are read before any model is. */
  record Sets(ProblemSet training, ProblemSet heldOut) {
    /**
     * @throws io.jackpot.input.InputException if one cannot be read
     */
    static Sets read(TrainSettings settings) {
      return new Sets(RunProblems.training(settings), RunProblems.heldOut(settings));
    }
  }

  /** {@link #of(Sets, TrainSettings, TrainingState)} of data sets that are read here. */
  static RunProblems of(TrainSettings settings, TrainingState state) {
    return of(Sets.read(settings), settings, state);
  }

  /**
   * @throws io.jackpot.input.InputException if there are none, or they do not fit the models
   */
  static RunProblems of(Sets sets, TrainSettings settings, TrainingState state) {
    ProblemSet training = sets.training;
    ProblemSet heldOut = sets.heldOut;
    Streams streams = new Streams(settings.seed());
    Prompts prompts =
        new Prompts(settings.template().template("the policy", state::chat), state.tokenizer());
    Curriculum.Limit limit = limit(settings, state);
    Curriculum measured =
        new Curriculum(
            "held-out problems", heldOut.source(), heldOut.verifier(), prompts, streams, limit);
    Curriculum learned =
        new Curriculum("problems", training.source(), training.verifier(), prompts, streams, limit);
    List<String> notes = new ArrayList<>(prompts.notes("problems", training.source()));
    String withoutChat = prompts.withoutChat("problems", training.source());
    if (withoutChat != null) {
      notes.add(withoutChat);
    }
    notes.addAll(prompts.notes("held-out problems", heldOut.source()));
    return new RunProblems(
        learned,
        training.verifier(),
        measured.all(),
        heldOut.verifier(),
        measured.badGold(),
        measured.badLength(),
        notes);
  }

  /** The training problems of a run. */
  static ProblemSet training(TrainSettings settings) {
    return ProblemSet.training(
        settings.problems(),
        settings.fields().fields(),
        settings.fields().limits().limits(),
        settings.arithmetic().operations(),
        settings.arithmetic().modulus(),
        settings.seed());
  }

  /**
   * The held-out problems of a run: as many as {@code evalProblems}, or all if a file has fewer.
   */
  static ProblemSet heldOut(TrainSettings settings) {
    String name = settings.heldOut() == null ? ProblemSet.ARITHMETIC : settings.heldOut();
    return ProblemSet.heldOut(
        name,
        settings.fields().fields(),
        settings.fields().limits().limits(),
        settings.arithmetic().operations(),
        settings.arithmetic().modulus(),
        settings.evalProblems());
  }

  private static Curriculum.Limit limit(TrainSettings settings, TrainingState state) {
    ModelConfig policy = state.policy().model().config();
    ModelConfig sampler = state.actor() == null ? policy : state.actor().model().config();
    ModelConfig shorter = policy.longestSequence() < sampler.longestSequence() ? policy : sampler;
    int room = shorter.longestSequence() - settings.maxResponseTokens();
    if (room < 1) {
      throw new InputException(
          "--max-response-tokens: found %d, expected less than the %d tokens that the models take"
              .formatted(settings.maxResponseTokens(), shorter.longestSequence()));
    }
    Integer asked = settings.maxPromptTokens();
    return asked != null && asked < room
        ? new Curriculum.Limit(asked, "--max-prompt-tokens")
        : new Curriculum.Limit(
            room, shorter.lengthSetting() + " of the models less --max-response-tokens");
  }
}
