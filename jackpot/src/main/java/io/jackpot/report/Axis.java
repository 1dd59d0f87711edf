package io.jackpot.report;

import java.util.ArrayList;
import java.util.List;

/**
 * An axis of a chart: a range of values and its ticks.
 *
 * @param low the value at its beginning
 * @param high the value at its end, above {@code low}
 * @param logarithmic whether equal lengths are equal ratios
 * @param ticks values that are marked, rising
 */
record Axis(double low, double high, boolean logarithmic, List<Double> ticks) {

  /** Values that differ by less than this share of their size are drawn as equal. */
  private static final double FLAT = 1e-6;

  /**
   * Larger values, and smaller ones than 1 over this, have no steps between them that a double
   * holds.
   */
  private static final double LARGEST = 1e300;

  /**
   * An axis over {@code low} to {@code high}, which are moved outwards to round numbers.
   *
   * @param most ticks there may be
   */
  static Axis rounded(double low, double high, int most) {
    double least = drawn(low);
    double greatest = drawn(high);
    double size = Math.max(Math.abs(least), Math.abs(greatest));
    double space = greatest - least > FLAT * size ? 0 : least == 0 ? 1 : size * 0.1;
    double from = least - (least == 0 ? 0 : space);
    double to = greatest + space;
    double step = step(to - from, most);
    double first = Math.floor(from / step + 1e-9);
    double last = Math.ceil(to / step - 1e-9);
    if (last - first >= most) {
      step = step(step * (last - first), most);
      first = Math.floor(from / step + 1e-9);
      last = Math.ceil(to / step - 1e-9);
    }
    return new Axis(first * step, last * step, false, multiples(first, last, step));
  }

  /** An axis from {@code low} to {@code high} exactly, marked at whole numbers. */
  static Axis whole(double low, double high, int most) {
    double end = high > low ? high : low + 1;
    double step = Math.max(1, step(end - low, most));
    double first = Math.ceil(low / step - 1e-9);
    double last = Math.floor(end / step + 1e-9);
    return new Axis(low, end, false, multiples(first, last, step));
  }

  /** A logarithmic axis over whole decades; both ends above 0. */
  static Axis decades(double low, double high) {
    int first = (int) Math.floor(Math.log10(Math.max(low, 1 / LARGEST)) + 1e-9);
    int last = Math.max(first + 1, (int) Math.ceil(Math.log10(Math.min(high, LARGEST)) - 1e-9));
    int stride = (last - first + 5) / 6;
    List<Double> ticks = new ArrayList<>();
    for (int decade = first; decade <= last; decade += stride) {
      ticks.add(Math.pow(10, decade));
    }
    return new Axis(Math.pow(10, first), Math.pow(10, last), true, List.copyOf(ticks));
  }

  /** The position of a value, 0 at the beginning and 1 at the end; values outside are clamped. */
  double at(double value) {
    double share =
        logarithmic ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low);
    return Math.clamp(share, 0, 1);
  }

  /** A tick's text; all ticks of an axis have as many digits after the point. */
  String label(double tick) {
    double largest = Math.max(Math.abs(low), Math.abs(high));
    if (logarithmic || largest >= 1e4) {
      return Numbers.si(tick);
    }
    double step = ticks.size() < 2 ? 1 : ticks.get(1) - ticks.get(0);
    int digits = (int) Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
    return digits > 4 ? Numbers.significant(tick) : Numbers.fixed(tick, digits);
  }

  private static double drawn(double value) {
    return Math.abs(value) < 1 / LARGEST ? 0 : Math.clamp(value, -LARGEST, LARGEST);
  }

  /** The smallest of 1, 2 and 5 times a power of ten that cuts {@code length} often enough. */
  private static double step(double length, int most) {
    double rough = length / (most - 1);
    double power = Math.pow(10, Math.floor(Math.log10(rough)));
    for (double factor : new double[] {1, 2, 5}) {
      if (factor * power >= rough * (1 - 1e-9)) {
        return factor * power;
      }
    }
    return 10 * power;
  }

  private static List<Double> multiples(double first, double last, double step) {
    List<Double> multiples = new ArrayList<>();
    for (double k = first; k <= last; k++) {
      // Without + 0 there could be a -0.
      multiples.add(k * step + 0.0);
    }
    return List.copyOf(multiples);
  }
}
