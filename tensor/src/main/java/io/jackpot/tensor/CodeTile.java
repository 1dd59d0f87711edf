package io.jackpot.tensor;

import static io.jackpot.tensor.VectorMath.LANES;
import static io.jackpot.tensor.VectorMath.SPECIES;

import jdk.incubator.vector.FloatVector;

/**
 * The tile of one row of {@link GemmTile} over a panel of fewer bits, decoded in registers and not
 * in the cache: for a single row the time is that of reading the weights. The bits are those of a
 * panel made float32 before.
 */
final class CodeTile {
  private CodeTile() {}

  /** {@code c (+)= a · b}: {@code a [k], b [k][2 vectors]}. */
  static void bfloat16(
      int k, float[] a, int aAt, short[] b, int bAt, float[] c, int cAt, boolean add) {
    FloatVector left = FloatVector.zero(SPECIES);
    FloatVector right = left;
    for (int p = 0, bp = bAt; p < k; p++, bp += 2 * LANES) {
      FloatVector s = FloatVector.broadcast(SPECIES, a[aAt + p]);
      left = s.fma(VectorCodes.bfloat16(b, bp), left);
      right = s.fma(VectorCodes.bfloat16(b, bp + LANES), right);
    }
    store(left, right, c, cAt, add);
  }

  /** As {@link #bfloat16}, with a scale a column, {@code scales [2 vectors]}. */
  static void int8(
      int k,
      float[] a,
      int aAt,
      byte[] b,
      int bAt,
      float[] scales,
      int scaleAt,
      float[] c,
      int cAt,
      boolean add) {
    FloatVector leftScale = FloatVector.fromArray(SPECIES, scales, scaleAt);
    FloatVector rightScale = FloatVector.fromArray(SPECIES, scales, scaleAt + LANES);
    FloatVector left = FloatVector.zero(SPECIES);
    FloatVector right = left;
    for (int p = 0, bp = bAt; p < k; p++, bp += 2 * LANES) {
      FloatVector s = FloatVector.broadcast(SPECIES, a[aAt + p]);
      left = s.fma(VectorCodes.int8(b, bp).mul(leftScale), left);
      right = s.fma(VectorCodes.int8(b, bp + LANES).mul(rightScale), right);
    }
    store(left, right, c, cAt, add);
  }

  private static void store(FloatVector left, FloatVector right, float[] c, int cAt, boolean add) {
    if (add) {
      left.add(FloatVector.fromArray(SPECIES, c, cAt)).intoArray(c, cAt);
      right.add(FloatVector.fromArray(SPECIES, c, cAt + LANES)).intoArray(c, cAt + LANES);
    } else {
      left.intoArray(c, cAt);
      right.intoArray(c, cAt + LANES);
    }
  }
}
