package io.jackpot.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A number over the steps of a run; both arrays {@code [points]}.
 *
 * @param steps rising
 * @param values NaN where a step has none: the curve has a gap there
 */
record Points(double[] steps, double[] values) {
  int size() {
    return steps.length;
  }

  /** The number of values that are not NaN. */
  int count() {
    return (int) Arrays.stream(values).filter(Double::isFinite).count();
  }

  /** Whether there is nothing to draw. */
  boolean isEmpty() {
    return count() == 0;
  }

  /** The first value that is not NaN; NaN if there is none. */
  double first() {
    return Arrays.stream(values).filter(Double::isFinite).findFirst().orElse(Double.NaN);
  }

  /** The last value that is not NaN; NaN if there is none. */
  double last() {
    return Arrays.stream(values).filter(Double::isFinite).reduce(Double.NaN, (a, b) -> b);
  }

  /**
   * At most about {@code 2·buckets} points that look the same: of each bucket of neighbours the
   * lowest and the highest, so that no spike is lost. The first and the last point stay.
   */
  Points thinned(int buckets) {
    if (size() <= 2 * buckets) {
      return this;
    }
    List<Integer> kept = new ArrayList<>();
    kept.add(0);
    for (int bucket = 0; bucket < buckets; bucket++) {
      int from = (int) ((long) size() * bucket / buckets);
      int to = (int) ((long) size() * (bucket + 1) / buckets);
      int lowest = from;
      int highest = from;
      for (int i = from; i < to; i++) {
        // A comparison with NaN is false: the first number found replaces it.
        lowest = values[i] >= values[lowest] ? lowest : Double.isNaN(values[i]) ? lowest : i;
        highest = values[i] <= values[highest] ? highest : Double.isNaN(values[i]) ? highest : i;
      }
      kept.add(Math.min(lowest, highest));
      kept.add(Math.max(lowest, highest));
    }
    kept.add(size() - 1);
    int[] indices = kept.stream().mapToInt(i -> i).distinct().toArray();
    return new Points(
        Arrays.stream(indices).mapToDouble(i -> steps[i]).toArray(),
        Arrays.stream(indices).mapToDouble(i -> values[i]).toArray());
  }

  /** The mean of each bucket of neighbours, at its middle step; a gap where it has no value. */
  Points means(int buckets) {
    int n = Math.min(buckets, size());
    double[] middle = new double[n];
    double[] mean = new double[n];
    for (int bucket = 0; bucket < n; bucket++) {
      int from = (int) ((long) size() * bucket / n);
      int to = (int) ((long) size() * (bucket + 1) / n);
      middle[bucket] = (steps[from] + steps[to - 1]) / 2;
      mean[bucket] =
          Arrays.stream(values, from, to).filter(Double::isFinite).average().orElse(Double.NaN);
    }
    return new Points(middle, mean);
  }
}
