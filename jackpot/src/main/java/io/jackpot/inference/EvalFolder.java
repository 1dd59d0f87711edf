package io.jackpot.inference;

import io.jackpot.input.InputException;
import io.jackpot.input.InputFiles;
import io.jackpot.report.FolderLock;
import io.jackpot.report.JsonLines;
import io.jackpot.report.RunReport;
import io.jackpot.weights.AtomicFiles;
import io.jackpot.weights.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The folder of an evaluation: {@code config.json}, {@code problems.jsonl}, {@code samples.jsonl}
 * to which each response is appended when it ends, and finally {@code results.json} and {@code
 * report.html}. One process at a time writes to it.
 */
final class EvalFolder implements AutoCloseable {
  private static final String CONFIG = "config.json";
  private static final String PROBLEMS = "problems.jsonl";
  private static final String SAMPLES = "samples.jsonl";

  /** What {@code config.json} was at the start, and the arithmetic. */
  private static final String STARTED = "started.json";

  private static final String WHAT = "an evaluation";

  /** What a start writes before {@code config.json}, which makes it whole. */
  private static final Set<String> FIRST = Set.of(PROBLEMS, STARTED);

  private final Path folder;
  private final FolderLock lock;
  private final JsonLines samples;

  private EvalFolder(Path folder, FolderLock lock) {
    this.folder = folder;
    this.lock = lock;
    this.samples = JsonLines.open(folder.resolve(SAMPLES));
  }

  /**
   * Checks early that a new evaluation can start in {@code folder}.
   *
   * @throws InputException if it holds anything
   */
  static void checkFree(Path folder) {
    FolderLock.requireFree(folder, WHAT, instead(folder), FIRST);
  }

  /**
   * Starts a new evaluation. It has started once its {@code config.json} exists.
   *
   * @param started what it starts with, see {@link #started}
   * @throws InputException if {@code folder} holds anything, or cannot be written
   */
  static EvalFolder create(Path folder, ObjectNode config, ObjectNode started, List<DataSet> sets) {
    FolderLock lock = FolderLock.takeNew(folder, WHAT, instead(folder), FIRST);
    try {
      byte[] problems = problems(sets);
      AtomicFiles.writeAtomically(folder.resolve(PROBLEMS), out -> out.write(problems));
      Json.write(folder.resolve(STARTED), started);
      Json.write(folder.resolve(CONFIG), config);
      return new EvalFolder(folder, lock);
    } catch (RuntimeException e) {
      lock.close();
      throw e;
    }
  }

  private static String instead(Path folder) {
    return ", or resume this evaluation with --resume " + folder;
  }

  /** Whether {@code folder} has an evaluation that has started. */
  static boolean hasStarted(Path folder) {
    return Files.exists(folder.resolve(PROBLEMS)) && Files.exists(folder.resolve(CONFIG));
  }

  /**
   * The {@code config.json} of an evaluation that has started.
   *
   * @throws InputException if there is none
   */
  static ObjectNode config(Path folder) {
    String expected = "expected one that `jackpot eval --out` wrote";
    if (!Files.isDirectory(folder)) {
      throw new InputException(folder + ": no such folder, " + expected);
    }
    if (!Files.exists(folder.resolve(PROBLEMS))) {
      throw new InputException(folder + ": no evaluation: no " + PROBLEMS + " in it, " + expected);
    }
    if (!Files.exists(folder.resolve(CONFIG))) {
      throw new InputException(
          folder
              + ": nothing to resume: it stopped before its start was complete; delete the folder and start again");
    }
    return Json.read(folder.resolve(CONFIG));
  }

  /** What it started with; empty for one of an earlier version. */
  static ObjectNode started(Path folder) {
    Path file = folder.resolve(STARTED);
    return Files.exists(file) ? Json.read(file) : JsonNodeFactory.instance.objectNode();
  }

  /**
   * Opens an evaluation to resume it. A response that was incomplete when its process ended is
   * removed.
   *
   * @throws InputException if another process writes to it, or the problems have changed
   */
  static EvalFolder open(Path folder, List<DataSet> sets) {
    checkProblems(folder.resolve(PROBLEMS), sets);
    return FolderLock.take(folder, lock -> new EvalFolder(folder, lock));
  }

  private static byte[] problems(List<DataSet> sets) {
    return sets.stream()
        .flatMap(set -> set.lines().stream())
        .map(line -> line + "\n")
        .collect(Collectors.joining())
        .getBytes(StandardCharsets.UTF_8);
  }

  private static void checkProblems(Path file, List<DataSet> sets) {
    byte[] before;
    try {
      before = InputFiles.bytes(file, Integer.MAX_VALUE);
    } catch (IOException e) {
      throw AtomicFiles.failed("cannot read", file, e);
    }
    int differs = Arrays.mismatch(before, problems(sets));
    if (differs >= 0) {
      String start = new String(before, 0, differs, StandardCharsets.UTF_8);
      throw new InputException(
          "%s:%d: the problems have changed since this evaluation started; restore the data, or give --out for a new evaluation"
              .formatted(file, 1 + start.chars().filter(c -> c == '\n').count()));
    }
  }

  /** Appends a response. */
  void append(Response response) {
    samples.append(response.toJson());
  }

  /**
   * Reads all responses so far.
   *
   * @param reader returns whether a response is one that this evaluation asks for
   * @throws InputException if a line is none of them
   */
  void forEach(Predicate<Response> reader) {
    Path file = folder.resolve(SAMPLES);
    JsonLines.forEach(
        file,
        (number, line) -> {
          Response response = Response.of(line);
          if (response == null || !reader.test(response)) {
            throw new InputException(
                file
                    + ":"
                    + number
                    + ": not a response that this evaluation asks for; delete the line, and it"
                    + " will be sampled again");
          }
        });
  }

  /**
   * The longest response allowed of each data set, as the results have it.
   *
   * @return null if there are no results yet
   */
  @Nullable List<Integer> maxTokens(List<DataSet> sets) {
    Path file = folder.resolve(RunReport.RESULTS);
    if (!Files.exists(file)) {
      return null;
    }
    JsonNode datasets = Json.read(file).path("datasets");
    List<Integer> all = new ArrayList<>();
    for (int i = 0; i < sets.size(); i++) {
      JsonNode each = datasets.path(i);
      if (!each.path("name").asString("").equals(sets.get(i).name())
          || !each.path("maxTokens").isInt()) {
        return null;
      }
      all.add(each.path("maxTokens").intValue());
    }
    return all;
  }

  /** Writes {@code results.json} and {@code report.html}. */
  Path finish(ObjectNode results) {
    samples.force();
    Json.write(folder.resolve(RunReport.RESULTS), results);
    return RunReport.write(folder);
  }

  @Override
  public void close() {
    samples.close();
    lock.close();
  }
}
