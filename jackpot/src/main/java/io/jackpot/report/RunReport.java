package io.jackpot.report;

import io.jackpot.weights.AtomicFiles;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** The page of a run, made from the files in its folder; the run may still be going on. */
public final class RunReport {
  private static final String PAGE = "report.html";

  private RunReport() {}

  /**
   * Writes {@code report.html} into a run folder, in place of the one that is there: one HTML file
   * that needs no other file and no network.
   *
   * @param run a folder that {@code train}, {@code sft} or {@code eval} writes
   * @return the page
   * @throws io.jackpot.input.InputException if it is none, one of its files is damaged, or the page
   *     cannot be written; what was there before is untouched
   */
  public static Path write(Path run) {
    if (EvalReport.isEvaluation(run)) {
      return EvalReport.write(run);
    }
    byte[] page = ReportPage.of(Run.read(run)).getBytes(StandardCharsets.UTF_8);
    Path file = run.resolve(PAGE);
    AtomicFiles.writeAtomically(file, out -> out.write(page));
    return file;
  }

  /**
   * The run that an evaluation belongs to: an evaluation lies in the folder {@code evals} of its
   * run.
   */
  public static Optional<Path> runOf(Path evaluation) {
    return Optional.ofNullable(evaluation.toAbsolutePath().normalize().getParent())
        .filter(evals -> evals.endsWith(Run.EVALS))
        .map(Path::getParent)
        .filter(run -> Files.exists(run.resolve("metrics.jsonl")));
  }
}
