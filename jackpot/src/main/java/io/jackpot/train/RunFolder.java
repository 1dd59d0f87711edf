package io.jackpot.train;

import io.jackpot.config.Settings;
import io.jackpot.config.TrainSettings;
import io.jackpot.input.InputException;
import io.jackpot.report.BestEvaluation;
import io.jackpot.report.Collapse;
import io.jackpot.report.FolderLock;
import io.jackpot.report.JsonLines;
import io.jackpot.report.LinesByStep;
import io.jackpot.report.LivePage;
import io.jackpot.report.RunReport;
import io.jackpot.weights.AtomicFiles;
import io.jackpot.weights.Checkpoints;
import io.jackpot.weights.Json;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The folder of a run: {@code config.json}, {@code metrics.jsonl}, {@code samples.jsonl}, {@code
 * report.html} and {@code checkpoints/}; where tokens are logged, {@code tokens.jsonl} and {@code
 * token-log/}. A lock makes sure that one process at a time writes to it.
 */
final class RunFolder implements AutoCloseable {
  private static final String CONFIG = "config.json";
  private static final String METRICS = "metrics.jsonl";
  private static final String SAMPLES = "samples.jsonl";
  private static final String TOKENS = "tokens.jsonl";
  private static final String CHECKPOINTS = "checkpoints";
  private static final String LOGGED = "token-log";

  private final Path folder;
  private final PrintWriter log;
  private final FolderLock lock;
  private final Map<String, Lines> files = new LinkedHashMap<>();
  private @Nullable LivePage page;
  private ObjectNode lastMetrics = JsonNodeFactory.instance.objectNode();

  private RunFolder(Path folder, PrintWriter log, FolderLock lock) {
    this.folder = folder;
    this.log = log;
    this.lock = lock;
  }

  /** A file of lines that each have a step. */
  static final class Lines {
    private final JsonLines file;
    private final LinesByStep counts;

    private Lines(Path file, LinesByStep counts) {
      this.file = JsonLines.open(file);
      this.counts = counts;
    }

    /** Appends a line; see {@link JsonLines#append}. */
    void append(ObjectNode line) {
      file.append(line);
      counts.add(line.path("step").intValue());
    }
  }

  /**
   * Checks early that a new run can start in {@code folder}.
   *
   * @throws InputException if it holds anything
   */
  static void requireFree(Path folder) {
    FolderLock.requireFree(folder, "a run", instead(folder), Set.of());
  }

  private static String instead(Path folder) {
    return ", or resume this run with --resume " + folder;
  }

  /**
   * A new run, open for lines. It has started once its {@code config.json} exists.
   *
   * @param log gets warnings
   * @throws InputException if {@code folder} holds anything, or cannot be written
   */
  static RunFolder create(Path folder, ObjectNode config, PrintWriter log) {
    RunFolder run =
        new RunFolder(folder, log, FolderLock.takeNew(folder, "a run", instead(folder), Set.of()));
    try {
      Json.write(folder.resolve(CONFIG), config);
      run.open(-1, null);
      return run;
    } catch (RuntimeException e) {
      run.close();
      throw e;
    }
  }

  /**
   * A run to resume. Nothing in it changes before {@link #open}, but what a killed process left
   * unfinished is removed.
   *
   * @param log gets warnings
   * @throws InputException if there is no run, or another process is at work on it
   */
  static RunFolder existing(Path folder, PrintWriter log) {
    if (Files.isDirectory(folder) && !Files.exists(folder.resolve(CONFIG))) {
      throw new InputException(
          "%s: nothing to resume: no %s in it; a run that stopped before its start was complete starts again with --out %s"
              .formatted(folder, CONFIG, folder));
    }
    var _ = Json.read(folder.resolve(CONFIG));
    FolderLock lock = FolderLock.take(folder);
    AtomicFiles.deleteUnfinished(folder.resolve(CHECKPOINTS));
    AtomicFiles.deleteUnfinished(folder.resolve(LOGGED));
    return new RunFolder(folder, log, lock);
  }

  /** Its {@code config.json}. */
  Path config() {
    return folder.resolve(CONFIG);
  }

  /**
   * The newest checkpoint that the run can go on from: whole, accepted by {@code check}, and with
   * every line of the run's files up to it. The log gets a line on each newer one.
   *
   * @param check throws an {@link InputException} if the checkpoint contradicts itself
   * @return empty if there is no checkpoint yet
   * @throws InputException if there are checkpoints, but none that can be used
   */
  Optional<Path> checkpoint(Consumer<Path> check) {
    List<String> problems = new ArrayList<>();
    Optional<Path> found =
        checkpoints()
            .latest(
                path -> {
                  check.accept(path);
                  requireLines(RunRecord.read(path));
                },
                problems::add);
    if (found.isEmpty() && !problems.isEmpty()) {
      throw new InputException(
          problems.getFirst()
              + (problems.size() > 1 ? " (nor can one before it be used)" : "")
              + "; expected a whole checkpoint, or a new run with --out");
    }
    problems.forEach(problem -> log.println(problem + "; trying the one before"));
    return found;
  }

  private void requireLines(@Nullable RunRecord record) {
    if (record != null) {
      record
          .lines()
          .forEach((name, expected) ->
              JsonLines.count(folder.resolve(name), record.step(), expected.total())
                  .require(expected, name));
    }
  }

  /** The last step that metrics have a line of; −1 if there is none. */
  int lastStep() {
    return JsonLines.count(folder.resolve(METRICS), Integer.MAX_VALUE, Integer.MAX_VALUE).last();
  }

  /**
   * Opens the files for lines. Those of steps after {@code step}, and those that {@code record}
   * does not count, are removed, since what they are of is repeated.
   *
   * @param record of the checkpoint that the run goes on from; null if it has none
   * @throws InputException if a file cannot be written
   */
  void open(int step, @Nullable RunRecord record) {
    for (String name : List.of(METRICS, SAMPLES, TOKENS)) {
      Path file = folder.resolve(name);
      int most =
          record == null
              ? Integer.MAX_VALUE
              : record.lines().getOrDefault(name, new LinesByStep()).total();
      JsonLines.truncateAfter(file, step, most);
      if (name.equals(METRICS) || Files.exists(file)) {
        files.put(name, new Lines(file, JsonLines.count(file, step, most)));
      }
    }
    JsonLines.forEach(folder.resolve(METRICS), (_, line) -> lastMetrics = (ObjectNode) line);
    page = new LivePage(folder, this::warn);
  }

  private void warn(String line) {
    log.println(line);
    log.flush();
  }

  /** Notes new values of settings in {@code config.json}. */
  void change(ObjectNode settings) {
    ObjectNode config = Json.read(config());
    ObjectNode changed = config.deepCopy();
    changed.setAll(settings);
    if (!changed.equals(config)) {
      Json.write(config(), changed);
    }
  }

  Checkpoints checkpoints() {
    return checkpoints(folder);
  }

  /**
   * What a checkpoint of now says of the run.
   *
   * @param arithmetic of its ops
   * @param settings of the run
   * @param unfinished see {@link RunRecord}
   */
  RunRecord record(
      int step, String arithmetic, ObjectNode settings, @Nullable ObjectNode unfinished) {
    Map<String, LinesByStep> lines = new LinkedHashMap<>();
    files.forEach((name, file) -> lines.put(name, file.counts));
    return new RunRecord(step, arithmetic, settings, lines, unfinished);
  }

  /**
   * The settings of a run.
   *
   * @param log gets a line on settings that the run does not have, as they came later
   * @throws InputException if there is no such run, or its arm has got another meaning
   */
  static TrainSettings settings(Path folder, PrintWriter log) {
    Path file = folder.resolve(CONFIG);
    ObjectNode json = Json.read(file);
    if (json.has("data") && !json.has("policy")) {
      throw new InputException(
          "%s: a run of sft, expected: %s".formatted(folder, NextCommands.resume("sft", folder)));
    }
    TrainSettings settings = TrainSettings.ofRun(json, file.toString());
    List<String> missing = Settings.of(TrainSettings.class).missing(json);
    if (!missing.isEmpty()) {
      log.println(
          "%s lacks %s, which came later: their defaults apply"
              .formatted(file, String.join(", ", missing)));
    }
    return settings;
  }

  static Checkpoints checkpoints(Path folder) {
    return new Checkpoints(folder.resolve(CHECKPOINTS));
  }

  /** Appends a line of metrics. */
  void metrics(ObjectNode line) {
    lines(METRICS).append(line);
    lastMetrics = line;
  }

  Lines samples() {
    return lines(SAMPLES);
  }

  Lines tokens() {
    return lines(TOKENS);
  }

  /** Of samples and tokens the first line makes the file. */
  private Lines lines(String name) {
    return files.computeIfAbsent(name, _ -> new Lines(folder.resolve(name), new LinesByStep()));
  }

  /** The best evaluation so far. */
  BestEvaluation best() {
    return BestEvaluation.of(folder.resolve(METRICS));
  }

  /** What its metrics say so far of a policy that falls to nothing. */
  Collapse collapse() {
    Collapse collapse = new Collapse();
    JsonLines.forEach(folder.resolve(METRICS), (_, line) -> collapse.add(line));
    return collapse;
  }

  /** The models of logged tokens; no run resumes from them. */
  Checkpoints loggedModels() {
    return new Checkpoints(folder.resolve(LOGGED));
  }

  /** Forces all lines to disk, so that no checkpoint is ahead of them. */
  void force() {
    files.values().forEach(lines -> lines.file.force());
  }

  /** The newest line of metrics; an empty object if there is none. */
  ObjectNode lastMetrics() {
    return lastMetrics;
  }

  /** Sentences on what most of its updates could not learn from; see {@link RunReport#warnings}. */
  List<String> warnings() {
    return RunReport.warnings(folder);
  }

  /** The page, which is open while lines are. */
  LivePage page() {
    return Objects.requireNonNull(page);
  }

  @Override
  public void close() {
    if (page != null) {
      page.close();
    }
    files.values().forEach(lines -> lines.file.close());
    lock.close();
  }
}
