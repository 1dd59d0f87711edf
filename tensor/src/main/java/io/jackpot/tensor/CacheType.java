package io.jackpot.tensor;

/** Storage of a KV cache. */
public enum CacheType {
  F32(4),
  /** {@link Float8} with one float32 scale a token and head, its largest magnitude / 448. */
  FP8(1),
  /** Integers of −127 to 127 with one float32 scale a token and head, its largest / 127. */
  INT8(1);

  private final int bytes;

  CacheType(int bytes) {
    this.bytes = bytes;
  }

  /** Bytes of an element, scales not counted. */
  public int bytes() {
    return bytes;
  }
}
