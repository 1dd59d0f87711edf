package io.jackpot.tensor;

/** The upper 16 bits of a float32. */
final class BFloat16 {
  private BFloat16() {}

  /** Rounds to nearest even; NaN stays NaN. */
  static short of(float x) {
    int bits = Float.floatToRawIntBits(x);
    if (Float.isNaN(x)) {
      return (short) (bits >>> 16 | 0x40);
    }
    return (short) (bits + 0x7FFF + (bits >>> 16 & 1) >>> 16);
  }

  static float toFloat(short code) {
    return Float.intBitsToFloat(code << 16);
  }
}
