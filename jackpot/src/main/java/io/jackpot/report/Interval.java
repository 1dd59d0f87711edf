package io.jackpot.report;

/**
 * Where a share lies that was measured on a sample: Wilson's interval, which stays in [0, 1] and
 * holds at shares near its ends (Wilson, 1927).
 */
record Interval(double low, double high) {
  /** 97.5% of a normal distribution lie below; between it and its negative lie 95%. */
  private static final double Z = 1.959963984540054;

  /**
   * The 95% interval.
   *
   * @param share measured, in [0, 1]
   * @param n size of the sample, at least 1
   */
  static Interval of(double share, double n) {
    double centre = (share + Z * Z / (2 * n)) / (1 + Z * Z / n);
    double half = Z / (1 + Z * Z / n) * Math.sqrt(share * (1 - share) / n + Z * Z / (4 * n * n));
    return new Interval(Math.max(0, centre - half), Math.min(1, centre + half));
  }
}
