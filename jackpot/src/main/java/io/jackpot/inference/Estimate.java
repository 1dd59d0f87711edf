package io.jackpot.inference;

import java.util.Arrays;
import java.util.Locale;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A mean over problems with its 95 % confidence interval.
 *
 * @param interval which one: {@code wilson} or {@code normal}
 */
record Estimate(double value, double low, double high, String interval) {
  /** The normal distribution's 97.5 % quantile. */
  private static final double QUANTILE = 1.959963984540054;

  /**
   * The mean of {@code scores} in [0, 1], one a problem. Where all are 0 or 1 the interval is
   * Wilson's (1927), which stays sound at and near the ends; else the normal one by the scores' own
   * variance, cut to [0, 1].
   *
   * @param scores at least one
   */
  static Estimate of(double[] scores) {
    int n = scores.length;
    double mean = Arrays.stream(scores).sum() / n;
    if (Arrays.stream(scores).allMatch(score -> score == 0 || score == 1)) {
      double z2 = QUANTILE * QUANTILE;
      double center = (mean + z2 / (2 * n)) / (1 + z2 / n);
      double half = QUANTILE * Math.sqrt(mean * (1 - mean) / n + z2 / (4.0 * n * n)) / (1 + z2 / n);
      return new Estimate(mean, Math.max(0, center - half), Math.min(1, center + half), "wilson");
    }
    double squares = Arrays.stream(scores).map(score -> (score - mean) * (score - mean)).sum();
    double half = n == 1 ? 1 : QUANTILE * Math.sqrt(squares / (n - 1) / n);
    return new Estimate(mean, Math.max(0, mean - half), Math.min(1, mean + half), "normal");
  }

  ObjectNode toJson() {
    return JsonNodeFactory.instance
        .objectNode()
        .put("value", value)
        .put("low", low)
        .put("high", high)
        .put("interval", interval);
  }

  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%.4f  [%.4f, %.4f] (95 %%, %s)", value, low, high, interval);
  }
}
