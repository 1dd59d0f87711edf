package io.jackpot.report;

import java.nio.file.Path;
import tools.jackson.databind.JsonNode;

/**
 * The best held-out accuracy of a run so far; of equal ones the first.
 *
 * @param step of the evaluation; −1 before the first
 * @param accuracy NaN before the first
 * @param since evaluations after it
 */
public record BestEvaluation(int step, double accuracy, int since) {
  /** Before the first evaluation. */
  public static final BestEvaluation NONE = new BestEvaluation(-1, Double.NaN, 0);

  /** That of the lines of {@code metrics.jsonl}. */
  public static BestEvaluation of(Path metrics) {
    BestEvaluation[] best = {NONE};
    JsonLines.forEach(metrics, (_, line) -> best[0] = best[0].after(line));
    return best[0];
  }

  /** With one more line of metrics, which may have no evaluation. */
  public BestEvaluation after(JsonNode line) {
    double now = Numbers.of(line, "heldOutAccuracy");
    if (Double.isNaN(now)) {
      return this;
    }
    return step < 0 || now > accuracy
        ? new BestEvaluation(line.path("step").asInt(), now, 0)
        : new BestEvaluation(step, accuracy, since + 1);
  }
}
