package io.jackpot.tensor;

/**
 * Keys or values of a KV cache in 8 bits: codes {@code [slots, kvHeads, capacity, headDim]} and one
 * scale for each vector of {@code headDim}, {@code [slots, kvHeads, capacity]}. An element is its
 * code's number times its scale; the scale makes the largest magnitude of a vector the largest
 * number of the type.
 */
public final class QuantizedCache {
  private final CacheType type;
  private final Shape shape;
  private final byte[] codes;
  private final float[] scales;

  /**
   * @throws IllegalArgumentException if {@code type} is not one of 8 bits, or the cache has more
   *     elements than an array can hold
   */
  public QuantizedCache(CacheType type, int slots, int kvHeads, int capacity, int headDim) {
    this.type = type;
    this.shape = Shape.of(slots, kvHeads, capacity, headDim);
    if (type == CacheType.F32) {
      throw new IllegalArgumentException("a cache of f32 is a tensor, expected fp8 or int8");
    }
    if (shape.size() > Integer.MAX_VALUE - 64) {
      throw new IllegalArgumentException(
          "KV cache %s: more elements than an array can hold; use fewer slots".formatted(shape));
    }
    this.codes = new byte[(int) shape.size() + VectorCodes.SLACK];
    this.scales = new float[slots * kvHeads * capacity];
  }

  public CacheType type() {
    return type;
  }

  public Shape shape() {
    return shape;
  }

  public int dim(int axis) {
    return shape.dim(axis);
  }

  byte[] codes() {
    return codes;
  }

  float[] scales() {
    return scales;
  }

  /** Number of the vector of a head and position, which is also the place of its scale. */
  int vector(int slot, int kvHead, int position) {
    return (slot * dim(1) + kvHead) * dim(2) + position;
  }

  /** Stores {@code x[at …]}; a NaN in it makes the whole vector NaN. */
  void encode(float[] x, int at, int vector) {
    int dim = dim(3);
    float largest = 0;
    for (int i = 0; i < dim; i++) {
      largest = Math.max(largest, Math.abs(x[at + i]));
    }
    int to = vector * dim;
    if (type == CacheType.INT8) {
      float scale = largest / Int8.MAX;
      scales[vector] = scale;
      for (int i = 0; i < dim; i++) {
        codes[to + i] = Int8.of(x[at + i], scale);
      }
    } else {
      float scale = largest / Float8.MAX;
      scales[vector] = scale;
      for (int i = 0; i < dim; i++) {
        codes[to + i] = scale == 0 ? 0 : Float8.of(x[at + i] / scale);
      }
    }
  }

  /** The element as stored, in float32. */
  public float get(int slot, int kvHead, int position, int d) {
    int vector = vector(slot, kvHead, position);
    byte code = codes[vector * dim(3) + d];
    return scales[vector] * (type == CacheType.INT8 ? code : Float8.toFloat(code));
  }
}
