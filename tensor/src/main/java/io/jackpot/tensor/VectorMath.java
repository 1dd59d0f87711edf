package io.jackpot.tensor;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * The few vector functions that the ops share. All give the same bits interpreted and compiled:
 * {@code lanewise(EXP)} and floating {@code reduceLanes(ADD)} do not promise that, so neither is
 * used.
 */
@SuppressWarnings("FloatingPointLiteralPrecision") // the digits of Cephes
final class VectorMath {
  static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  static final int LANES = SPECIES.length();

  private static final VectorShuffle<Float> BY_8 = rotation(8);
  private static final VectorShuffle<Float> BY_4 = rotation(4);
  private static final VectorShuffle<Float> BY_2 = rotation(2);
  private static final VectorShuffle<Float> BY_1 = rotation(1);

  private static final float LOG2_E = 1.44269504f;
  private static final float LN2_HIGH = 0.693359375f;
  private static final float LN2_LOW = -2.12194440e-4f;

  /** Adding it rounds to an integer, which is then in the low bits. */
  private static final float ROUNDER = 0x1.8p23f;

  private VectorMath() {}

  private static VectorShuffle<Float> rotation(int by) {
    return VectorShuffle.fromOp(SPECIES, lane -> (lane + by) & (LANES - 1));
  }

  /** The first {@code n} rounded up to whole vectors. */
  static int padded(int n) {
    return (n + LANES - 1) & -LANES;
  }

  /** The first {@code n} rounded down to whole vectors; the rest is a tail. */
  static int whole(int n) {
    return n & -LANES;
  }

  /**
   * The lanes of a tail. A loop is written twice, over whole vectors without a mask and once for
   * the tail. One masked body for both takes longer, with 512-bit (and 256-bit) vectors: sums of
   * rows 1.3 (1.4) times, RMSNorm backward 1.4 (1.4), RoPE 1.8 (2.2), SwiGLU backward 1.05 (1.0);
   * and where a vector comes from either of two branches, C2 makes it an object on the heap.
   *
   * @param left elements, fewer than {@link #LANES}
   */
  static VectorMask<Float> tail(int left) {
    return SPECIES.indexInRange(0, left);
  }

  static FloatVector load(float[] x, int at) {
    return FloatVector.fromArray(SPECIES, x, at);
  }

  static FloatVector load(float[] x, int at, VectorMask<Float> lanes) {
    return FloatVector.fromArray(SPECIES, x, at, lanes);
  }

  /** {@code y[yAt …] += x[xAt …]}. */
  static void addTo(float[] x, int xAt, float[] y, int yAt, int count) {
    int whole = whole(count);
    for (int j = 0; j < whole; j += LANES) {
      load(y, yAt + j).add(load(x, xAt + j)).intoArray(y, yAt + j);
    }
    if (whole < count) {
      VectorMask<Float> tail = tail(count - whole);
      load(y, yAt + whole, tail).add(load(x, xAt + whole, tail)).intoArray(y, yAt + whole, tail);
    }
  }

  /** Sum of the lanes, as a tree of fixed order. */
  static float sum(FloatVector v) {
    FloatVector s = v;
    if (LANES > 8) {
      s = s.add(s.rearrange(BY_8));
    }
    if (LANES > 4) {
      s = s.add(s.rearrange(BY_4));
    }
    if (LANES > 2) {
      s = s.add(s.rearrange(BY_2));
    }
    return s.add(s.rearrange(BY_1)).lane(0);
  }

  /** Dot product of {@code length} elements. */
  static float dot(float[] a, int aAt, float[] b, int bAt, int length) {
    FloatVector sum = FloatVector.zero(SPECIES);
    int i = 0;
    for (; i <= length - LANES; i += LANES) {
      FloatVector x = FloatVector.fromArray(SPECIES, a, aAt + i);
      sum = x.fma(FloatVector.fromArray(SPECIES, b, bAt + i), sum);
    }
    if (i < length) {
      VectorMask<Float> tail = tail(length - i);
      sum = load(a, aAt + i, tail).fma(load(b, bAt + i, tail), sum);
    }
    return sum(sum);
  }

  /**
   * eˣ within 2 ulp, 0 below −87.3, infinity above 88.7, NaN for NaN: 2ⁿ times a polynomial in the
   * rest (coefficients of Cephes' expf).
   */
  static FloatVector exp(FloatVector x) {
    FloatVector shifted = x.mul(LOG2_E).add(ROUNDER);
    FloatVector n = shifted.sub(ROUNDER);
    FloatVector r = n.fma(FloatVector.broadcast(SPECIES, -LN2_HIGH), x);
    r = n.fma(FloatVector.broadcast(SPECIES, -LN2_LOW), r);
    FloatVector p = FloatVector.broadcast(SPECIES, 1.9875691500e-4f);
    p = p.fma(r, FloatVector.broadcast(SPECIES, 1.3981999507e-3f));
    p = p.fma(r, FloatVector.broadcast(SPECIES, 8.3334519073e-3f));
    p = p.fma(r, FloatVector.broadcast(SPECIES, 4.1665795894e-2f));
    p = p.fma(r, FloatVector.broadcast(SPECIES, 1.6666665459e-1f));
    p = p.fma(r, FloatVector.broadcast(SPECIES, 5.0000001201e-1f));
    p = p.mul(r).fma(r, r).add(1f);
    FloatVector scaled =
        p.reinterpretAsInts()
            .add(shifted.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23))
            .reinterpretAsFloats();
    VectorMask<Float> under = x.lt(-87.3f);
    VectorMask<Float> over = x.compare(VectorOperators.GT, 88.7f);
    return scaled.blend(0f, under).blend(Float.POSITIVE_INFINITY, over);
  }

  /** σ(x) = 1/(1 + e⁻ˣ). */
  static FloatVector sigmoid(FloatVector x) {
    return FloatVector.broadcast(SPECIES, 1f).div(exp(x.neg()).add(1f));
  }
}
