package io.jackpot.tensor;

/** Storage of the weights of a model that only samples. */
public enum WeightType {
  /** As they are. */
  F32(4),
  /** The upper half of float32, rounded to nearest even. */
  BF16(2),
  /** Integers of −127 to 127 with one float32 scale a row, its largest magnitude / 127. */
  INT8(1);

  private final int bytes;

  WeightType(int bytes) {
    this.bytes = bytes;
  }

  /** Bytes of an element, scales not counted. */
  public int bytes() {
    return bytes;
  }
}
