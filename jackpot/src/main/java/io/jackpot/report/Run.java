package io.jackpot.report;

import io.jackpot.input.InputException;
import io.jackpot.weights.Checkpoints;
import io.jackpot.weights.Json;
import io.jackpot.weights.WeightFiles;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.StreamSupport;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A run, finished or not, as its folder has it.
 *
 * @param name of the folder
 * @param config every setting by its name; empty if the folder has no {@code config.json}
 * @param metrics the lines of {@code metrics.jsonl}
 * @param samples the lines of {@code samples.jsonl}; empty if there is no such file
 * @param parameters the size of each model in the newest checkpoint, or in the run itself, by its
 *     folder's name
 * @param evaluations the {@code results.json} of each evaluation in the folder {@code evals}, by
 *     the name of its folder
 * @param bestCheckpoint that of its best evaluation, seen from its folder; empty if it is not kept
 */
record Run(
    String name,
    ObjectNode config,
    List<JsonNode> metrics,
    List<JsonNode> samples,
    Map<String, Long> parameters,
    Map<String, ObjectNode> evaluations,
    String bestCheckpoint) {
  private static final String CHECKPOINTS = "checkpoints";

  /** The folder of a run that contains the evaluations of its models. */
  static final String EVALS = "evals";

  /** The command that wrote it. */
  enum Kind {
    TRAIN,
    SFT
  }

  /**
   * Reads a run folder.
   *
   * @throws InputException if there is none, it has no {@code metrics.jsonl}, or a file is damaged
   */
  static Run read(Path folder) {
    Path metricsFile = folder.resolve("metrics.jsonl");
    if (!Files.isDirectory(folder)) {
      throw new InputException(
          folder + ": no such run folder, expected one that `jackpot train --out` wrote");
    }
    if (!Files.exists(metricsFile)) {
      throw new InputException(
          folder
              + ": not a run folder: no metrics.jsonl in it, expected what `jackpot train` wrote");
    }
    List<JsonNode> metrics = JsonLines.read(metricsFile);
    requireSteps(metricsFile, metrics);
    Path configFile = folder.resolve("config.json");
    ObjectNode config =
        Files.exists(configFile) ? Json.read(configFile) : JsonNodeFactory.instance.objectNode();
    JsonLines.requireFinite(configFile + ": ", config);
    Path samplesFile = folder.resolve("samples.jsonl");
    List<JsonNode> samples = Files.exists(samplesFile) ? JsonLines.read(samplesFile) : List.of();
    requireSteps(samplesFile, samples);
    return new Run(
        Objects.toString(folder.toAbsolutePath().normalize().getFileName(), ""),
        config,
        metrics,
        samples,
        parameters(folder),
        evaluations(folder),
        new Checkpoints(folder.resolve(CHECKPOINTS))
            .find(best(metrics).step())
            .map(path -> CHECKPOINTS + "/" + path.getFileName())
            .orElse(""));
  }

  Kind kind() {
    return keys().contains("loss") || config.has("data") ? Kind.SFT : Kind.TRAIN;
  }

  /** The last step that has a line; −1 if there is none. */
  int lastStep() {
    return metrics.isEmpty() ? -1 : metrics.getLast().path("step").intValue();
  }

  /** The step that the run ends with. */
  OptionalInt totalSteps() {
    JsonNode steps = config.path("steps");
    return steps.isInt() ? OptionalInt.of(steps.intValue()) : OptionalInt.empty();
  }

  /** Whether it ended because its last evaluations, as many as stopAfter, were no better. */
  boolean isWithoutGain() {
    return best().since() >= setting("stopAfter");
  }

  /** Its best evaluation. */
  BestEvaluation best() {
    return best(metrics);
  }

  private static BestEvaluation best(List<JsonNode> metrics) {
    BestEvaluation best = BestEvaluation.NONE;
    for (JsonNode line : metrics) {
      best = best.after(line);
    }
    return best;
  }

  /** A setting that is a number; NaN if it is not. */
  double setting(String key) {
    return Numbers.of(config, key);
  }

  /**
   * The number of held-out problems of an evaluation: a metric if lines have it, otherwise the
   * setting for generated problems; NaN if neither has it.
   */
  double heldOutProblems() {
    double counted = points("heldOutProblems").last();
    boolean generated = config.path("heldOut").isNull() || config.path("heldOut").isMissingNode();
    return counted >= 1 || !generated ? counted : setting("evalProblems");
  }

  /** The keys of all metrics lines, in order of first appearance. */
  Set<String> keys() {
    Set<String> keys = new LinkedHashSet<>();
    metrics.forEach(line -> keys.addAll(line.propertyNames()));
    return keys;
  }

  /** A metric over the steps that have it; null is a gap. */
  Points points(String key) {
    List<JsonNode> lines = metrics.stream().filter(line -> line.has(key)).toList();
    return new Points(
        lines.stream().mapToDouble(line -> Numbers.of(line, "step")).toArray(),
        lines.stream().mapToDouble(line -> Numbers.of(line, key)).toArray());
  }

  /** A metric's sum over all steps. */
  double sum(String key) {
    return metrics.stream()
        .mapToDouble(line -> Numbers.of(line, key))
        .filter(Double::isFinite)
        .sum();
  }

  private static void requireSteps(Path file, List<JsonNode> lines) {
    int previous = -1;
    for (int i = 0; i < lines.size(); i++) {
      JsonNode step = lines.get(i).path("step");
      if (!step.isInt() || step.intValue() < Math.max(0, previous)) {
        throw new InputException(
            "%s:%s: found step %s; expected at least %s, a whole number"
                .formatted(file, i + 1, step, Math.max(0, previous)));
      }
      previous = step.intValue();
    }
  }

  /** The sizes of the models; a page without them is better than none. */
  private static Map<String, Long> parameters(Path run) {
    // A name with more digits is a later step.
    Comparator<Path> byStep = Comparator.comparingInt(path -> path.toString().length());
    Path models =
        folders(run.resolve(CHECKPOINTS), "step-*").stream()
            .max(byStep.thenComparing(Comparator.naturalOrder()))
            .orElse(run);
    Map<String, Long> parameters = new TreeMap<>();
    for (Path model : folders(models, "*")) {
      try (WeightFiles files = WeightFiles.open(model)) {
        parameters.put(
            model.getFileName().toString(),
            files.names().stream().mapToLong(name -> files.shape(name).size()).sum());
      } catch (InputException e) {
        // It is no model, or is damaged.
      }
    }
    return parameters;
  }

  private static Map<String, ObjectNode> evaluations(Path run) {
    Map<String, ObjectNode> evaluations = new TreeMap<>();
    for (Path evaluation : folders(run.resolve(EVALS), "*")) {
      try {
        ObjectNode results = Json.read(evaluation.resolve(RunReport.RESULTS));
        evaluations.put(evaluation.getFileName().toString(), results);
      } catch (InputException e) {
        // It has not ended yet, or is damaged, which its own page reports.
      }
    }
    return evaluations;
  }

  private static List<Path> folders(Path folder, String glob) {
    try (DirectoryStream<Path> inside = Files.newDirectoryStream(folder, glob)) {
      return StreamSupport.stream(inside.spliterator(), false).filter(Files::isDirectory).toList();
    } catch (IOException e) {
      return List.of();
    }
  }
}
