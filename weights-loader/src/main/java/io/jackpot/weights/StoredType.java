package io.jackpot.weights;

/** The number format of a weight file; in memory weights are float32. */
public enum StoredType {
  F32(4, "float32"),
  /** IEEE half precision: 11 significant bits, up to 65504. */
  F16(2, "float16"),
  /** The upper half of a float32: 8 significant bits, the range of float32. */
  BF16(2, "bfloat16");

  private final int bytes;
  private final String torchName;

  StoredType(int bytes, String torchName) {
    this.bytes = bytes;
    this.torchName = torchName;
  }

  int bytes() {
    return bytes;
  }

  /** The name in {@code config.json}. */
  String torchName() {
    return torchName;
  }

  /** The nearest bfloat16, ties to even; NaN stays NaN. */
  static short bfloat16(float value) {
    int bits = Float.floatToRawIntBits(value);
    return (short)
        (Float.isNaN(value)
            ? bits >>> 16 | 0x40 // a payload in the lower half alone would become infinity
            : bits + 0x7FFF + (bits >>> 16 & 1) >>> 16);
  }
}
