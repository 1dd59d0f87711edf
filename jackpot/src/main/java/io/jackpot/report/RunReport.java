package io.jackpot.report;

import io.jackpot.weights.AtomicFiles;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The page of a run, made from the files in its folder; the run need not be finished. */
public final class RunReport {
  /** The file of results of a finished evaluation. */
  public static final String RESULTS = "results.json";

  private static final String PAGE = "report.html";

  private RunReport() {}

  /**
   * Writes {@code report.html} into a run folder and replaces an existing one: one HTML file that
   * needs no other file and no network.
   *
   * @param run a folder that {@code train}, {@code sft} or {@code eval} writes
   * @return the page
   * @throws io.jackpot.input.InputException if it is not a run folder, one of its files is damaged,
   *     or the page cannot be written; an existing page is then untouched
   */
  public static Path write(Path run) {
    String html = EvalReport.isEvaluation(run) ? EvalReport.of(run) : ReportPage.of(Run.read(run));
    byte[] page = html.getBytes(StandardCharsets.UTF_8);
    Path file = run.resolve(PAGE);
    AtomicFiles.writeAtomically(file, out -> out.write(page));
    return file;
  }

  /**
   * Sentences on a run in which most updates taught nothing, with what to change; one line each.
   *
   * @throws io.jackpot.input.InputException as {@link #write}
   */
  public static List<String> warnings(Path run) {
    return Warnings.of(Run.read(run));
  }

  /** The run that an evaluation belongs to: that whose folder {@code evals} contains it. */
  public static Optional<Path> runOf(Path evaluation) {
    return Optional.ofNullable(evaluation.toAbsolutePath().normalize().getParent())
        .filter(evals -> evals.endsWith(Run.EVALS))
        .map(Path::getParent)
        .filter(run -> Files.exists(run.resolve("metrics.jsonl")));
  }
}
