package io.jackpot.tasks.ladder;

/** Errors of results. */
final class Errors {
  private Errors() {}

  /** The larger of an error so far and another; one that is NaN counts as infinite. */
  static double larger(double soFar, double difference) {
    double error = Double.isNaN(difference) ? Double.POSITIVE_INFINITY : Math.abs(difference);
    return Math.max(soFar, error);
  }
}
