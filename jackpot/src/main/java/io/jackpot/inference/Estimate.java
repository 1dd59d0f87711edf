package io.jackpot.inference;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A mean over problems with its 95 % confidence interval. Problems are what was sampled from a
 * larger population, so intervals are over problems, however many responses each of them got.
 *
 * @param interval which one: {@code wilson}, {@code t} or {@code mover}
 */
record Estimate(double value, double low, double high, String interval) {
  /** The normal distribution's 97.5 % quantile. */
  private static final double QUANTILE = 1.959963984540054;

  /**
   * The mean of {@code scores} in [0, 1], one a problem. Where all are 0 or 1 the interval is
   * Wilson's (1927), which stays sound at and near the ends; so it is where all are equal, since
   * their variance then says nothing and no scores of that mean spread wider than 0 and 1. Else it
   * is Student's (1908) by the scores' own variance, cut to [0, 1].
   *
   * @param scores at least one
   */
  static Estimate of(double[] scores) {
    int n = scores.length;
    double mean = Arrays.stream(scores).sum() / n;
    boolean equal = Arrays.stream(scores).allMatch(score -> score == scores[0]);
    if (equal || Arrays.stream(scores).allMatch(score -> score == 0 || score == 1)) {
      double z2 = QUANTILE * QUANTILE;
      double center = (mean + z2 / (2 * n)) / (1 + z2 / n);
      double half = QUANTILE * Math.sqrt(mean * (1 - mean) / n + z2 / (4.0 * n * n)) / (1 + z2 / n);
      return within(mean, center - half, center + half, "wilson");
    }
    double squares = Arrays.stream(scores).map(score -> (score - mean) * (score - mean)).sum();
    double half = quantile(n - 1) * Math.sqrt(squares / (n - 1) / n);
    return within(mean, mean - half, mean + half, "t");
  }

  /**
   * The mean of estimates from samples of their own, each of the same weight. The distances to the
   * ends of their intervals add up as standard errors do (MOVER; Zou and Donner, 2008).
   *
   * @param parts at least one; a single one is its own mean
   */
  static Estimate mean(List<Estimate> parts) {
    if (parts.size() == 1) {
      return parts.getFirst();
    }
    double value = 0;
    double below = 0;
    double above = 0;
    for (Estimate part : parts) {
      value += part.value / parts.size();
      below += (part.value - part.low) * (part.value - part.low);
      above += (part.high - part.value) * (part.high - part.value);
    }
    return within(
        value,
        value - Math.sqrt(below) / parts.size(),
        value + Math.sqrt(above) / parts.size(),
        "mover");
  }

  private static Estimate within(double value, double low, double high, String interval) {
    // Of a mean of 0 or 1 the end may lie beyond it by rounding.
    return new Estimate(
        value, Math.max(0, Math.min(low, value)), Math.min(1, Math.max(high, value)), interval);
  }

  /**
   * Student's 97.5 % quantile (Abramowitz and Stegun, 1964, 26.7.5), within 0.2 %.
   *
   * @param freedom degrees of freedom, at least 1
   */
  static double quantile(int freedom) {
    if (freedom == 1) {
      return Math.tan(0.475 * Math.PI);
    }
    if (freedom == 2) {
      return 0.95 * Math.sqrt(2 / (1 - 0.95 * 0.95));
    }
    double z = QUANTILE;
    double z3 = z * z * z;
    double z5 = z3 * z * z;
    double z7 = z5 * z * z;
    double z9 = z7 * z * z;
    double v = 1.0 / freedom;
    double first = (z3 + z) / 4;
    double second = (5 * z5 + 16 * z3 + 3 * z) / 96;
    double third = (3 * z7 + 19 * z5 + 17 * z3 - 15 * z) / 384;
    double fourth = (79 * z9 + 776 * z7 + 1482 * z5 - 1920 * z3 - 945 * z) / 92160;
    return z + v * (first + v * (second + v * (third + v * fourth)));
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
