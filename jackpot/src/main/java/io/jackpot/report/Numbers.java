package io.jackpot.report;

import java.util.Locale;
import java.util.Optional;
import org.apache.commons.statistics.interval.BinomialConfidenceInterval;
import org.apache.commons.statistics.interval.Interval;
import tools.jackson.databind.JsonNode;

/** Numbers of a metrics line, and their formats for people. */
final class Numbers {
  /** Stands for a number that a line lacks. */
  static final String NONE = "–";

  private Numbers() {}

  /**
   * The number that a line has under {@code key}; NaN if it has none or one beyond the range of
   * double.
   */
  static double of(JsonNode line, String key) {
    return Optional.ofNullable(line.get(key))
        .filter(JsonNode::isNumber)
        .map(JsonNode::doubleValue)
        .filter(Double::isFinite)
        .orElse(Double.NaN);
  }

  /**
   * The 95 % confidence interval of a share that was measured on a sample: Wilson's (1927), which
   * stays in [0, 1] and holds near its ends.
   *
   * @param share measured, in [0, 1]
   * @param n size of the sample, at least 1
   */
  static Interval wilson(double share, double n) {
    return BinomialConfidenceInterval.WILSON_SCORE.fromErrorRate(
        (int) n, (int) Math.rint(share * n), 0.05);
  }

  /** With a fixed number of digits after the point: {@code 0.912}; 1e5 and more as 1.2e+05. */
  static String fixed(double value, int digits) {
    if (!Double.isFinite(value)) {
      return NONE;
    }
    String format = Math.abs(value) < 1e5 ? "%." + digits + "f" : "%.1e";
    String text = String.format(Locale.ROOT, format, value);
    return text.matches("-0(\\.0*)?") ? text.substring(1) : text;
  }

  /** The number that a line has under {@code key}, with a fixed number of digits. */
  static String fixed(JsonNode line, String key, int digits) {
    return fixed(of(line, key), digits);
  }

  /**
   * Three significant digits and a unit: {@code 950}, {@code 3.12k}, {@code 336k}, {@code 1.2M}.
   */
  static String si(double value) {
    if (!Double.isFinite(value)) {
      return NONE;
    }
    String units = "kMGTP";
    double scaled = value;
    int unit = -1;
    // 999.5 would be shown as 1000.
    while (Math.abs(scaled) >= 999.5 && unit + 1 < units.length()) {
      scaled /= 1000;
      unit++;
    }
    return significant(scaled) + (unit < 0 ? "" : units.charAt(unit));
  }

  /** For legends: an integer unchanged, otherwise three significant digits with trailing zeros. */
  static String shown(double value) {
    double size = Math.abs(value);
    if (size >= 1e4 || Double.isNaN(value)) {
      return si(value);
    }
    if (value == Math.rint(value)) {
      return fixed(value, 0);
    }
    int whole = (int) Math.floor(Math.log10(size));
    return size < 1e-3 ? significant(value) : fixed(value, Math.max(0, 2 - whole));
  }

  /** Three significant digits, in scientific notation if a value is tiny or huge. */
  static String significant(double value) {
    if (!Double.isFinite(value)) {
      return NONE;
    }
    double size = Math.abs(value);
    if (size != 0 && (size < 1e-4 || size >= 1e5)) {
      return trimmed(String.format(Locale.ROOT, "%.2e", value));
    }
    int whole = size == 0 ? 0 : (int) Math.floor(Math.log10(size));
    return trimmed(String.format(Locale.ROOT, "%." + Math.max(0, 2 - whole) + "f", value));
  }

  /** {@code 0:42}, {@code 12:05}, {@code 1:02:33}; from four days on {@code 4d03h}. */
  static String duration(double seconds) {
    if (!Double.isFinite(seconds)) {
      return NONE;
    }
    long whole = Math.max(0, Math.round(seconds));
    long hours = whole / 3600;
    if (hours >= 96) {
      return String.format(Locale.ROOT, "%dd%02dh", hours / 24, hours % 24);
    }
    return hours > 0
        ? String.format(Locale.ROOT, "%d:%02d:%02d", hours, whole / 60 % 60, whole % 60)
        : String.format(Locale.ROOT, "%d:%02d", whole / 60, whole % 60);
  }

  /** Removes trailing zeros after the decimal point. */
  private static String trimmed(String number) {
    return number.replaceFirst("(\\.\\d*?)0+(?=e|$)", "$1").replaceFirst("\\.(?=e|$)", "");
  }
}
