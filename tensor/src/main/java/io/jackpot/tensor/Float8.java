package io.jackpot.tensor;

/**
 * The 8-bit float E4M3 of the Open Compute Project (OCP 8-bit Floating Point Specification, 2023):
 * four bits of exponent with bias 7, three of mantissa, subnormals, no infinity; 0x7F and 0xFF are
 * NaN. The largest number is 448.
 */
public final class Float8 {
  public static final float MAX = 448;

  private static final byte MAX_CODE = 0x7E;
  private static final byte NAN_CODE = 0x7F;
  private static final float SMALLEST_NORMAL = 0x1p-6f;

  /** Multiples of 2⁻⁹, the subnormals, are the last bit of numbers from here to twice this. */
  private static final float SUBNORMAL_ROUNDER = 0x1p14f;

  /** From the exponent bias of float32 to that of E4M3. */
  private static final int BIAS_CHANGE = 127 - 7;

  private Float8() {}

  /** Rounds to nearest even; beyond ±448 it gives ±448, infinities included. */
  public static byte of(float x) {
    int bits = Float.floatToRawIntBits(x);
    int sign = bits >>> 24 & 0x80;
    float magnitude = Math.abs(x);
    int code;
    if (magnitude >= MAX) {
      code = MAX_CODE;
    } else if (magnitude >= SMALLEST_NORMAL) {
      int unsigned = bits & 0x7FFFFFFF;
      int rounded = unsigned + 0x7FFFF + (unsigned >>> 20 & 1);
      code = (rounded >>> 20) - (BIAS_CHANGE << 3);
    } else if (magnitude >= 0) {
      code =
          Float.floatToRawIntBits(magnitude + SUBNORMAL_ROUNDER)
              - Float.floatToRawIntBits(SUBNORMAL_ROUNDER);
    } else {
      code = NAN_CODE;
    }
    return (byte) (sign | code);
  }

  /** The number that a code encodes, exactly. */
  public static float toFloat(byte code) {
    int magnitude = code & 0x7F;
    if (magnitude == NAN_CODE) {
      return Float.NaN;
    }
    return Float.intBitsToFloat((code & 0x80) << 24 | magnitude << 20) * 0x1p120f;
  }
}
