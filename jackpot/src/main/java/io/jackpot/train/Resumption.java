package io.jackpot.train;

import io.jackpot.config.RunSettings;
import io.jackpot.config.Settings;
import io.jackpot.input.InputException;
import io.jackpot.weights.Checkpoints;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * Where a run goes on, and with what settings.
 *
 * @param before the settings of the run's {@code config.json}; null for a run that starts
 * @param settings with what the resume changes
 * @param checkpoint null if it starts from the beginning
 * @param record of the checkpoint; null if it has none
 * @param strict refuse to go on with other ops than before
 */
record Resumption<R extends Record & RunSettings>(
    @Nullable R before,
    R settings,
    @Nullable Path checkpoint,
    @Nullable RunRecord record,
    boolean strict) {
  /** The step before step 0. */
  private static final int NOTHING_YET = -1;

  /** What the kinds of runs differ in. */
  interface Kind<R> {
    /** Settings that a resume may change, and that its {@code config.json} has from then on. */
    List<String> noted();

    /**
     * @throws InputException if a checkpoint contradicts itself or the settings it was made with
     */
    void check(Path checkpoint, R settings);

    /** The last step that a run without any checkpoint may have a line of. */
    int lastWithout(R settings);
  }

  /** A run that starts. */
  static <R extends Record & RunSettings> Resumption<R> none(R settings) {
    return new Resumption<>(null, settings, null, null, false);
  }

  /**
   * @param before the settings of its {@code config.json}
   * @param changes of them, as {@link Settings#flags} gives them
   * @param strict see {@link Resumption}
   * @throws InputException if the files of the run are not what its checkpoints say, or it has as
   *     many steps as {@code changes} ask for
   */
  static <R extends Record & RunSettings> Resumption<R> of(
      Path run,
      RunFolder folder,
      Settings<R> all,
      R before,
      Map<String, @Nullable Object> changes,
      boolean strict,
      Kind<R> kind) {
    R settings = all.build(all.values(before), changes);
    Path checkpoint =
        folder
            .checkpoint(path -> {
              RunRecord made = RunRecord.read(path);
              kind.check(path, made == null ? before : all.fromJson(made.settings(), "run.json"));
            })
            .orElse(null);
    RunRecord record = checkpoint == null ? null : RunRecord.read(checkpoint);
    if (record != null) {
      record.requireSettings(all, before, folder.config());
    }
    Resumption<R> resumed = new Resumption<>(before, settings, checkpoint, record, strict);
    int kept = resumed.kept();
    int steps = settings.steps();
    if (steps <= kept && (changes.containsKey("steps") || steps < kept)) {
      throw new InputException(
          "--steps %d: %s has made %d of %d already, expected more than %d"
              .formatted(steps, run, kept, before.steps(), kept));
    }
    if (checkpoint == null && folder.lastStep() > kind.lastWithout(before)) {
      throw new InputException(
          "%s: no checkpoint, but metrics.jsonl has lines up to step %d; restore checkpoints/, or start a new run with --out"
              .formatted(run, folder.lastStep()));
    }
    return resumed;
  }

  /** The step of the checkpoint; −1 if there is none. */
  int kept() {
    return checkpoint == null ? NOTHING_YET : Checkpoints.step(checkpoint);
  }

  /** Opens the folder of a resumed run, whose settings are {@code fitted} from now on. */
  RunFolder open(RunFolder folder, Settings<R> all, Kind<R> kind, R fitted) {
    ObjectNode noted = all.toJson(fitted);
    noted.retain(kind.noted());
    folder.change(noted);
    folder.open(kept(), record);
    return folder;
  }

  /**
   * Lines for people on where a resumed run goes on, and on what other ops; none for one that
   * starts.
   *
   * @param arithmetic of the ops of now
   * @throws InputException if these are others than before, and it is strict
   */
  List<String> lines(String arithmetic) {
    if (before == null) {
      return List.of();
    }
    int kept = kept();
    String from =
        checkpoint == null
            ? "no checkpoint yet: starting again from the beginning"
            : "resuming after step " + kept + " of " + before.steps();
    int steps = settings.steps();
    int planned = record == null ? before.steps() : record.settings().path("steps").asInt();
    List<String> lines = new ArrayList<>(List.of(from));
    if (steps != planned) {
      int next = Math.max(kept, 0) + 1;
      lines.add(
          "steps %d in place of %d: from step %d on the learning rate is that of a run of %d steps, %.3g in step %d"
              .formatted(
                  steps, planned, next, steps, settings.rate(settings.learningRate(), next), next));
    }
    Integer tokens = settings.microBatchTokens();
    int made = record == null ? 0 : record.settings().path("microBatchTokens").asInt(0);
    if (made > 0 && (tokens == null || tokens != made)) {
      lines.add(
          "--micro-batch-tokens %s in place of %d: gradients of an update that takes several passes are added up in other parts, so results differ in their last bits from those of an unchanged run"
              .formatted(tokens == null ? "auto" : tokens, made));
    }
    String other = record == null ? null : record.onOther(arithmetic, strict);
    if (other != null) {
      lines.add(other);
    }
    return lines;
  }
}
