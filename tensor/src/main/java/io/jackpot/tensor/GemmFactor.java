package io.jackpot.tensor;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * A factor of a matrix product as it lies in memory, and how it is packed for {@link GemmTile}. Its
 * lines are the rows of the left factor or the columns of the right one; both are packed alike,
 * only the width differs.
 *
 * @param stride distance between lines, or between steps of k where not {@code alongK}
 * @param alongK whether the neighbours in memory are the elements of one line
 */
record GemmFactor(float[] data, int at, int stride, boolean alongK) {
  private static final VectorSpecies<Float> SPECIES = GemmTile.SPECIES;
  private static final int LANES = GemmTile.LANES;

  /**
   * Longest stride of lines that are read in place: farther apart, they share too few cache sets.
   */
  private static final int MAX_STRIDE = 512;

  /**
   * True if a panel of {@code width} lines can be read in place, {@link #place} onwards with {@link
   * #stride} between the steps of k, because its lines lie side by side.
   *
   * @param lines how many lines there are
   */
  boolean isPanel(int lines, int width) {
    return !alongK && lines >= width && stride <= MAX_STRIDE;
  }

  /** Index in the data of step {@code k0} of a line. */
  int place(int line, int k0) {
    return at + (alongK ? line * stride + k0 : k0 * stride + line);
  }

  /**
   * Packs {@code [k][width]}: {@code lines} lines from {@code line} on, {@code k} steps from {@code
   * k0} on. Where {@code lines < width} the rest holds any numbers, whose products are not stored.
   * Whole vectors are the fastest to write, so up to one vector is written behind the panel unless
   * the width is a multiple of the vector's.
   */
  void pack(int line, int lines, int k0, int k, int width, float[] to, int toAt) {
    if (!alongK) {
      copy(place(line, k0), lines, k, width, to, toAt);
    } else if (LANES == 16 && k >= 16) {
      transpose(place(line, k0), lines, k, width, to, toAt);
    } else {
      int from = place(line, k0);
      for (int i = 0; i < lines; i++) {
        for (int p = 0; p < k; p++) {
          to[toAt + p * width + i] = data[from + i * stride + p];
        }
      }
    }
  }

  /** Copies whole vectors; the next step overwrites the excess of the one before. */
  private void copy(int from, int lines, int k, int width, float[] to, int toAt) {
    int span = (width + LANES - 1) / LANES * LANES;
    int spare = data.length - from - span;
    int whole = spare < 0 ? 0 : Math.min(k, spare / stride + 1);
    for (int p = 0; p < whole; p++) {
      for (int i = 0; i < span; i += LANES) {
        FloatVector.fromArray(SPECIES, data, from + p * stride + i)
            .intoArray(to, toAt + p * width + i);
      }
    }
    for (int p = whole; p < k; p++) { // too near the end of the array
      System.arraycopy(data, from + p * stride, to, toAt + p * width, lines);
    }
  }

  /** Blocks of 16 lines by 16 steps; the last block overlaps the one before it. */
  private void transpose(int from, int lines, int k, int width, float[] to, int toAt) {
    for (int i = 0; i < lines; i += 16) {
      int last = Math.min(lines - i, 16) - 1;
      for (int p = 0; p < k; p += 16) {
        int q = Math.min(p, k - 16);
        transpose16(data, from + i * stride + q, stride, last, to, toAt + q * width + i, width);
      }
    }
  }

  private static final VectorShuffle<Float> SWAP_8 = swap(8);
  private static final VectorShuffle<Float> SWAP_4 = swap(4);
  private static final VectorShuffle<Float> SWAP_2 = swap(2);
  private static final VectorShuffle<Float> SWAP_1 = swap(1);
  private static final VectorMask<Float> ODD_8 = odd(8);
  private static final VectorMask<Float> ODD_4 = odd(4);
  private static final VectorMask<Float> ODD_2 = odd(2);
  private static final VectorMask<Float> ODD_1 = odd(1);

  private static VectorShuffle<Float> swap(int distance) {
    return VectorShuffle.fromOp(SPECIES, lane -> (lane ^ distance) % LANES);
  }

  private static VectorMask<Float> odd(int distance) {
    boolean[] lanes = new boolean[LANES];
    for (int lane = 0; lane < LANES; lane++) {
      lanes[lane] = (lane & distance) != 0;
    }
    return VectorMask.fromArray(SPECIES, lanes, 0);
  }

  /**
   * Transposes a 16 × 16 block in registers, by swapping blocks of 8, 4, 2 and 1. Lines behind the
   * {@code last} one repeat it.
   */
  private static void transpose16(
      float[] from, int at, int stride, int last, float[] to, int toAt, int width) {
    FloatVector v0 = FloatVector.fromArray(SPECIES, from, at);
    FloatVector v1 = FloatVector.fromArray(SPECIES, from, at + Math.min(1, last) * stride);
    FloatVector v2 = FloatVector.fromArray(SPECIES, from, at + Math.min(2, last) * stride);
    FloatVector v3 = FloatVector.fromArray(SPECIES, from, at + Math.min(3, last) * stride);
    FloatVector v4 = FloatVector.fromArray(SPECIES, from, at + Math.min(4, last) * stride);
    FloatVector v5 = FloatVector.fromArray(SPECIES, from, at + Math.min(5, last) * stride);
    FloatVector v6 = FloatVector.fromArray(SPECIES, from, at + Math.min(6, last) * stride);
    FloatVector v7 = FloatVector.fromArray(SPECIES, from, at + Math.min(7, last) * stride);
    FloatVector v8 = FloatVector.fromArray(SPECIES, from, at + Math.min(8, last) * stride);
    FloatVector v9 = FloatVector.fromArray(SPECIES, from, at + Math.min(9, last) * stride);
    FloatVector v10 = FloatVector.fromArray(SPECIES, from, at + Math.min(10, last) * stride);
    FloatVector v11 = FloatVector.fromArray(SPECIES, from, at + Math.min(11, last) * stride);
    FloatVector v12 = FloatVector.fromArray(SPECIES, from, at + Math.min(12, last) * stride);
    FloatVector v13 = FloatVector.fromArray(SPECIES, from, at + Math.min(13, last) * stride);
    FloatVector v14 = FloatVector.fromArray(SPECIES, from, at + Math.min(14, last) * stride);
    FloatVector v15 = FloatVector.fromArray(SPECIES, from, at + Math.min(15, last) * stride);
    FloatVector t;
    t = v0.blend(v8.rearrange(SWAP_8), ODD_8);
    v8 = v0.rearrange(SWAP_8).blend(v8, ODD_8);
    v0 = t;
    t = v1.blend(v9.rearrange(SWAP_8), ODD_8);
    v9 = v1.rearrange(SWAP_8).blend(v9, ODD_8);
    v1 = t;
    t = v2.blend(v10.rearrange(SWAP_8), ODD_8);
    v10 = v2.rearrange(SWAP_8).blend(v10, ODD_8);
    v2 = t;
    t = v3.blend(v11.rearrange(SWAP_8), ODD_8);
    v11 = v3.rearrange(SWAP_8).blend(v11, ODD_8);
    v3 = t;
    t = v4.blend(v12.rearrange(SWAP_8), ODD_8);
    v12 = v4.rearrange(SWAP_8).blend(v12, ODD_8);
    v4 = t;
    t = v5.blend(v13.rearrange(SWAP_8), ODD_8);
    v13 = v5.rearrange(SWAP_8).blend(v13, ODD_8);
    v5 = t;
    t = v6.blend(v14.rearrange(SWAP_8), ODD_8);
    v14 = v6.rearrange(SWAP_8).blend(v14, ODD_8);
    v6 = t;
    t = v7.blend(v15.rearrange(SWAP_8), ODD_8);
    v15 = v7.rearrange(SWAP_8).blend(v15, ODD_8);
    v7 = t;
    t = v0.blend(v4.rearrange(SWAP_4), ODD_4);
    v4 = v0.rearrange(SWAP_4).blend(v4, ODD_4);
    v0 = t;
    t = v1.blend(v5.rearrange(SWAP_4), ODD_4);
    v5 = v1.rearrange(SWAP_4).blend(v5, ODD_4);
    v1 = t;
    t = v2.blend(v6.rearrange(SWAP_4), ODD_4);
    v6 = v2.rearrange(SWAP_4).blend(v6, ODD_4);
    v2 = t;
    t = v3.blend(v7.rearrange(SWAP_4), ODD_4);
    v7 = v3.rearrange(SWAP_4).blend(v7, ODD_4);
    v3 = t;
    t = v8.blend(v12.rearrange(SWAP_4), ODD_4);
    v12 = v8.rearrange(SWAP_4).blend(v12, ODD_4);
    v8 = t;
    t = v9.blend(v13.rearrange(SWAP_4), ODD_4);
    v13 = v9.rearrange(SWAP_4).blend(v13, ODD_4);
    v9 = t;
    t = v10.blend(v14.rearrange(SWAP_4), ODD_4);
    v14 = v10.rearrange(SWAP_4).blend(v14, ODD_4);
    v10 = t;
    t = v11.blend(v15.rearrange(SWAP_4), ODD_4);
    v15 = v11.rearrange(SWAP_4).blend(v15, ODD_4);
    v11 = t;
    t = v0.blend(v2.rearrange(SWAP_2), ODD_2);
    v2 = v0.rearrange(SWAP_2).blend(v2, ODD_2);
    v0 = t;
    t = v1.blend(v3.rearrange(SWAP_2), ODD_2);
    v3 = v1.rearrange(SWAP_2).blend(v3, ODD_2);
    v1 = t;
    t = v4.blend(v6.rearrange(SWAP_2), ODD_2);
    v6 = v4.rearrange(SWAP_2).blend(v6, ODD_2);
    v4 = t;
    t = v5.blend(v7.rearrange(SWAP_2), ODD_2);
    v7 = v5.rearrange(SWAP_2).blend(v7, ODD_2);
    v5 = t;
    t = v8.blend(v10.rearrange(SWAP_2), ODD_2);
    v10 = v8.rearrange(SWAP_2).blend(v10, ODD_2);
    v8 = t;
    t = v9.blend(v11.rearrange(SWAP_2), ODD_2);
    v11 = v9.rearrange(SWAP_2).blend(v11, ODD_2);
    v9 = t;
    t = v12.blend(v14.rearrange(SWAP_2), ODD_2);
    v14 = v12.rearrange(SWAP_2).blend(v14, ODD_2);
    v12 = t;
    t = v13.blend(v15.rearrange(SWAP_2), ODD_2);
    v15 = v13.rearrange(SWAP_2).blend(v15, ODD_2);
    v13 = t;
    t = v0.blend(v1.rearrange(SWAP_1), ODD_1);
    v1 = v0.rearrange(SWAP_1).blend(v1, ODD_1);
    v0 = t;
    t = v2.blend(v3.rearrange(SWAP_1), ODD_1);
    v3 = v2.rearrange(SWAP_1).blend(v3, ODD_1);
    v2 = t;
    t = v4.blend(v5.rearrange(SWAP_1), ODD_1);
    v5 = v4.rearrange(SWAP_1).blend(v5, ODD_1);
    v4 = t;
    t = v6.blend(v7.rearrange(SWAP_1), ODD_1);
    v7 = v6.rearrange(SWAP_1).blend(v7, ODD_1);
    v6 = t;
    t = v8.blend(v9.rearrange(SWAP_1), ODD_1);
    v9 = v8.rearrange(SWAP_1).blend(v9, ODD_1);
    v8 = t;
    t = v10.blend(v11.rearrange(SWAP_1), ODD_1);
    v11 = v10.rearrange(SWAP_1).blend(v11, ODD_1);
    v10 = t;
    t = v12.blend(v13.rearrange(SWAP_1), ODD_1);
    v13 = v12.rearrange(SWAP_1).blend(v13, ODD_1);
    v12 = t;
    t = v14.blend(v15.rearrange(SWAP_1), ODD_1);
    v15 = v14.rearrange(SWAP_1).blend(v15, ODD_1);
    v14 = t;
    v0.intoArray(to, toAt);
    v1.intoArray(to, toAt + width);
    v2.intoArray(to, toAt + 2 * width);
    v3.intoArray(to, toAt + 3 * width);
    v4.intoArray(to, toAt + 4 * width);
    v5.intoArray(to, toAt + 5 * width);
    v6.intoArray(to, toAt + 6 * width);
    v7.intoArray(to, toAt + 7 * width);
    v8.intoArray(to, toAt + 8 * width);
    v9.intoArray(to, toAt + 9 * width);
    v10.intoArray(to, toAt + 10 * width);
    v11.intoArray(to, toAt + 11 * width);
    v12.intoArray(to, toAt + 12 * width);
    v13.intoArray(to, toAt + 13 * width);
    v14.intoArray(to, toAt + 14 * width);
    v15.intoArray(to, toAt + 15 * width);
  }
}
