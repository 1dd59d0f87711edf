package io.jackpot.tensor;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The innermost loop of a matrix product: one tile of the output, {@link #ROWS} × {@link #COLUMNS},
 * held in vector registers while k is walked once (Goto and van de Geijn, 2008; Van Zee and van de
 * Geijn, 2015). The tile is two vectors wide and as many rows high as the register file holds
 * beside two vectors of B and one of A.
 *
 * <p>The accumulators are named locals because C2 keeps nothing else in registers, and there is one
 * method a height because one accumulator that C2 keeps in memory costs a fifth of the speed. It
 * does so before the registers are full, and the sooner the more there is to compute for the
 * addresses; hence the two running indices, and heights with room to spare. Nothing is factored
 * out: C2 stops inlining methods that are not the JDK's own in a method of this size, and a vector
 * passed to a call is an object on the heap.
 */
final class GemmTile {
  static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  static final int LANES = SPECIES.length();

  /** AVX-512 and AArch64 have 32 vector registers, other machines are taken to have 16. */
  private static final boolean MANY_REGISTERS =
      SPECIES.vectorBitSize() == 512 || System.getProperty("os.arch", "").equals("aarch64");

  static final int ROWS = MANY_REGISTERS ? 12 : 4;
  static final int COLUMNS = 2 * LANES;

  private GemmTile() {}

  /**
   * {@code c (+)= a · b} for one tile: {@code a [k][ROWS], b [k][COLUMNS]}, with {@code aStep} and
   * {@code bStep} between the steps of k, and {@code c} with {@code stride} between rows. Each
   * element is one chain of fused multiply-adds in the order of k, then added to c.
   */
  static void multiply(
      int k,
      float[] a,
      int aAt,
      int aStep,
      float[] b,
      int bAt,
      int bStep,
      float[] c,
      int cAt,
      int stride,
      boolean add) {
    multiply(ROWS, k, a, aAt, aStep, b, bAt, bStep, c, cAt, stride, add);
  }

  /**
   * A tile of {@code rows} rows, which are {@link #ROWS}, 4 or 1. An element gets the same bits
   * whatever the height.
   */
  static void multiply(
      int rows,
      int k,
      float[] a,
      int aAt,
      int aStep,
      float[] b,
      int bAt,
      int bStep,
      float[] c,
      int cAt,
      int stride,
      boolean add) {
    switch (rows) {
      case 12 -> tile12(k, a, aAt, aStep, b, bAt, bStep, c, cAt, stride, add);
      case 4 -> tile4(k, a, aAt, aStep, b, bAt, bStep, c, cAt, stride, add);
      case 1 -> tile1(k, a, aAt, aStep, b, bAt, bStep, c, cAt, add);
      default -> throw new IllegalArgumentException("a tile of " + rows + " rows");
    }
  }

  private static void tile1(
      int k,
      float[] a,
      int aAt,
      int aStep,
      float[] b,
      int bAt,
      int bStep,
      float[] c,
      int cAt,
      boolean add) {
    FloatVector left = FloatVector.zero(SPECIES);
    FloatVector right = left;
    int end = aAt + k * aStep;
    for (int ap = aAt, bp = bAt; ap < end; ap += aStep, bp += bStep) {
      FloatVector s = FloatVector.broadcast(SPECIES, a[ap]);
      left = s.fma(FloatVector.fromArray(SPECIES, b, bp), left);
      right = s.fma(FloatVector.fromArray(SPECIES, b, bp + LANES), right);
    }
    if (add) {
      left = left.add(FloatVector.fromArray(SPECIES, c, cAt));
      right = right.add(FloatVector.fromArray(SPECIES, c, cAt + LANES));
    }
    left.intoArray(c, cAt);
    right.intoArray(c, cAt + LANES);
  }

  /** The tile of 12 rows, for 32 vector registers. */
  private static void tile12(
      int k,
      float[] a,
      int aAt,
      int aStep,
      float[] b,
      int bAt,
      int bStep,
      float[] c,
      int cAt,
      int stride,
      boolean add) {
    FloatVector l0 = FloatVector.zero(SPECIES);
    FloatVector r0 = l0;
    FloatVector l1 = l0;
    FloatVector r1 = l0;
    FloatVector l2 = l0;
    FloatVector r2 = l0;
    FloatVector l3 = l0;
    FloatVector r3 = l0;
    FloatVector l4 = l0;
    FloatVector r4 = l0;
    FloatVector l5 = l0;
    FloatVector r5 = l0;
    FloatVector l6 = l0;
    FloatVector r6 = l0;
    FloatVector l7 = l0;
    FloatVector r7 = l0;
    FloatVector l8 = l0;
    FloatVector r8 = l0;
    FloatVector l9 = l0;
    FloatVector r9 = l0;
    FloatVector l10 = l0;
    FloatVector r10 = l0;
    FloatVector l11 = l0;
    FloatVector r11 = l0;
    int end = aAt + k * aStep;
    for (int ap = aAt, bp = bAt; ap < end; ap += aStep, bp += bStep) {
      FloatVector left = FloatVector.fromArray(SPECIES, b, bp);
      FloatVector right = FloatVector.fromArray(SPECIES, b, bp + LANES);
      FloatVector s = FloatVector.broadcast(SPECIES, a[ap]);
      l0 = s.fma(left, l0);
      r0 = s.fma(right, r0);
      s = FloatVector.broadcast(SPECIES, a[ap + 1]);
      l1 = s.fma(left, l1);
      r1 = s.fma(right, r1);
      s = FloatVector.broadcast(SPECIES, a[ap + 2]);
      l2 = s.fma(left, l2);
      r2 = s.fma(right, r2);
      s = FloatVector.broadcast(SPECIES, a[ap + 3]);
      l3 = s.fma(left, l3);
      r3 = s.fma(right, r3);
      s = FloatVector.broadcast(SPECIES, a[ap + 4]);
      l4 = s.fma(left, l4);
      r4 = s.fma(right, r4);
      s = FloatVector.broadcast(SPECIES, a[ap + 5]);
      l5 = s.fma(left, l5);
      r5 = s.fma(right, r5);
      s = FloatVector.broadcast(SPECIES, a[ap + 6]);
      l6 = s.fma(left, l6);
      r6 = s.fma(right, r6);
      s = FloatVector.broadcast(SPECIES, a[ap + 7]);
      l7 = s.fma(left, l7);
      r7 = s.fma(right, r7);
      s = FloatVector.broadcast(SPECIES, a[ap + 8]);
      l8 = s.fma(left, l8);
      r8 = s.fma(right, r8);
      s = FloatVector.broadcast(SPECIES, a[ap + 9]);
      l9 = s.fma(left, l9);
      r9 = s.fma(right, r9);
      s = FloatVector.broadcast(SPECIES, a[ap + 10]);
      l10 = s.fma(left, l10);
      r10 = s.fma(right, r10);
      s = FloatVector.broadcast(SPECIES, a[ap + 11]);
      l11 = s.fma(left, l11);
      r11 = s.fma(right, r11);
    }
    if (add) {
      l0 = l0.add(FloatVector.fromArray(SPECIES, c, cAt));
      r0 = r0.add(FloatVector.fromArray(SPECIES, c, cAt + LANES));
      l1 = l1.add(FloatVector.fromArray(SPECIES, c, cAt + stride));
      r1 = r1.add(FloatVector.fromArray(SPECIES, c, cAt + stride + LANES));
      l2 = l2.add(FloatVector.fromArray(SPECIES, c, cAt + 2 * stride));
      r2 = r2.add(FloatVector.fromArray(SPECIES, c, cAt + 2 * stride + LANES));
      l3 = l3.add(FloatVector.fromArray(SPECIES, c, cAt + 3 * stride));
      r3 = r3.add(FloatVector.fromArray(SPECIES, c, cAt + 3 * stride + LANES));
      l4 = l4.add(FloatVector.fromArray(SPECIES, c, cAt + 4 * stride));
      r4 = r4.add(FloatVector.fromArray(SPECIES, c, cAt + 4 * stride + LANES));
      l5 = l5.add(FloatVector.fromArray(SPECIES, c, cAt + 5 * stride));
      r5 = r5.add(FloatVector.fromArray(SPECIES, c, cAt + 5 * stride + LANES));
      l6 = l6.add(FloatVector.fromArray(SPECIES, c, cAt + 6 * stride));
      r6 = r6.add(FloatVector.fromArray(SPECIES, c, cAt + 6 * stride + LANES));
      l7 = l7.add(FloatVector.fromArray(SPECIES, c, cAt + 7 * stride));
      r7 = r7.add(FloatVector.fromArray(SPECIES, c, cAt + 7 * stride + LANES));
      l8 = l8.add(FloatVector.fromArray(SPECIES, c, cAt + 8 * stride));
      r8 = r8.add(FloatVector.fromArray(SPECIES, c, cAt + 8 * stride + LANES));
      l9 = l9.add(FloatVector.fromArray(SPECIES, c, cAt + 9 * stride));
      r9 = r9.add(FloatVector.fromArray(SPECIES, c, cAt + 9 * stride + LANES));
      l10 = l10.add(FloatVector.fromArray(SPECIES, c, cAt + 10 * stride));
      r10 = r10.add(FloatVector.fromArray(SPECIES, c, cAt + 10 * stride + LANES));
      l11 = l11.add(FloatVector.fromArray(SPECIES, c, cAt + 11 * stride));
      r11 = r11.add(FloatVector.fromArray(SPECIES, c, cAt + 11 * stride + LANES));
    }
    l0.intoArray(c, cAt);
    r0.intoArray(c, cAt + LANES);
    l1.intoArray(c, cAt + stride);
    r1.intoArray(c, cAt + stride + LANES);
    l2.intoArray(c, cAt + 2 * stride);
    r2.intoArray(c, cAt + 2 * stride + LANES);
    l3.intoArray(c, cAt + 3 * stride);
    r3.intoArray(c, cAt + 3 * stride + LANES);
    l4.intoArray(c, cAt + 4 * stride);
    r4.intoArray(c, cAt + 4 * stride + LANES);
    l5.intoArray(c, cAt + 5 * stride);
    r5.intoArray(c, cAt + 5 * stride + LANES);
    l6.intoArray(c, cAt + 6 * stride);
    r6.intoArray(c, cAt + 6 * stride + LANES);
    l7.intoArray(c, cAt + 7 * stride);
    r7.intoArray(c, cAt + 7 * stride + LANES);
    l8.intoArray(c, cAt + 8 * stride);
    r8.intoArray(c, cAt + 8 * stride + LANES);
    l9.intoArray(c, cAt + 9 * stride);
    r9.intoArray(c, cAt + 9 * stride + LANES);
    l10.intoArray(c, cAt + 10 * stride);
    r10.intoArray(c, cAt + 10 * stride + LANES);
    l11.intoArray(c, cAt + 11 * stride);
    r11.intoArray(c, cAt + 11 * stride + LANES);
  }

  /** The tile of 4 rows, for 16 vector registers. */
  private static void tile4(
      int k,
      float[] a,
      int aAt,
      int aStep,
      float[] b,
      int bAt,
      int bStep,
      float[] c,
      int cAt,
      int stride,
      boolean add) {
    FloatVector l0 = FloatVector.zero(SPECIES);
    FloatVector r0 = l0;
    FloatVector l1 = l0;
    FloatVector r1 = l0;
    FloatVector l2 = l0;
    FloatVector r2 = l0;
    FloatVector l3 = l0;
    FloatVector r3 = l0;
    int end = aAt + k * aStep;
    for (int ap = aAt, bp = bAt; ap < end; ap += aStep, bp += bStep) {
      FloatVector left = FloatVector.fromArray(SPECIES, b, bp);
      FloatVector right = FloatVector.fromArray(SPECIES, b, bp + LANES);
      FloatVector s = FloatVector.broadcast(SPECIES, a[ap]);
      l0 = s.fma(left, l0);
      r0 = s.fma(right, r0);
      s = FloatVector.broadcast(SPECIES, a[ap + 1]);
      l1 = s.fma(left, l1);
      r1 = s.fma(right, r1);
      s = FloatVector.broadcast(SPECIES, a[ap + 2]);
      l2 = s.fma(left, l2);
      r2 = s.fma(right, r2);
      s = FloatVector.broadcast(SPECIES, a[ap + 3]);
      l3 = s.fma(left, l3);
      r3 = s.fma(right, r3);
    }
    if (add) {
      l0 = l0.add(FloatVector.fromArray(SPECIES, c, cAt));
      r0 = r0.add(FloatVector.fromArray(SPECIES, c, cAt + LANES));
      l1 = l1.add(FloatVector.fromArray(SPECIES, c, cAt + stride));
      r1 = r1.add(FloatVector.fromArray(SPECIES, c, cAt + stride + LANES));
      l2 = l2.add(FloatVector.fromArray(SPECIES, c, cAt + 2 * stride));
      r2 = r2.add(FloatVector.fromArray(SPECIES, c, cAt + 2 * stride + LANES));
      l3 = l3.add(FloatVector.fromArray(SPECIES, c, cAt + 3 * stride));
      r3 = r3.add(FloatVector.fromArray(SPECIES, c, cAt + 3 * stride + LANES));
    }
    l0.intoArray(c, cAt);
    r0.intoArray(c, cAt + LANES);
    l1.intoArray(c, cAt + stride);
    r1.intoArray(c, cAt + stride + LANES);
    l2.intoArray(c, cAt + 2 * stride);
    r2.intoArray(c, cAt + 2 * stride + LANES);
    l3.intoArray(c, cAt + 3 * stride);
    r3.intoArray(c, cAt + 3 * stride + LANES);
  }
}
