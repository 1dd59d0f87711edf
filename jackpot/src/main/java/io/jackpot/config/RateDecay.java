package io.jackpot.config;

/** How a learning rate falls after its warm-up. */
public enum RateDecay {
  NONE,
  LINEAR,
  COSINE;

  /**
   * The rate of one update: linear warm-up, then this decay to 0 at the last update.
   *
   * @param step 1 for the first update
   */
  public float rate(float peak, int step, int warmup, int steps) {
    if (step <= warmup) {
      return peak * step / warmup;
    }
    double progress = (step - warmup) / (double) Math.max(1, steps - warmup);
    return switch (this) {
      case NONE -> peak;
      case LINEAR -> (float) (peak * (1 - progress));
      case COSINE -> (float) (peak * 0.5 * (1 + StrictMath.cos(Math.PI * progress)));
    };
  }
}
