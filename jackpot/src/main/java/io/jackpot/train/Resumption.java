package io.jackpot.train;

import io.jackpot.config.Settings;
import io.jackpot.input.InputException;
import io.jackpot.weights.Checkpoints;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where a run goes on, and with what settings.
 *
 * @param before the settings of the run's {@code config.json}
 * @param settings with what the resume changes
 * @param checkpoint null if it starts from the beginning
 * @param record of the checkpoint; null if it has none
 * @param strict refuse to go on with other ops than before
 */
record Resumption<R extends Record>(
    R before, R settings, @Nullable Path checkpoint, @Nullable RunRecord record, boolean strict) {
  /** The step before step 0. */
  private static final int NOTHING_YET = -1;

  /** What the kinds of runs differ in. */
  interface Kind<R> {
    /** The updates of a run. */
    int steps(R settings);

    /** The learning rate of a step. */
    float rate(R settings, int step);

    /** The tokens of a pass; null if they are to be chosen. */
    @Nullable Integer passTokens(R settings);

    /**
     * @throws InputException if a checkpoint contradicts itself or the settings it was made with
     */
    void check(Path checkpoint, R settings);

    /** The last step that a run without any checkpoint may have a line of. */
    int lastWithout(R settings);
  }

  /** A run that starts. */
  static <R extends Record> Resumption<R> none(R settings) {
    return new Resumption<>(settings, settings, null, null, false);
  }

  /**
   * @param before the settings of its {@code config.json}
   * @param changes of them, as {@link Settings#flags} gives them
   * @param strict see {@link Resumption}
   * @throws InputException if the files of the run are not what its checkpoints say, or it has as
   *     many steps as {@code changes} ask for
   */
  static <R extends Record> Resumption<R> of(
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
    int steps = kind.steps(settings);
    if (steps <= kept && (changes.containsKey("steps") || steps < kept)) {
      throw new InputException(
          "steps %d: %s has made %d of %d already, expected more than %d"
              .formatted(steps, run, kept, kind.steps(before), kept));
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

  /** Lines for people on where a resumed run goes on. */
  List<String> lines(Kind<R> kind) {
    int kept = kept();
    String from =
        checkpoint == null
            ? "no checkpoint yet: starting again from the beginning"
            : "resuming after step " + kept + " of " + kind.steps(before);
    int steps = kind.steps(settings);
    int planned = record == null ? kind.steps(before) : record.settings().path("steps").asInt();
    List<String> lines = new ArrayList<>(List.of(from));
    if (steps != planned) {
      int next = Math.max(kept, 0) + 1;
      lines.add(
          "steps %d in place of %d: from step %d on the learning rate is that of a run of %d steps, %.3g in step %d"
              .formatted(steps, planned, next, steps, kind.rate(settings, next), next));
    }
    Integer tokens = kind.passTokens(settings);
    int made = record == null ? 0 : record.settings().path("microBatchTokens").asInt(0);
    if (made > 0 && (tokens == null || tokens != made)) {
      lines.add(
          "microBatchTokens %s in place of %d: gradients of an update that takes several passes are added up in other parts, so results differ in their last bits from those of an unchanged run"
              .formatted(tokens == null ? "auto" : tokens, made));
    }
    return lines;
  }

  /** See {@link RunRecord#onOther}; null for a run that starts. */
  @Nullable String onOther(String arithmetic) {
    return record == null ? null : record.onOther(arithmetic, strict);
  }
}
