package io.jackpot.report;

import java.util.Locale;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * Watches the lines of a {@code train} run for a policy that falls to nothing: its held-out
 * accuracy, or its entropy while it is mostly wrong.
 */
public final class Collapse {
  /** The share of the best accuracy below which it has collapsed. */
  private static final double ACCURACY = 0.2;

  /**
   * Right answers of the best evaluation from which on: where 20 are expected, fewer than 4 are no
   * chance (Poisson: 3e-6).
   */
  private static final double ENOUGH = 20;

  /** The share of the first entropy below which it has collapsed. */
  private static final double ENTROPY = 0.01;

  /** A policy that is right more often than this may well be certain. */
  private static final double MOSTLY_WRONG = 0.5;

  private double best;
  private int bestStep;
  private double firstEntropy = Double.NaN;
  private Optional<String> ofAccuracy = Optional.empty();
  private Optional<String> ofEntropy = Optional.empty();

  /** Takes the next line of metrics. */
  public void add(JsonNode line) {
    int step = line.path("step").asInt(0);
    JsonNode accuracy = line.path("heldOutAccuracy");
    if (accuracy.isNumber()) {
      double now = accuracy.doubleValue();
      double right = best * line.path("heldOutProblems").asDouble(0);
      ofAccuracy =
          right >= ENOUGH && now < ACCURACY * best
              ? Optional.of(
                  said(
                      "the held-out accuracy has fallen to %.3f from %.3f in step %d",
                      now, best, bestStep))
              : Optional.empty();
      if (now > best) {
        best = now;
        bestStep = step;
      }
    }
    double entropy = Numbers.of(line, "entropy");
    if (Double.isNaN(firstEntropy)) {
      firstEntropy = entropy;
    }
    ofEntropy =
        entropy < ENTROPY * firstEntropy && Numbers.of(line, "reward") < MOSTLY_WRONG
            ? Optional.of(
                said(
                    "the policy's entropy has fallen to %.2g from %.2g, and most answers are wrong",
                    entropy, firstEntropy))
            : Optional.empty();
  }

  private static String said(String format, Object... values) {
    return String.format(Locale.ROOT, format, values)
        + ": it may not recover; start again with a smaller --learning-rate, or from an earlier checkpoint";
  }

  /** A sentence if the last evaluation found too few right answers. */
  public Optional<String> ofAccuracy() {
    return ofAccuracy;
  }

  /** A sentence if the last line has hardly any entropy left. */
  public Optional<String> ofEntropy() {
    return ofEntropy;
  }
}
