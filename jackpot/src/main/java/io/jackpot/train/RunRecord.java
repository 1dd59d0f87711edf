package io.jackpot.train;

import io.jackpot.config.Settings;
import io.jackpot.devices.Arithmetic;
import io.jackpot.input.InputException;
import io.jackpot.report.JsonLines;
import io.jackpot.report.LinesByStep;
import io.jackpot.weights.Checkpoints;
import io.jackpot.weights.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a checkpoint says of its run, in {@code run.json}: what has to be as it was for the run to
 * go on with the same bits.
 *
 * @param step the updates made
 * @param arithmetic see {@link io.jackpot.tensor.Ops#arithmetic}
 * @param settings of the run, as its {@code config.json} had them
 * @param lines that the files of the run had, by their names
 * @param unfinished the line of metrics of this step, where its evaluation is still to be made;
 *     null where the files have it
 */
record RunRecord(
    int step,
    String arithmetic,
    ObjectNode settings,
    Map<String, LinesByStep> lines,
    @Nullable ObjectNode unfinished) {
  private static final String FILE = "run.json";
  private static final String UNFINISHED = "unfinished";

  void write(Path checkpoint) {
    ObjectNode json =
        JsonNodeFactory.instance.objectNode().put("step", step).put("arithmetic", arithmetic);
    json.set("settings", settings);
    ObjectNode counts = json.putObject("lines");
    lines.forEach((file, count) -> counts.set(file, count.toJson()));
    if (unfinished != null) {
      json.set(UNFINISHED, JsonLines.finite(unfinished));
    }
    Json.write(checkpoint.resolve(FILE), json);
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @return null for a checkpoint of an earlier version, which has none
   * @throws InputException if it is something else, or that of another step than the checkpoint's
   *     name says
   */
  static @Nullable RunRecord read(Path checkpoint) {
    Path file = checkpoint.resolve(FILE);
    if (!Files.exists(file)) {
      return null;
    }
    JsonNode json = Json.read(file);
    int step = json.path("step").asInt(-1);
    requireStep(checkpoint, FILE, step);
    if (!(json.path("settings") instanceof ObjectNode settings)
        || !json.path("arithmetic").isString()
        || !json.path("lines").isObject()) {
      throw new InputException(FILE + ": expected settings, arithmetic and lines");
    }
    Map<String, LinesByStep> lines = new LinkedHashMap<>();
    json.path("lines")
        .properties()
        .forEach(entry ->
            lines.put(
                entry.getKey(),
                LinesByStep.of(entry.getValue(), FILE + ": lines: " + entry.getKey())));
    ObjectNode unfinished = json.path(UNFINISHED) instanceof ObjectNode line ? line : null;
    if (unfinished != null) {
      requireStep(checkpoint, FILE + ": " + UNFINISHED, unfinished.path("step").asInt(-1));
    }
    return new RunRecord(step, json.path("arithmetic").stringValue(), settings, lines, unfinished);
  }

  /**
   * @throws InputException if {@code step}, which a file of the checkpoint says, is another one
   *     than its name says
   */
  static void requireStep(Path checkpoint, String file, int step) {
    int expected = Checkpoints.step(checkpoint);
    if (step != expected) {
      throw new InputException(
          "%s: step %d, expected %d as the checkpoint's name says".formatted(file, step, expected));
    }
  }

  /**
   * Checks that {@code config.json} has the settings of before, but for those that a resume may
   * change.
   *
   * @param config where the settings of now stand, for messages
   * @throws InputException which names the first other one
   */
  <R extends Record> void requireSettings(Settings<R> all, R now, Path config) {
    all.requireUnchanged(
        now,
        all.fromJson(settings, FILE + ": settings"),
        config.toString(),
        "in the checkpoint of step " + step);
  }

  /**
   * As {@link Arithmetic#onOther}.
   *
   * @throws InputException as there
   */
  @Nullable String onOther(String now, boolean strict) {
    return Arithmetic.onOther(arithmetic, now, "up to step " + step, strict);
  }
}
