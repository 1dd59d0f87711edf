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
import io.jackpot.report.BestEvaluation;
import io.jackpot.report.Interruption;
import io.jackpot.report.Interruption.InterruptedRunException;
import io.jackpot.report.ProgressLine;
import io.jackpot.rollout.Rollout;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * The {@code train} command. A run is a folder. An interrupted run resumes from its last
 * checkpoint, and its results are bit-identical to those of an uninterrupted one.
 */
public final class Training {
  private static final Resumption.Kind<TrainSettings> KIND =
      new Resumption.Kind<>() {
        @Override
        public List<String> noted() {
          return List.of("steps", "keepBest", "stopAfter", "microBatchTokens");
        }

        @Override
        public void check(Path checkpoint, TrainSettings settings) {
          TrainingState.check(checkpoint, settings);
        }

        @Override
        public int lastWithout(TrainSettings settings) {
          return 0; // Step 0 is saved before the first update.
        }
      };

  private final PrintWriter log;
  private final boolean terminal;
  private final Interruption interruption;

  /**
   * @param log gets the progress
   * @param terminal whether that is a terminal
   */
  public Training(PrintWriter log, boolean terminal) {
    this(log, terminal, Interruption.byRequest());
  }

  /**
   * @param log gets the progress
   * @param terminal whether that is a terminal
   * @param interruption ends a run after the update that runs, with a checkpoint
   */
  public Training(PrintWriter log, boolean terminal, Interruption interruption) {
    this.log = log;
    this.terminal = terminal;
    this.interruption = interruption;
  }

  /**
   * Runs from start to end.
   *
   * @param run the run's folder, which must be empty or not exist
   * @return the last line of metrics
   * @throws InputException if the settings, the models or the problems do not fit, or the run
   *     cannot be written
   * @throws TrainingStoppedException if a loss or a gradient is not finite
   * @throws InterruptedRunException if it was interrupted
   */
  public ObjectNode start(TrainSettings settings, Path run) {
    Settings<TrainSettings> all = Settings.of(TrainSettings.class);
    RunFolder.requireFree(run);
    checkModels(settings);
    RunProblems.Sets sets = check(settings);
    return run(
        run,
        settings,
        sets,
        fresh(settings),
        Resumption.none(settings),
        fitted -> RunFolder.create(run, all.toJson(fitted), log));
  }

  /** {@link #resume(Path, Map, boolean)} that is not strict. */
  public ObjectNode resume(Path run, Map<String, @Nullable Object> changes) {
    return resume(run, changes, false);
  }

  /**
   * Resumes a run from its last whole checkpoint. With other {@code steps} it continues as a run
   * that was planned for so many: with its learning rates, and to its end. Lines and checkpoints
   * that there are stay.
   *
   * @param changes of the run's settings, as {@link Settings#flags} gives them; all {@link
   *     Settings#changeable}
   * @param strict refuse to go on with other ops than before, or vectors of another width
   * @return the last line of metrics
   * @throws InputException if there is no such run, it has as many steps as {@code changes} ask
   *     for, its files are not what its checkpoints say, or as {@link #start}
   * @throws TrainingStoppedException as {@link #start}
   * @throws InterruptedRunException as {@link #start}
   */
  public ObjectNode resume(Path run, Map<String, @Nullable Object> changes, boolean strict) {
    try (RunFolder folder = RunFolder.existing(run, log)) {
      return resume(run, folder, changes, strict);
    }
  }

  private ObjectNode resume(
      Path run, RunFolder folder, Map<String, @Nullable Object> changes, boolean strict) {
    Settings<TrainSettings> all = Settings.of(TrainSettings.class);
    TrainSettings before = RunFolder.settings(run, log);
    Resumption<TrainSettings> resumed =
        Resumption.of(run, folder, all, before, changes, strict, KIND);
    TrainSettings settings = resumed.settings();
    Path checkpoint = resumed.checkpoint();
    if (checkpoint == null) {
      checkModels(settings);
    }
    RunProblems.Sets sets = check(settings);
    TrainingState state =
        checkpoint == null ? fresh(settings) : TrainingState.load(checkpoint, settings);
    return run(
        run, settings, sets, state, resumed, fitted -> resumed.open(folder, all, KIND, fitted));
  }

  /** Checks what needs no weights, which may take long to load: the device and the data sets. */
  private static RunProblems.Sets check(TrainSettings settings) {
    var _ = settings.compute().room(settings.dtypes());
    return RunProblems.Sets.read(settings);
  }

  /** The same of the models that a run starts from: their places and the template. */
  private static void checkModels(TrainSettings settings) {
    ModelSource.requireExists(settings.policy());
    if (settings.twoModels()) {
      ModelSource.requireExists(settings.actor());
    }
    LocalDateTime now = LocalDateTime.now(ZoneId.systemDefault());
    var _ =
        settings
            .template()
            .template("the policy", () -> ModelSource.chatTemplate(settings.policy(), now));
  }

  private TrainingState fresh(TrainSettings settings) {
    return TrainingState.fresh(settings, LoadProgress.on(log, terminal));
  }

  /**
   * Runs to the end.
   *
   * @param asked the settings, whose tokens of a pass may have to be chosen
   * @param open opens the folder of the run, once everything else is known to fit
   */
  private ObjectNode run(
      Path run,
      TrainSettings asked,
      RunProblems.Sets sets,
      TrainingState state,
      Resumption<TrainSettings> origin,
      Function<TrainSettings, RunFolder> open) {
    RunProblems problems = RunProblems.of(sets, asked, state);
    state.position().require(problems.training());
    requireSpace(run, asked, state, origin.kept());
    Reference reference = Reference.load(asked, state, run, LoadProgress.on(log, terminal));
    MemoryPlan.Room room = asked.compute().room(asked.dtypes());
    RunMemory memory = RunMemory.of(asked, state, reference, problems, room);
    TrainSettings settings = asked.withPassTokens(memory.passTokens());
    try (Compute device = settings.compute().open(memory::plan)) {
      List<String> from = origin.lines(device.ops().arithmetic());
      try (RunFolder folder = open.apply(settings);
          Interruption.Scope signals =
              interruption.listen(
                  log,
                  "stops after the update that runs, with a checkpoint; what is being sampled will be sampled again");
          ProgressLine progress = new ProgressLine(log, terminal, settings.steps())) {
        announce(run, device, settings, state, problems);
        if (!room.onDevice()) {
          log.println(memory.line(asked, room));
        }
        if (reference != null) {
          reference.note(run);
          log.println(reference.announcement(settings));
        }
        from.forEach(log::println);
        log.flush();
        StepRecorder recorder =
            new StepRecorder(folder, progress, problems.training(), state.elapsedSeconds());
        TrainingLoop loop =
            new TrainingLoop(
                device,
                settings,
                problems,
                state,
                reference,
                folder,
                recorder,
                interruption,
                memory.slots());
        Path checkpoint = origin.checkpoint();
        return working(
            run,
            memory,
            () -> {
              if (checkpoint != null) {
                loop.resume(checkpoint);
              }
              loop.run();
              progress.done();
              ended(run, settings, folder, loop, recorder.best());
              nextCommands(run, settings, problems, state, loop, recorder.best())
                  .forEach(log::println);
              log.flush();
              return folder.lastMetrics();
            });
      }
    }
  }

  private static ObjectNode working(Path run, RunMemory memory, Supplier<ObjectNode> work) {
    return HeapSpace.within(
        "train", run, memory.plan(), memory.smaller(), () -> DiskSpace.writing("train", run, work));
  }

  /**
   * Says how a run ended, and writes its page.
   *
   * @throws InterruptedRunException if it was interrupted before its end
   */
  private void ended(
      Path run, TrainSettings settings, RunFolder folder, TrainingLoop loop, BestEvaluation best) {
    folder.warnings().forEach(warning -> log.println("warning: " + warning));
    log.println("report: " + folder.page().write());
    if (!loop.isOver()) {
      log.printf("%s; to resume:%n  %s%n", loop.interrupted(), NextCommands.resume("train", run));
      log.flush();
      throw interruption.stopped();
    }
    if (loop.step() < settings.steps()) {
      log.printf(
          "stopped after step %d of %d: %d evaluations without a gain (--stop-after %d); the best was %.4f after step %d; --resume with another --stop-after goes on%n",
          loop.step(),
          settings.steps(),
          best.since(),
          settings.stopAfter(),
          best.accuracy(),
          best.step());
    }
  }

  private static void requireSpace(
      Path run, TrainSettings settings, TrainingState state, int kept) {
    long checkpoint = state.bytes();
    int left = settings.steps() - Math.max(0, kept);
    DiskSpace.require(
        run,
        checkpoint,
        settings.keepCheckpoints() + (settings.keepBest() ? 1 : 0),
        Math.ceilDiv(left, settings.checkpointEvery()) + (kept < 0 ? 1 : 0),
        new DiskSpace.Besides(
            "the models of --token-log",
            (long) ((double) checkpoint * TokenLog.keptSteps(settings, Math.max(0, kept)).count())),
        "give another --out, or a smaller --keep-checkpoints");
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
      log.println("warning: --learning-rate 0: no update changes a model, the run only measures");
    } else if (settings.steps() > 0 && (policy || actor)) {
      log.println(
          policy
              ? "--learning-rate 0: the policy does not change"
              : "--actor-learning-rate 0: the actor does not change");
    }
  }

  private static List<String> nextCommands(
      Path run,
      TrainSettings settings,
      RunProblems problems,
      TrainingState state,
      TrainingLoop loop,
      BestEvaluation best) {
    List<Problem> some = problems.heldOut().stream().map(Rollout.Prompt::problem).toList();
    List<String> next = new ArrayList<>();
    Path kept = RunFolder.checkpoints(run).find(best.step()).orElse(null);
    if (kept != null && best.step() < loop.step()) {
      next.add(
          "best: held-out accuracy %.4f after step %d; as a model: %s"
              .formatted(best.accuracy(), best.step(), kept));
    }
    next.addAll(NextCommands.of(settings, run, loop.step(), some, state.chat() != null));
    return next;
  }

  private void padding(String whose, Trained trained) {
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
          "--ratio-level sequence, --aggregation token-mean: long responses count more than in GSPO, which has sequence-mean");
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
