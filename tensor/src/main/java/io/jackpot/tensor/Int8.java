package io.jackpot.tensor;

/** Symmetric 8-bit integers with a scale that several numbers share. */
final class Int8 {
  static final int MAX = 127;

  private Int8() {}

  /** Rounds {@code x / scale} to nearest even; a scale of 0 makes everything 0. */
  static byte of(float x, float scale) {
    return scale == 0 ? 0 : (byte) Math.clamp(Math.rint(x / scale), -MAX, MAX);
  }
}
