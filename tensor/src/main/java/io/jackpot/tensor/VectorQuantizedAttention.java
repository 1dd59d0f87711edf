package io.jackpot.tensor;

import static io.jackpot.tensor.VectorMath.LANES;
import static io.jackpot.tensor.VectorMath.SPECIES;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * Decoding against a cache of 8 bits. A block of keys or values becomes float32 in the L1 cache and
 * serves all query heads that share it. The sums have an order that depends on the length alone.
 */
final class VectorQuantizedAttention {
  /** Positions that are made float32 at a time. */
  private static final int BLOCK = 32;

  private VectorQuantizedAttention() {}

  /** The query heads of {@code row} that read key head {@code kvHead}. */
  static void decode(
      Tensor q,
      QuantizedCache keys,
      QuantizedCache values,
      int slot,
      int length,
      float scale,
      Tensor o,
      int row,
      int kvHead) {
    int heads = q.dim(1);
    int group = heads / keys.dim(1);
    int dim = q.dim(2);
    int width = VectorMath.padded(dim);
    int padded = VectorMath.padded(length);
    int first = keys.vector(slot, kvHead, 0);
    int qAt = (row * heads + kvHead * group) * dim;
    float[] queries = Scratch.floats(0, group * width);
    float[] scores = Scratch.floats(1, group * padded);
    float[] block = Scratch.floats(2, BLOCK * width);
    float[] out = Scratch.floats(3, group * width);
    for (int h = 0; h < group; h++) {
      System.arraycopy(q.data(), qAt + h * dim, queries, h * width, dim);
      Arrays.fill(queries, h * width + dim, (h + 1) * width, 0);
    }
    Arrays.fill(out, 0, group * width, 0);
    for (int from = 0; from < length; from += BLOCK) {
      int count = Math.min(BLOCK, length - from);
      load(keys, first + from, count, dim, width, block);
      for (int h = 0; h < group; h++) {
        for (int j = 0; j < count; j++) {
          float dot = VectorMath.dot(queries, h * width, block, j * width, width);
          scores[h * padded + from + j] = scale * keys.scales()[first + from + j] * dot;
        }
      }
    }
    for (int h = 0; h < group; h++) {
      VectorAttention.softmax(scores, h * padded, length, padded);
    }
    for (int from = 0; from < length; from += BLOCK) {
      int count = Math.min(BLOCK, length - from);
      load(values, first + from, count, dim, width, block);
      for (int h = 0; h < group; h++) {
        for (int j = 0; j < count; j++) {
          scores[h * padded + from + j] *= values.scales()[first + from + j];
        }
        combine(scores, h * padded + from, block, width, count, out, h * width);
      }
    }
    for (int h = 0; h < group; h++) {
      System.arraycopy(out, h * width, o.data(), qAt + h * dim, dim);
    }
  }

  /** Makes {@code count} vectors float32, without their scales, in rows of {@code width}. */
  private static void load(
      QuantizedCache cache, int vector, int count, int dim, int width, float[] to) {
    if (dim == width) {
      decode(cache, vector * dim, count * dim, to, 0);
      return;
    }
    int whole = VectorMath.whole(dim);
    for (int j = 0; j < count; j++) {
      int at = (vector + j) * dim;
      decode(cache, at, whole, to, j * width);
      for (int i = whole; i < dim; i++) {
        byte code = cache.codes()[at + i];
        to[j * width + i] = cache.type() == CacheType.INT8 ? code : Float8.toFloat(code);
      }
      Arrays.fill(to, j * width + dim, (j + 1) * width, 0);
    }
  }

  private static void decode(QuantizedCache cache, int at, int count, float[] to, int toAt) {
    if (cache.type() == CacheType.INT8) {
      VectorCodes.int8(cache.codes(), at, count, to, toAt);
    } else {
      VectorCodes.float8(cache.codes(), at, count, to, toAt);
    }
  }

  /** {@code y += Σ_j weights[j]·x[j]}. */
  private static void combine(
      float[] weights, int weightsAt, float[] x, int width, int count, float[] y, int yAt) {
    for (int c = 0; c < width; c += LANES) {
      FloatVector sum = FloatVector.fromArray(SPECIES, y, yAt + c);
      for (int j = 0; j < count; j++) {
        FloatVector row = FloatVector.fromArray(SPECIES, x, j * width + c);
        sum = row.fma(FloatVector.broadcast(SPECIES, weights[weightsAt + j]), sum);
      }
      sum.intoArray(y, yAt + c);
    }
  }
}
