package io.jackpot.train;

import io.jackpot.config.ModelDefaults;
import io.jackpot.config.Settings;
import io.jackpot.config.SftSettings;
import io.jackpot.devices.Compute;
import io.jackpot.devices.MemoryPlan;
import io.jackpot.input.InputException;
import io.jackpot.models.LoadProgress;
import io.jackpot.models.ModelSource;
import io.jackpot.problems.DataFile;
import io.jackpot.prompts.Demonstrations;
import io.jackpot.report.Interruption;
import io.jackpot.report.Interruption.InterruptedRunException;
import io.jackpot.report.ProgressLine;
import io.jackpot.train.PackedResponses.Sequence;
import io.jackpot.transformer.ModelConfig;
import io.jackpot.weights.Json;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * The {@code sft} command: supervised fine-tuning. The folder of the run gets {@code config.json},
 * a line of {@code metrics.jsonl} per update, {@code report.html}, {@code checkpoints/}, and
 * finally the model as {@code model/}. An interrupted run resumes from its last checkpoint, and its
 * results are bit-identical to those of an uninterrupted one.
 */
public final class Sft {
  /** Tokens of a pass where memory is not short. */
  private static final int MOST_TOKENS = 8192;

  /** Bytes that an update has for each of its examples, besides those of a pass. */
  private static final int PER_EXAMPLE_BYTES = 64;

  private static final Settings<SftSettings> SETTINGS = Settings.of(SftSettings.class);
  private static final String MODEL = "model";

  private static final Resumption.Kind<SftSettings> KIND =
      new Resumption.Kind<>() {
        @Override
        public List<String> noted() {
          return List.of(
              "steps",
              "dtype",
              "shardMegabytes",
              "checkpointEvery",
              "keepCheckpoints",
              "microBatchTokens");
        }

        @Override
        public void check(Path checkpoint, SftSettings settings) {
          SftState.check(checkpoint);
        }

        @Override
        public int lastWithout(SftSettings settings) {
          return settings.checkpointEvery();
        }
      };

  private final PrintWriter log;
  private final boolean terminal;
  private final Interruption interruption;

  /**
   * @param log gets the progress
   * @param terminal whether that is a terminal
   * @param interruption ends a run after the update that runs, with a checkpoint
   */
  public Sft(PrintWriter log, boolean terminal, Interruption interruption) {
    this.log = log;
    this.terminal = terminal;
    this.interruption = interruption;
  }

  /**
   * Trains {@code settings.model()} and saves the result.
   *
   * @return the last line of metrics
   * @throws InputException if the model or the data cannot be read, or the run cannot be written
   * @throws TrainingStoppedException if a loss or a gradient is not finite
   * @throws InterruptedRunException if it was interrupted
   */
  public ObjectNode start(SftSettings settings) {
    Path run = Path.of(settings.out());
    RunFolder.requireFree(run);
    check(settings);
    return run(
        run,
        Resumption.none(settings),
        SftState.fresh(settings, LoadProgress.on(log, terminal)),
        fitted -> RunFolder.create(run, SETTINGS.toJson(fitted), log));
  }

  /** Checks what needs no weights, which may take long to load. */
  private static void check(SftSettings settings) {
    var _ = settings.compute().room();
    String model = ModelSource.resolve(settings.model());
    ModelSource.requireExists(model);
    var _ = DataFile.files(settings.data());
    LocalDateTime now = LocalDateTime.now(ZoneId.systemDefault());
    var _ = settings.template().template(model, () -> ModelSource.chatTemplate(model, now));
  }

  /**
   * Resumes a run from its last whole checkpoint. With other {@code steps} it continues as a run
   * that was planned for so many.
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
      ObjectNode config = Json.read(folder.config());
      if (config.has("policy")) {
        throw new InputException(
            "%s: a run of train, expected: %s".formatted(run, NextCommands.resume("train", run)));
      }
      SftSettings before = SETTINGS.fromJson(config, folder.config().toString());
      Resumption<SftSettings> resumed =
          Resumption.of(run, folder, SETTINGS, before, changes, strict, KIND);
      SftSettings settings = resumed.settings();
      Path checkpoint = resumed.checkpoint();
      if (checkpoint == null
          && !config.has("checkpointEvery")
          && Files.exists(run.resolve(MODEL))) {
        throw new InputException(
            "%s: a run of an earlier version, which has no checkpoints; expected a new run with --model %s"
                .formatted(run, run));
      }
      SftState state =
          checkpoint == null
              ? SftState.fresh(settings, LoadProgress.on(log, terminal))
              : SftState.load(checkpoint, settings);
      return run(run, resumed, state, fitted -> resumed.open(folder, SETTINGS, KIND, fitted));
    }
  }

  /**
   * Runs to the end.
   *
   * @param open opens the folder of the run, once everything else is known to fit
   */
  private ObjectNode run(
      Path run,
      Resumption<SftSettings> origin,
      SftState state,
      Function<SftSettings, RunFolder> open) {
    SftSettings asked = origin.settings();
    Demonstrations.Data data = state.read(asked);
    requireSpace(run, asked, state.trained(), origin.kept());
    requireBatch(asked.trainBatch());
    List<Sequence> examples =
        data.demonstrations().stream()
            .map(each -> new Sequence(each.ids(), each.targets()))
            .toList();
    int longest = examples.stream().mapToInt(Sequence::tokens).max().orElse(1);
    ModelConfig config = state.trained().folder().config();
    MemoryPlan.Room room = asked.compute().room();
    Integer tokens = asked.microBatchTokens();
    int fitting =
        RunMemory.passTokens(
            tokens == null ? MOST_TOKENS : tokens,
            longest,
            room,
            each -> plan(asked, config, longest, each));
    SftSettings settings = asked.withPassTokens(tokens == null ? fitting : tokens);
    MemoryPlan plan = plan(settings, config, longest, settings.passTokens());
    int pass = passTokens(settings, longest, settings.passTokens());
    String smaller = RunMemory.smaller(settings.recomputeActivations(), pass, longest, fitting);
    try (Compute device = settings.compute().open(() -> plan)) {
      List<String> from = origin.lines(device.ops().arithmetic());
      try (RunFolder folder = open.apply(settings);
          Interruption.Scope signals =
              interruption.listen(log, "stops after the update that runs, with a checkpoint");
          ProgressLine progress = ProgressLine.forSft(log, terminal, settings.steps())) {
        device.lines().forEach(log::println);
        if (!room.onDevice()) {
          log.println(
              (plan.fits(room) ? plan.heapLine(room) : "warning: at worst, " + plan.tooMuch(room))
                  + "; passes of at most %,d tokens (--micro-batch-tokens)"
                      .formatted(settings.passTokens()));
        }
        log.println("model " + state.name());
        log.println(ModelDefaults.line(settings));
        data.notes().forEach(log::println);
        from.forEach(log::println);
        log.flush();
        SftLoop loop =
            new SftLoop(
                settings,
                device.ops(),
                state,
                examples,
                SftState.fingerprint(data.demonstrations()),
                folder,
                origin.kept());
        Supplier<ObjectNode> work =
            () -> {
              loop.run(progress, interruption);
              progress.done();
              return ended(run, settings, state, folder, loop);
            };
        return HeapSpace.within(
            "sft", run, plan, smaller, () -> DiskSpace.writing("sft", run, work));
      }
    }
  }

  /** Saves the model of a run that is over, and writes the page. */
  private ObjectNode ended(
      Path run, SftSettings settings, SftState state, RunFolder folder, SftLoop loop) {
    boolean over = loop.step() >= settings.steps();
    if (over) {
      loop.saveLast(log);
      state.saveModel(run.resolve(MODEL), settings);
    }
    log.println("report: " + folder.page().write());
    if (!over) {
      log.printf(
          "interrupted after step %d of %d, which a checkpoint has; to resume:%n  %s%n",
          loop.step(), settings.steps(), NextCommands.resume("sft", run));
      log.flush();
      throw interruption.stopped();
    }
    return folder.lastMetrics();
  }

  private static void requireSpace(Path run, SftSettings settings, Trained trained, int kept) {
    int left = settings.steps() - Math.max(0, kept);
    DiskSpace.require(
        run,
        trained.bytes(),
        settings.keepCheckpoints(),
        Math.max(kept < 0 ? 1 : 0, Math.ceilDiv(left, settings.checkpointEvery())),
        new DiskSpace.Besides("the model", trained.folder().bytes(settings.dtype())),
        "give another --out, a smaller --keep-checkpoints, or --dtype bf16");
  }

  /** Tokens of the largest pass. */
  private static int passTokens(SftSettings settings, int longest, int passTokens) {
    long batch = (long) settings.trainBatch() * longest;
    return (int) Math.max(longest, Math.min(batch, passTokens));
  }

  private static void requireBatch(int size) {
    long heap = Runtime.getRuntime().maxMemory();
    long most = heap / 2 / PER_EXAMPLE_BYTES;
    if (size > most) {
      throw new InputException(
          "--train-batch: found %d, expected at most %d with a heap of %,d MiB; JACKPOT_JAVA_OPTS=-Xmx… gives more"
              .formatted(size, most, heap >> 20));
    }
  }

  private static MemoryPlan plan(
      SftSettings settings, ModelConfig config, int longest, int passTokens) {
    int tokens = passTokens(settings, longest, passTokens);
    String advice = tokens > longest ? "--micro-batch-tokens below " + tokens : "shorter lines";
    return new MemoryPlan.Builder()
        .model("model", config)
        .learner("model", config, tokens, settings.recomputeActivations())
        .head(config, tokens)
        .build((settings.recomputeActivations() ? "" : "--recompute-activations, ") + advice);
  }
}
