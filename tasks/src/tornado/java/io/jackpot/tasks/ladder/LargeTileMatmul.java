package io.jackpot.tasks.ladder;

import io.jackpot.tasks.MatmulKernels;
import uk.ac.manchester.tornado.api.KernelContext;

/** The ladder's fifth rung: the product's kernel with tiles of 128 × 128. */
public final class LargeTileMatmul {
  private LargeTileMatmul() {}

  /**
   * As {@link MatmulKernels#matmul}, with 128 × 128 elements a group and 8 × 8 a thread: four rows
   * and columns from the first half of the tile, and four from the second.
   *
   * <p>Arguments and groups are those of {@link MatmulKernels#matmul}.
   *
   * @param aAlong 1 where a is stored as [rows, inner], 0 where as [inner, rows]
   * @param bAlong 1 where b is stored as [cols, inner], 0 where as [inner, cols]
   */
  public static void matmul128(
      KernelContext context,
      float[] a,
      float[] b,
      float[] y,
      int[] args,
      float[] scalars,
      int task,
      int aAlong,
      int bAlong) {
    // 16 steps of 128 rows; a step is 132 apart from the next, so that threads hit different banks.
    float[] left = context.allocateFloatLocalArray(16 * 132);
    float[] right = context.allocateFloatLocalArray(16 * 132);
    int at = args[task];
    int rows = args[at + MatmulKernels.ROWS];
    int cols = args[at + MatmulKernels.COLS];
    int aStride = args[at + MatmulKernels.A_STRIDE];
    int bStride = args[at + MatmulKernels.B_STRIDE];
    int thread = context.localIdx;
    int threadRow = (thread >> 4) * 4;
    int threadCol = (thread & 15) * 4;
    int row0 = context.groupIdy * 128;
    int col0 = context.groupIdx * 128;
    int from = context.groupIdz * args[at + MatmulKernels.PART];
    int to = Math.min(args[at + MatmulKernels.INNER], from + args[at + MatmulKernels.PART]);
    float c00 = 0f;
    float c01 = 0f;
    float c02 = 0f;
    float c03 = 0f;
    float c04 = 0f;
    float c05 = 0f;
    float c06 = 0f;
    float c07 = 0f;
    float c10 = 0f;
    float c11 = 0f;
    float c12 = 0f;
    float c13 = 0f;
    float c14 = 0f;
    float c15 = 0f;
    float c16 = 0f;
    float c17 = 0f;
    float c20 = 0f;
    float c21 = 0f;
    float c22 = 0f;
    float c23 = 0f;
    float c24 = 0f;
    float c25 = 0f;
    float c26 = 0f;
    float c27 = 0f;
    float c30 = 0f;
    float c31 = 0f;
    float c32 = 0f;
    float c33 = 0f;
    float c34 = 0f;
    float c35 = 0f;
    float c36 = 0f;
    float c37 = 0f;
    float c40 = 0f;
    float c41 = 0f;
    float c42 = 0f;
    float c43 = 0f;
    float c44 = 0f;
    float c45 = 0f;
    float c46 = 0f;
    float c47 = 0f;
    float c50 = 0f;
    float c51 = 0f;
    float c52 = 0f;
    float c53 = 0f;
    float c54 = 0f;
    float c55 = 0f;
    float c56 = 0f;
    float c57 = 0f;
    float c60 = 0f;
    float c61 = 0f;
    float c62 = 0f;
    float c63 = 0f;
    float c64 = 0f;
    float c65 = 0f;
    float c66 = 0f;
    float c67 = 0f;
    float c70 = 0f;
    float c71 = 0f;
    float c72 = 0f;
    float c73 = 0f;
    float c74 = 0f;
    float c75 = 0f;
    float c76 = 0f;
    float c77 = 0f;
    for (int p0 = from; p0 < to; p0 += 16) {
      for (int load = 0; load < 8; load++) {
        int e = thread + load * 256;
        int along = e & 15;
        int across = e >> 4;
        if (aAlong < 1) {
          along = e >> 7;
          across = e & 127;
        }
        int p = p0 + along;
        int i = row0 + across;
        float value = 0f;
        if (p < to) {
          if (i < rows) {
            int index = i * aStride + p;
            if (aAlong < 1) {
              index = p * aStride + i;
            }
            value = a[args[at + MatmulKernels.A] + index];
          }
        }
        left[along * 132 + across] = value;
        along = e & 15;
        across = e >> 4;
        if (bAlong < 1) {
          along = e >> 7;
          across = e & 127;
        }
        p = p0 + along;
        int j = col0 + across;
        value = 0f;
        if (p < to) {
          if (j < cols) {
            int index = j * bStride + p;
            if (bAlong < 1) {
              index = p * bStride + j;
            }
            value = b[args[at + MatmulKernels.B] + index];
          }
        }
        right[along * 132 + across] = value;
      }
      context.localBarrier();
      for (int p = 0; p < 16; p++) {
        int leftAt = p * 132 + threadRow;
        int rightAt = p * 132 + threadCol;
        float a0 = left[leftAt];
        float a1 = left[leftAt + 1];
        float a2 = left[leftAt + 2];
        float a3 = left[leftAt + 3];
        float a4 = left[leftAt + 64];
        float a5 = left[leftAt + 65];
        float a6 = left[leftAt + 66];
        float a7 = left[leftAt + 67];
        float b0 = right[rightAt];
        float b1 = right[rightAt + 1];
        float b2 = right[rightAt + 2];
        float b3 = right[rightAt + 3];
        float b4 = right[rightAt + 64];
        float b5 = right[rightAt + 65];
        float b6 = right[rightAt + 66];
        float b7 = right[rightAt + 67];
        c00 += a0 * b0;
        c01 += a0 * b1;
        c02 += a0 * b2;
        c03 += a0 * b3;
        c04 += a0 * b4;
        c05 += a0 * b5;
        c06 += a0 * b6;
        c07 += a0 * b7;
        c10 += a1 * b0;
        c11 += a1 * b1;
        c12 += a1 * b2;
        c13 += a1 * b3;
        c14 += a1 * b4;
        c15 += a1 * b5;
        c16 += a1 * b6;
        c17 += a1 * b7;
        c20 += a2 * b0;
        c21 += a2 * b1;
        c22 += a2 * b2;
        c23 += a2 * b3;
        c24 += a2 * b4;
        c25 += a2 * b5;
        c26 += a2 * b6;
        c27 += a2 * b7;
        c30 += a3 * b0;
        c31 += a3 * b1;
        c32 += a3 * b2;
        c33 += a3 * b3;
        c34 += a3 * b4;
        c35 += a3 * b5;
        c36 += a3 * b6;
        c37 += a3 * b7;
        c40 += a4 * b0;
        c41 += a4 * b1;
        c42 += a4 * b2;
        c43 += a4 * b3;
        c44 += a4 * b4;
        c45 += a4 * b5;
        c46 += a4 * b6;
        c47 += a4 * b7;
        c50 += a5 * b0;
        c51 += a5 * b1;
        c52 += a5 * b2;
        c53 += a5 * b3;
        c54 += a5 * b4;
        c55 += a5 * b5;
        c56 += a5 * b6;
        c57 += a5 * b7;
        c60 += a6 * b0;
        c61 += a6 * b1;
        c62 += a6 * b2;
        c63 += a6 * b3;
        c64 += a6 * b4;
        c65 += a6 * b5;
        c66 += a6 * b6;
        c67 += a6 * b7;
        c70 += a7 * b0;
        c71 += a7 * b1;
        c72 += a7 * b2;
        c73 += a7 * b3;
        c74 += a7 * b4;
        c75 += a7 * b5;
        c76 += a7 * b6;
        c77 += a7 * b7;
      }
      context.localBarrier();
    }
    int yAt = args[at + MatmulKernels.Y] + context.groupIdz * rows * cols;
    int keep = args[at + MatmulKernels.KEEP];
    float scale = scalars[at + MatmulKernels.SCALE];
    int row = row0 + threadRow;
    int col = col0 + threadCol;
    MatmulKernels.storeRow(
        y, yAt, rows, cols, row, col, keep, c00 * scale, c01 * scale, c02 * scale, c03 * scale);
    MatmulKernels.storeRow(
        y,
        yAt,
        rows,
        cols,
        row,
        col + 64,
        keep,
        c04 * scale,
        c05 * scale,
        c06 * scale,
        c07 * scale);
    MatmulKernels.storeRow(
        y, yAt, rows, cols, row + 1, col, keep, c10 * scale, c11 * scale, c12 * scale, c13 * scale);
    MatmulKernels.storeRow(
        y,
        yAt,
        rows,
        cols,
        row + 1,
        col + 64,
        keep,
        c14 * scale,
        c15 * scale,
        c16 * scale,
        c17 * scale);
    MatmulKernels.storeRow(
        y, yAt, rows, cols, row + 2, col, keep, c20 * scale, c21 * scale, c22 * scale, c23 * scale);
    MatmulKernels.storeRow(
        y,
        yAt,
        rows,
        cols,
        row + 2,
        col + 64,
        keep,
        c24 * scale,
        c25 * scale,
        c26 * scale,
        c27 * scale);
    MatmulKernels.storeRow(
        y, yAt, rows, cols, row + 3, col, keep, c30 * scale, c31 * scale, c32 * scale, c33 * scale);
    MatmulKernels.storeRow(
        y,
        yAt,
        rows,
        cols,
        row + 3,
        col + 64,
        keep,
        c34 * scale,
        c35 * scale,
        c36 * scale,
        c37 * scale);
    MatmulKernels.storeRow(
        y,
        yAt,
        rows,
        cols,
        row + 64,
        col,
        keep,
        c40 * scale,
        c41 * scale,
        c42 * scale,
        c43 * scale);
    MatmulKernels.storeRow(
        y,
        yAt,
        rows,
        cols,
        row + 64,
        col + 64,
        keep,
        c44 * scale,
        c45 * scale,
        c46 * scale,
        c47 * scale);
    MatmulKernels.storeRow(
        y,
        yAt,
        rows,
        cols,
        row + 65,
        col,
        keep,
        c50 * scale,
        c51 * scale,
        c52 * scale,
        c53 * scale);
    MatmulKernels.storeRow(
        y,
        yAt,
        rows,
        cols,
        row + 65,
        col + 64,
        keep,
        c54 * scale,
        c55 * scale,
        c56 * scale,
        c57 * scale);
    MatmulKernels.storeRow(
        y,
        yAt,
        rows,
        cols,
        row + 66,
        col,
        keep,
        c60 * scale,
        c61 * scale,
        c62 * scale,
        c63 * scale);
    MatmulKernels.storeRow(
        y,
        yAt,
        rows,
        cols,
        row + 66,
        col + 64,
        keep,
        c64 * scale,
        c65 * scale,
        c66 * scale,
        c67 * scale);
    MatmulKernels.storeRow(
        y,
        yAt,
        rows,
        cols,
        row + 67,
        col,
        keep,
        c70 * scale,
        c71 * scale,
        c72 * scale,
        c73 * scale);
    MatmulKernels.storeRow(
        y,
        yAt,
        rows,
        cols,
        row + 67,
        col + 64,
        keep,
        c74 * scale,
        c75 * scale,
        c76 * scale,
        c77 * scale);
  }
}
