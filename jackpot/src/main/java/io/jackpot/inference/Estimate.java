package io.jackpot.inference;

import static org.apache.commons.statistics.interval.BinomialConfidenceInterval.WILSON_SCORE;
import static org.apache.commons.statistics.interval.NormalConfidenceInterval.MEAN;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.apache.commons.statistics.interval.Interval;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A mean over problems with its 95 % confidence interval. Problems are the sample of a larger
 * population, so intervals are over problems, however many responses each of them has.
 *
 * @param interval its kind: {@code wilson}, {@code t} or {@code mover}
 */
record Estimate(double value, double low, double high, String interval) {
  /** Share of samples whose interval misses the true mean. */
  private static final double ERROR_RATE = 0.05;

  /** Largest error of a sum of fractions that is an integer. */
  private static final double ROUNDING = 1e-6;

  /**
   * The mean of {@code scores} in [0, 1], one per problem. If all are 0 or 1 the interval is
   * Wilson's (1927), which is valid near the ends too. If all are equal their variance is no
   * estimate, and the interval is also Wilson's, the widest for that mean; if their sum is not an
   * integer it covers the intervals of both neighbouring integers. Otherwise it is Student's
   * (1908), clipped to [0, 1].
   *
   * @param scores at least one
   */
  static Estimate of(double[] scores) {
    int n = scores.length;
    double sum = Arrays.stream(scores).sum();
    double mean = sum / n;
    boolean equal = Arrays.stream(scores).allMatch(score -> score == scores[0]);
    if (equal || Arrays.stream(scores).allMatch(score -> score == 0 || score == 1)) {
      Interval low = WILSON_SCORE.fromErrorRate(n, (int) (sum + ROUNDING), ERROR_RATE);
      Interval high = WILSON_SCORE.fromErrorRate(n, (int) Math.ceil(sum - ROUNDING), ERROR_RATE);
      return within(mean, low.getLowerBound(), high.getUpperBound(), "wilson");
    }
    double squares = Arrays.stream(scores).map(score -> (score - mean) * (score - mean)).sum();
    Interval student = MEAN.fromErrorRate(mean, squares / (n - 1), n, ERROR_RATE);
    return within(mean, student.getLowerBound(), student.getUpperBound(), "t");
  }

  /**
   * The mean of estimates from independent samples, with equal weights. The distances to the ends
   * of their intervals add up in the way of standard errors (MOVER; Zou and Donner, 2008).
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
    // By rounding, the end of an interval may lie inside a mean of 0 or 1.
    return new Estimate(
        value, Math.max(0, Math.min(low, value)), Math.min(1, Math.max(high, value)), interval);
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
