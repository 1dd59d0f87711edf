package io.jackpot.tasks;

import static io.jackpot.tasks.Kernel.CONTEXT;

import uk.ac.manchester.tornado.api.KernelContext;

/**
 * Matrix products by tiles: a group computes 64 × 64 elements of the result, each thread 4 × 4 of
 * them in registers, from strips of both factors that the group loads to local memory, 16 steps of
 * the sum at a time. A factor's transposition changes only how it is loaded.
 */
public final class MatmulKernels {
  // Arguments: where matrices begin, then sizes
  public static final int A = 0;
  public static final int B = 1;
  public static final int Y = 2;
  public static final int ROWS = 3;
  public static final int COLS = 4;
  public static final int INNER = 5;

  /** Distance between rows of a factor as they are stored. */
  public static final int A_STRIDE = 6;

  public static final int B_STRIDE = 7;

  /** 1 to add to the output, 0 to overwrite it. */
  public static final int KEEP = 8;

  /** Steps of the sum that a group takes. */
  public static final int PART = 9;

  // Of Bfloat16Kernels alone
  public static final int TILES_X = 10;
  public static final int TILES_Y = 11;
  public static final int TILES = 12;
  public static final int GROUPS = 13;

  public static final int ARGUMENTS = 14;

  // Scalars
  public static final int SCALE = 0;

  /** Rows and columns of a tile. */
  static final int TILE = 64;

  private static final int GROUP = 256;

  /** Constants: whether the sum runs along a row of the left factor, and of the right one. */
  static final Kernel MATMUL =
      Kernel.special(
          "MatmulKernels.matmul",
          GROUP,
          3,
          (graph, id, a, in, task, constants) ->
              graph.task(
                  id,
                  MatmulKernels::matmul,
                  CONTEXT,
                  a[0],
                  a[1],
                  a[2],
                  in.args(),
                  in.scalars(),
                  task,
                  constants[0],
                  constants[1]));

  private MatmulKernels() {}

  /**
   * {@code a [ROWS, INNER], b [INNER, COLS] → y [ROWS, COLS]}: y (+)= SCALE·a·b over a part of the
   * sum. Groups: x columns, y rows, z parts of the sum of PART steps each, whose results stand one
   * after another.
   *
   * @param aAlong 1 where a is stored as [rows, inner], 0 where as [inner, rows]
   * @param bAlong 1 where b is stored as [cols, inner], 0 where as [inner, cols]
   */
  public static void matmul(
      KernelContext context,
      float[] a,
      float[] b,
      float[] y,
      int[] args,
      float[] scalars,
      int task,
      int aAlong,
      int bAlong) {
    // 16 steps of 64 rows; a step is 68 apart from the next, so that threads hit different banks.
    float[] left = context.allocateFloatLocalArray(16 * 68);
    float[] right = context.allocateFloatLocalArray(16 * 68);
    int at = args[task];
    int rows = args[at + ROWS];
    int cols = args[at + COLS];
    int aStride = args[at + A_STRIDE];
    int bStride = args[at + B_STRIDE];
    int thread = context.localIdx;
    int threadRow = (thread >> 4) * 4;
    int threadCol = (thread & 15) * 4;
    int row0 = context.groupIdy * 64;
    int col0 = context.groupIdx * 64;
    int from = context.groupIdz * args[at + PART];
    int to = Math.min(args[at + INNER], from + args[at + PART]);
    float c00 = 0f;
    float c01 = 0f;
    float c02 = 0f;
    float c03 = 0f;
    float c10 = 0f;
    float c11 = 0f;
    float c12 = 0f;
    float c13 = 0f;
    float c20 = 0f;
    float c21 = 0f;
    float c22 = 0f;
    float c23 = 0f;
    float c30 = 0f;
    float c31 = 0f;
    float c32 = 0f;
    float c33 = 0f;
    for (int p0 = from; p0 < to; p0 += 16) {
      for (int load = 0; load < 4; load++) {
        int e = thread + load * 256;
        int along = e & 15;
        int across = e >> 4;
        if (aAlong < 1) {
          along = e >> 6;
          across = e & 63;
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
            value = a[args[at + A] + index];
          }
        }
        left[along * 68 + across] = value;
        along = e & 15;
        across = e >> 4;
        if (bAlong < 1) {
          along = e >> 6;
          across = e & 63;
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
            value = b[args[at + B] + index];
          }
        }
        right[along * 68 + across] = value;
      }
      context.localBarrier();
      for (int p = 0; p < 16; p++) {
        int leftAt = p * 68 + threadRow;
        int rightAt = p * 68 + threadCol;
        float a0 = left[leftAt];
        float a1 = left[leftAt + 1];
        float a2 = left[leftAt + 2];
        float a3 = left[leftAt + 3];
        float b0 = right[rightAt];
        float b1 = right[rightAt + 1];
        float b2 = right[rightAt + 2];
        float b3 = right[rightAt + 3];
        c00 += a0 * b0;
        c01 += a0 * b1;
        c02 += a0 * b2;
        c03 += a0 * b3;
        c10 += a1 * b0;
        c11 += a1 * b1;
        c12 += a1 * b2;
        c13 += a1 * b3;
        c20 += a2 * b0;
        c21 += a2 * b1;
        c22 += a2 * b2;
        c23 += a2 * b3;
        c30 += a3 * b0;
        c31 += a3 * b1;
        c32 += a3 * b2;
        c33 += a3 * b3;
      }
      context.localBarrier();
    }
    int yAt = args[at + Y] + context.groupIdz * rows * cols;
    int keep = args[at + KEEP];
    float scale = scalars[at + SCALE];
    int row = row0 + threadRow;
    int col = col0 + threadCol;
    storeRow(
        y, yAt, rows, cols, row, col, keep, c00 * scale, c01 * scale, c02 * scale, c03 * scale);
    storeRow(
        y, yAt, rows, cols, row + 1, col, keep, c10 * scale, c11 * scale, c12 * scale, c13 * scale);
    storeRow(
        y, yAt, rows, cols, row + 2, col, keep, c20 * scale, c21 * scale, c22 * scale, c23 * scale);
    storeRow(
        y, yAt, rows, cols, row + 3, col, keep, c30 * scale, c31 * scale, c32 * scale, c33 * scale);
  }

  /** Up to four elements of a row of the result, of which those in it are stored. */
  public static void storeRow(
      float[] y,
      int yAt,
      int rows,
      int cols,
      int row,
      int col,
      int keep,
      float v0,
      float v1,
      float v2,
      float v3) {
    if (row < rows) {
      store(y, yAt + row * cols, cols, col, keep, v0);
      store(y, yAt + row * cols, cols, col + 1, keep, v1);
      store(y, yAt + row * cols, cols, col + 2, keep, v2);
      store(y, yAt + row * cols, cols, col + 3, keep, v3);
    }
  }

  private static void store(float[] y, int rowAt, int cols, int col, int keep, float value) {
    if (col < cols) {
      float before = 0f;
      if (keep > 0) {
        before = y[rowAt + col];
      }
      y[rowAt + col] = before + value;
    }
  }
}
