package io.jackpot.config;

/** The decay of a learning rate after its warm-up. */
public enum RateDecay {
  NONE,
  LINEAR,
  COSINE;

  /**
   * The rate of one update: linear warm-up, then this decay, which would reach 0 one update after
   * the last.
   *
   * @param step 1 for the first update
   */
  public float rate(float peak, int step, int warmup, int steps) {
    if (step <= warmup) {
      return peak * step / warmup;
    }
    double progress = (step - warmup) / (double) (steps - warmup + 1);
    return switch (this) {
      case NONE -> peak;
      case LINEAR -> (float) (peak * (1 - progress));
      case COSINE -> (float) (peak * 0.5 * (1 + StrictMath.cos(Math.PI * progress)));
    };
  }
}
