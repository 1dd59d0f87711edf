package io.jackpot.train;

import io.jackpot.report.ProgressLine;
import java.util.HashMap;
import java.util.Map;

/**
 * Notes on steps between the lines of progress. A note of the same kind is shown for the first,
 * second, fourth, eighth … such step of a process, so that thousands of them stay a few lines.
 */
final class StepNotes {
  private final ProgressLine progress;
  private final Map<String, Integer> counts = new HashMap<>();

  StepNotes(ProgressLine progress) {
    this.progress = progress;
  }

  /**
   * Counts a step and shows the note if it is due.
   *
   * @param kind the beginning of the note, the same for all steps of its kind
   * @param details the rest, which may differ
   */
  void add(int step, String kind, String details) {
    int count = counts.merge(kind, 1, Integer::sum);
    if (Integer.bitCount(count) == 1) {
      String many = count == 1 ? "" : " (%d such steps so far)".formatted(count);
      progress.note("step " + step + ": " + kind + details + many);
    }
  }
}
