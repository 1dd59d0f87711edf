package io.jackpot.tasks;

/** Functions of float32 for kernels. */
public final class FloatMath {
  private FloatMath() {}

  /**
   * exp in float32 alone, to 2 units in the last place; 0 below −87 and infinite above 87. Math.exp
   * becomes an exponential in double, of which most GPUs do one in the time of 32 or 64 in float32.
   */
  public static float exp(float x) {
    float y = x;
    if (x > 0f) {
      y = -x;
    }
    float result = 0f;
    if (y < -87f) {
      result = 0f;
    } else {
      // y = r − n·log 2 with |r| ≤ (log 2)/2; log 2 in two parts, of which n times the first is
      // exact.
      int n = (int) (0.5f - y * 1.44269504f);
      float r = (y + n * 0.693359375f) - n * 2.12194440e-4f;
      float series = 1f / 5040f;
      series = series * r + 1f / 720f;
      series = series * r + 1f / 120f;
      series = series * r + 1f / 24f;
      series = series * r + 1f / 6f;
      series = series * r + 0.5f;
      series = series * r + 1f;
      result = (series * r + 1f) * powerOfHalf(n);
    }
    if (x > 0f) {
      result = 1f / result;
    }
    return result;
  }

  /** 2^-n for n in [0, 127]. */
  private static float powerOfHalf(int n) {
    float power = 1f;
    if ((n & 1) > 0) {
      power = 0.5f;
    }
    if ((n & 2) > 0) {
      power *= 0.25f;
    }
    if ((n & 4) > 0) {
      power *= 0.0625f;
    }
    if ((n & 8) > 0) {
      power *= 0.00390625f;
    }
    if ((n & 16) > 0) {
      power *= 1.52587890625e-5f;
    }
    if ((n & 32) > 0) {
      power *= 2.3283064365386963e-10f;
    }
    if ((n & 64) > 0) {
      power *= 5.421010862427522e-20f;
    }
    return power;
  }
}
