package io.jackpot.train;

import io.jackpot.config.ModelDefaults;
import io.jackpot.config.Settings;
import io.jackpot.config.TrainSettings;
import io.jackpot.devices.Compute;
import io.jackpot.devices.MemoryPlan;
import io.jackpot.input.InputException;
import io.jackpot.input.Names;
import io.jackpot.models.LoadProgress;
import io.jackpot.models.ModelSource;
import io.jackpot.objective.Extensions;
import io.jackpot.objective.ObjectiveOptions.Aggregation;
import io.jackpot.problems.Problem;
import io.jackpot.report.ProgressLine;
import io.jackpot.rollout.Rollout;
import io.jackpot.weights.Checkpoints;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * The {@code train} command. A run is a folder. An interrupted run resumes from its last
 * checkpoint, and its results are bit-identical to those of an uninterrupted one.
 */
public final class Training {
  /** The step before step 0. */
  private static final int NOTHING_YET = -1;

  private final PrintWriter log;
  private final boolean terminal;

  /**
   * @param log gets the progress
   * @param terminal whether that is a terminal
   */
  public Training(PrintWriter log, boolean terminal) {
    this.log = log;
    this.terminal = terminal;
  }

  /**
   * Runs from start to end.
   *
   * @param run the run's folder, which must be empty or not exist
   * @return the last line of metrics
   * @throws InputException if the settings, the models or the problems do not fit, or the run
   *     cannot be written
   * @throws TrainingStoppedException if a loss or a gradient is not finite
   */
  public ObjectNode start(TrainSettings settings, Path run) {
    String instead = ", or resume this run with --resume " + run;
    return run(
        run,
        settings,
        fresh(settings),
        true,
        fitted -> {
          ObjectNode config = Settings.of(TrainSettings.class).toJson(fitted);
          return RunFolder.create(run, config, instead);
        },
        "");
  }

  /**
   * Resumes a run from its last whole checkpoint. With other {@code steps} it continues as a run
   * that was planned for so many: with its learning rates, and to its end. Lines and checkpoints
   * that there are stay.
   *
   * @param changes of the run's settings, as {@link Settings#flags} gives them; all {@link
   *     Settings#changeable}
   * @return the last line of metrics
   * @throws InputException if there is no such run, it has as many steps as {@code changes} ask
   *     for, or as {@link #start}
   * @throws TrainingStoppedException as {@link #start}
   */
  public ObjectNode resume(Path run, Map<String, @Nullable Object> changes) {
    Settings<TrainSettings> all = Settings.of(TrainSettings.class);
    TrainSettings before = RunFolder.settings(run, log);
    TrainSettings settings = all.build(all.values(before), changes);
    Optional<Path> checkpoint = RunFolder.checkpoints(run).latest(log::println);
    int kept = checkpoint.map(Checkpoints::step).orElse(NOTHING_YET);
    int steps = settings.steps();
    if (changes.containsKey("steps") && steps <= kept) {
      throw new InputException(
          "steps %d: %s has made %d of %d already, expected more than %d"
              .formatted(steps, run, kept, before.steps(), kept));
    }
    TrainingState state =
        checkpoint.map(path -> TrainingState.load(path, settings)).orElseGet(() -> fresh(settings));
    String from =
        checkpoint.isEmpty()
            ? "no checkpoint yet: starting again from the beginning"
            : "resuming after step " + kept + " of " + before.steps();
    if (steps != before.steps()) {
      int next = Math.max(kept, 0) + 1;
      float rate =
          settings.decay().rate(settings.learningRate(), next, settings.warmupSteps(), steps);
      from +=
          "\nsteps %d in place of %d: from step %d on the learning rate is that of a run of %d steps, %.3g in step %d"
              .formatted(steps, before.steps(), next, steps, rate, next);
    }
    if (changes.containsKey("microBatchTokens")) {
      from +=
          "\nmicroBatchTokens %s in place of %s: the gradients of an update that one pass does not hold are added up in other parts, so results may differ in their last digits from those of an unchanged run"
              .formatted(
                  Objects.toString(settings.microBatchTokens(), "auto"),
                  Objects.toString(before.microBatchTokens(), "auto"));
    }
    return run(
        run,
        settings,
        state,
        checkpoint.isEmpty(),
        fitted -> RunFolder.open(run, kept, steps, fitted.passTokens()),
        from);
  }

  private TrainingState fresh(TrainSettings settings) {
    return TrainingState.fresh(settings, LoadProgress.on(log, terminal));
  }

  /**
   * Runs to the end.
   *
   * @param fromStart whether to measure step 0 first
   * @param asked the settings, whose tokens of a pass may have to be chosen
   * @param open opens the folder of the run, once everything else is known to fit
   * @param from a line on where a resumed run continues; empty for a new one
   */
  private ObjectNode run(
      Path run,
      TrainSettings asked,
      TrainingState state,
      boolean fromStart,
      Function<TrainSettings, RunFolder> open,
      String from) {
    RunProblems problems = RunProblems.of(asked, state);
    state.position().require(problems.training());
    Reference reference = Reference.load(asked, state, run, LoadProgress.on(log, terminal));
    MemoryPlan.Room room = asked.compute().room(asked.dtypes());
    RunMemory memory = RunMemory.of(asked, state, reference, problems, room);
    TrainSettings settings = asked.withPassTokens(memory.passTokens());
    try (Compute device = settings.compute().open(memory::plan);
        RunFolder folder = open.apply(settings)) {
      announce(run, device, settings, state, problems);
      if (!room.onDevice()) {
        log.println(memory.line(asked, room));
      }
      if (reference != null) {
        reference.note(run);
        log.println(reference.announcement(settings));
      }
      from.lines().forEach(log::println);
      try (ProgressLine progress = new ProgressLine(log, terminal, settings.steps())) {
        StepRecorder recorder =
            new StepRecorder(folder, progress, problems.training(), state.elapsedSeconds());
        TrainingLoop loop =
            new TrainingLoop(
                device, settings, problems, state, reference, folder, recorder, memory.slots());
        if (fromStart) {
          loop.begin();
        }
        loop.run();
        progress.done();
        folder.warnings().forEach(warning -> log.println("warning: " + warning));
        log.println("report: " + folder.report());
        nextCommands(run, settings, problems, state).forEach(log::println);
        log.flush();
        return folder.lastMetrics();
      }
    }
  }

  private void leftOut(String what, int badGold, int badLength) {
    if (badGold > 0) {
      log.println(badGold + " " + what + " are left out: their answers cannot be read");
    }
    if (badLength > 0) {
      log.println(badLength + " " + what + " are left out: their prompts are empty or too long");
    }
  }

  /** Says which models no update can change although they have a loss. */
  private void frozen(TrainSettings settings) {
    boolean policy = settings.learningRate() == 0;
    boolean hasActor =
        settings.objective().actorCorrection() != null || settings.distillCoefficient() > 0;
    boolean actor = hasActor && settings.actorRate() == 0;
    if (settings.steps() > 0 && policy && (actor || !hasActor)) {
      log.println("warning: learningRate 0: no update changes a model, the run only measures");
    } else if (settings.steps() > 0 && (policy || actor)) {
      log.println(
          policy
              ? "learningRate 0: the policy does not change"
              : "actorLearningRate 0: the actor does not change");
    }
  }

  private static List<String> nextCommands(
      Path run, TrainSettings settings, RunProblems problems, TrainingState state) {
    List<Problem> some = problems.heldOut().stream().map(Rollout.Prompt::problem).toList();
    return NextCommands.of(settings, run, settings.steps(), some, state.chat() != null);
  }

  private void padding(String whose, TrainingState.Trained trained) {
    String line = ModelSource.withoutPadding(whose, trained.folder().paddingIds());
    if (line != null) {
      log.println(line);
    }
  }

  private void announce(
      Path run, Compute device, TrainSettings settings, TrainingState state, RunProblems problems) {
    log.println("run " + run);
    device.lines().forEach(log::println);
    log.printf(
        "policy %s, %,d parameters; %s; arm %s%n",
        settings.policy(),
        state.policy().folder().parameters().count(),
        state.actor() == null
            ? "it samples for itself, no actor is loaded"
            : "actor %s, %,d parameters"
                .formatted(settings.actor(), state.actor().folder().parameters().count()),
        Names.of(settings.arm()));
    String optimizer = ModelDefaults.of(settings.policy(), settings.actor()).line(settings);
    if (!optimizer.isEmpty()) {
      log.println(optimizer);
    }
    padding("the policy", state.policy());
    if (state.actor() != null) {
      padding("the actor", state.actor());
    }
    int vocabulary = state.policy().model().config().vocabularySize();
    if (settings.dtypes().rounded() && settings.topK() < vocabulary) {
      log.printf(
          "the sampler rounds: klPolicyActor and klActorPolicy are lower bounds, of its %d most probable ids and all others as one%n",
          settings.topK());
    }
    String tokenLog = TokenLog.announcement(settings, state);
    if (tokenLog != null) {
      log.println(tokenLog);
    }
    if (settings.loss().ratioLevel() == Extensions.RatioLevel.SEQUENCE
        && settings.aggregation() == Aggregation.TOKEN_MEAN) {
      log.println(
          "ratioLevel sequence, aggregation token-mean: long responses count more than in GSPO, which has sequence-mean");
    }
    frozen(settings);
    problems.notes().forEach(log::println);
    leftOut("problems", problems.training().badGold(), problems.training().badLength());
    leftOut("held-out problems", problems.heldOutBadGold(), problems.heldOutBadLength());
    int common = problems.training().common(problems.heldOut());
    if (common > 0) {
      log.printf(
          "warning: %d of %d held-out problems are among those that are trained on%n",
          common, problems.heldOut().size());
    }
    log.flush();
  }
}
