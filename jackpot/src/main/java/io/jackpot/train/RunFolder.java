package io.jackpot.train;

import io.jackpot.config.Settings;
import io.jackpot.config.TrainSettings;
import io.jackpot.input.InputException;
import io.jackpot.report.FolderLock;
import io.jackpot.report.JsonLines;
import io.jackpot.report.RunReport;
import io.jackpot.weights.Checkpoints;
import io.jackpot.weights.Json;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The folder of a run: {@code config.json}, {@code metrics.jsonl}, {@code samples.jsonl}, {@code
 * report.html} and {@code checkpoints/}; where tokens are logged, {@code tokens.jsonl} and {@code
 * token-log/}. A lock makes sure that one process at a time writes to it.
 */
final class RunFolder implements AutoCloseable {
  static final String CONFIG = "config.json";
  private static final String METRICS = "metrics.jsonl";
  private static final String SAMPLES = "samples.jsonl";
  private static final String TOKENS = "tokens.jsonl";

  private final Path folder;
  private final FolderLock lock;
  private final JsonLines metrics;
  private final JsonLines samples;

  /** Opened by the first line. */
  private @Nullable JsonLines tokens;

  private RunFolder(Path folder, FolderLock lock, int step) {
    this.folder = folder;
    this.lock = lock;
    JsonLines.truncateAfter(folder.resolve(METRICS), step);
    JsonLines.truncateAfter(folder.resolve(SAMPLES), step);
    JsonLines.truncateAfter(folder.resolve(TOKENS), step);
    this.metrics = JsonLines.open(folder.resolve(METRICS));
    this.samples = JsonLines.open(folder.resolve(SAMPLES));
  }

  /**
   * A new run.
   *
   * @param instead what to do if there already is a run, for messages
   * @throws InputException if {@code folder} holds anything, or cannot be written
   */
  static RunFolder create(Path folder, ObjectNode config, String instead) {
    FolderLock.requireFree(folder, "a run", instead);
    Json.write(folder.resolve(CONFIG), config);
    return open(folder, -1);
  }

  /**
   * Opens a run to resume it. Lines of steps after {@code step} are removed, since those steps are
   * repeated.
   *
   * @throws InputException if another process writes to it, or it cannot be written
   */
  static RunFolder open(Path folder, int step) {
    return FolderLock.take(folder, lock -> new RunFolder(folder, lock, step));
  }

  /**
   * As {@link #open(Path, int)}, for a run that will have {@code steps} steps and passes of {@code
   * passTokens} tokens, which its settings then say.
   */
  static RunFolder open(Path folder, int step, int steps, int passTokens) {
    return FolderLock.take(
        folder,
        lock -> {
          Path file = folder.resolve(CONFIG);
          ObjectNode config = Json.read(file);
          ObjectNode changed =
              config.deepCopy().put("steps", steps).put("microBatchTokens", passTokens);
          if (!changed.equals(config)) {
            Json.write(file, changed);
          }
          return new RunFolder(folder, lock, step);
        });
  }

  Checkpoints checkpoints() {
    return checkpoints(folder);
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
    return new Checkpoints(folder.resolve("checkpoints"));
  }

  JsonLines metrics() {
    return metrics;
  }

  JsonLines samples() {
    return samples;
  }

  JsonLines tokens() {
    if (tokens == null) {
      tokens = JsonLines.open(folder.resolve(TOKENS));
    }
    return tokens;
  }

  /** The models of logged tokens; no run resumes from them. */
  Checkpoints loggedModels() {
    return new Checkpoints(folder.resolve("token-log"));
  }

  /** Forces all lines to disk, so that no checkpoint is ahead of them. */
  void force() {
    metrics.force();
    samples.force();
    if (tokens != null) {
      tokens.force();
    }
  }

  /** Passes the lines of metrics that there are to {@code read}, in order. */
  void forEachMetrics(Consumer<JsonNode> read) {
    JsonLines.forEach(folder.resolve(METRICS), (_, line) -> read.accept(line));
  }

  /** The newest line of metrics; an empty object if there is none. */
  ObjectNode lastMetrics() {
    List<JsonNode> lines = JsonLines.read(folder.resolve(METRICS));
    return lines.isEmpty() ? JsonNodeFactory.instance.objectNode() : (ObjectNode) lines.getLast();
  }

  /** Sentences on what most of its updates could not learn from; see {@link RunReport#warnings}. */
  List<String> warnings() {
    return RunReport.warnings(folder);
  }

  /** Writes {@code report.html} from what there is so far. */
  Path report() {
    return RunReport.write(folder);
  }

  @Override
  public void close() {
    metrics.close();
    samples.close();
    if (tokens != null) {
      tokens.close();
    }
    lock.close();
  }
}
