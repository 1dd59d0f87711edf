package io.jackpot.tasks;

import uk.ac.manchester.tornado.api.KernelContext;

/** Attention's backward pass, by the tiles of {@link AttentionKernels}. */
final class AttentionBackwardKernels {
  // Arguments: where tensors begin, then where ids do, then sizes
  static final int X = 0;
  static final int D_X = 1;
  static final int Y = 2;
  static final int D_Y = 3;
  static final int O = 4;
  static final int D_O = 5;
  static final int LOG_SUM_EXP = 6;
  static final int DELTA = 7;
  static final int OUT = 8;

  /** The second output; it follows {@link #OUT}, as the kernel counts on. */
  static final int SECOND_OUT = 9;

  /** First token of each token's sequence, then the one after its last. */
  static final int BOUNDS = 10;

  static final int TOKENS = 11;
  static final int HEADS = 12;
  static final int KV_HEADS = 13;
  static final int DIM = 14;

  /** 1 where rows are keys, 0 where they are queries. */
  static final int BY_KEYS = 15;

  // Scalars
  static final int SCALE = 0;

  private static final int GROUP = 256;

  static final Kernel ROW_DELTA =
      Kernel.of(
          "AttentionBackwardKernels.delta", RowsKernels.LANES, AttentionBackwardKernels::delta);
  static final Kernel BACKWARD =
      Kernel.of("AttentionBackwardKernels.backward", GROUP, AttentionBackwardKernels::backward);

  private AttentionBackwardKernels() {}

  /** {@code dO, o [rows, DIM] → delta [rows]}: delta = Σ dO·o; a group a row. */
  public static void delta(
      KernelContext context,
      float[] dO,
      float[] o,
      float[] delta,
      int[] ids,
      int[] args,
      float[] scalars,
      int task) {
    float[] sums = context.allocateFloatLocalArray(64);
    int at = args[task];
    int lane = context.localIdx;
    int row = context.groupIdx;
    int dim = args[at + DIM];
    sums[lane] =
        RowsTasks.dot(dO, args[at + D_O] + row * dim, o, args[at + O] + row * dim, dim, lane, 64);
    context.localBarrier();
    for (int half = 32; half > 0; half >>= 1) {
      if (lane < half) {
        sums[lane] += sums[lane + half];
      }
      context.localBarrier();
    }
    if (lane < 1) {
      delta[args[at + DELTA] + row] = sums[0];
    }
  }

  /**
   * Both halves of the backward pass, which are one computation with queries and keys exchanged.
   * With the probabilities P, computed again from logSumExp, and the gradient G of the products
   * q·k:
   *
   * <ul>
   *   <li>rows are queries: x = q, dx = dO, y = k, dy = v; the output is dQ = G·k;
   *   <li>rows are keys: x = k, dx = v, y = q, dy = dO; the outputs, in one array, are dK = Gᵀ·q
   *       and dV = Pᵀ·dO, summed over the query heads that share a key head.
   * </ul>
   *
   * <p>Groups: x blocks of rows, y heads of the rows.
   */
  public static void backward(
      KernelContext context,
      float[] x,
      float[] dx,
      float[] y,
      float[] dy,
      float[] logSumExp,
      float[] delta,
      float[] out,
      int[] ids,
      int[] args,
      float[] scalars,
      int task) {
    // As in forward; two tiles of 4352 floats, first G, then P.
    float[] left = context.allocateFloatLocalArray(16 * 68);
    float[] right = context.allocateFloatLocalArray(16 * 68);
    float[] tiles = context.allocateFloatLocalArray(2 * 64 * 68);
    int at = args[task];
    int tokens = args[at + TOKENS];
    int heads = args[at + HEADS];
    int kvHeads = args[at + KV_HEADS];
    int dim = args[at + DIM];
    int byKeys = args[at + BY_KEYS];
    float scale = scalars[at + SCALE];
    int shared = heads / kvHeads;
    int rowHead = context.groupIdy;
    int rowHeads = heads;
    int colHeads = kvHeads;
    int firstColHead = rowHead / shared;
    int lastColHead = firstColHead;
    if (byKeys > 0) {
      rowHeads = kvHeads;
      colHeads = heads;
      firstColHead = rowHead * shared;
      lastColHead = firstColHead + shared - 1;
    }
    int first = context.groupIdx * 64;
    int rows = Math.min(64, tokens - first);
    int rowStride = rowHeads * dim;
    int colStride = colHeads * dim;
    int rowAt = first * rowStride + rowHead * dim;
    int thread = context.localIdx;
    int threadRow = (thread >> 4) * 4;
    int threadCol = (thread & 15) * 4;
    int startsAt = args[at + BOUNDS] + first;
    int endsAt = args[at + BOUNDS] + tokens + first;
    int begin = ids[startsAt];
    int end = first + rows;
    if (byKeys > 0) {
      begin = first;
      end = ids[endsAt + rows - 1];
    }
    AttentionKernels.clear(out, args[at + OUT] + rowAt, rowStride, rows, dim, thread);
    if (byKeys > 0) {
      AttentionKernels.clear(out, args[at + SECOND_OUT] + rowAt, rowStride, rows, dim, thread);
    }
    for (int colHead = firstColHead; colHead <= lastColHead; colHead++) {
      int head = rowHead;
      if (byKeys > 0) {
        head = colHead;
      }
      for (int col = begin; col < end; col += 64) {
        int cols = Math.min(64, end - col);
        int colAt = col * colStride + colHead * dim;
        // Products q·k into the second tile, then dO·v into the first.
        for (int which = 0; which < 2; which++) {
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
          for (int p0 = 0; p0 < dim; p0 += 16) {
            for (int load = 0; load < 4; load++) {
              int e = thread + load * 256;
              int along = e & 15;
              int across = e >> 4;
              float leftValue = 0f;
              float rightValue = 0f;
              if (which < 1) {
                leftValue =
                    AttentionKernels.element(
                        x, args[at + X] + rowAt, rowStride, rows, dim, across, p0 + along);
                rightValue =
                    AttentionKernels.element(
                        y, args[at + Y] + colAt, colStride, cols, dim, across, p0 + along);
              } else {
                leftValue =
                    AttentionKernels.element(
                        dx, args[at + D_X] + rowAt, rowStride, rows, dim, across, p0 + along);
                rightValue =
                    AttentionKernels.element(
                        dy, args[at + D_Y] + colAt, colStride, cols, dim, across, p0 + along);
              }
              left[along * 68 + across] = leftValue;
              right[along * 68 + across] = rightValue;
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
          int to = (1 - which) * 4352 + threadRow * 68 + threadCol;
          tiles[to] = c00;
          tiles[to + 1] = c01;
          tiles[to + 2] = c02;
          tiles[to + 3] = c03;
          tiles[to + 68] = c10;
          tiles[to + 69] = c11;
          tiles[to + 70] = c12;
          tiles[to + 71] = c13;
          tiles[to + 136] = c20;
          tiles[to + 137] = c21;
          tiles[to + 138] = c22;
          tiles[to + 139] = c23;
          tiles[to + 204] = c30;
          tiles[to + 205] = c31;
          tiles[to + 206] = c32;
          tiles[to + 207] = c33;
        }
        context.localBarrier();
        for (int e = thread; e < 4096; e += 256) {
          int i = e >> 6;
          int j = e & 63;
          int low = 0;
          int high = 0;
          int query = 0;
          if (i < rows) {
            if (j < cols) {
              low = ids[startsAt + i];
              high = first + i + 1;
              query = first + i;
              if (byKeys > 0) {
                low = first + i;
                high = ids[endsAt + i];
                query = col + j;
              }
            }
          }
          int stat = query * heads + head;
          float p =
              AttentionTasks.probability(
                  tiles[4352 + i * 68 + j],
                  scale,
                  logSumExp[args[at + LOG_SUM_EXP] + stat],
                  low,
                  col + j,
                  high);
          tiles[4352 + i * 68 + j] = p;
          tiles[i * 68 + j] =
              AttentionTasks.productGradient(
                  p, tiles[i * 68 + j], delta[args[at + DELTA] + stat], scale);
        }
        context.localBarrier();
        // G·y, and where rows are keys P·dy too.
        for (int which = 0; which <= byKeys; which++) {
          for (int c0 = 0; c0 < dim; c0 += 64) {
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
            for (int j0 = 0; j0 < cols; j0 += 16) {
              for (int load = 0; load < 4; load++) {
                int e = thread + load * 256;
                int along = e >> 6;
                int across = e & 63;
                float value = 0f;
                if (which < 1) {
                  value =
                      AttentionKernels.element(
                          y, args[at + Y] + colAt, colStride, cols, dim, j0 + along, c0 + across);
                } else {
                  value =
                      AttentionKernels.element(
                          dy,
                          args[at + D_Y] + colAt,
                          colStride,
                          cols,
                          dim,
                          j0 + along,
                          c0 + across);
                }
                right[along * 68 + across] = value;
              }
              context.localBarrier();
              for (int j = 0; j < 16; j++) {
                int leftAt = which * 4352 + threadRow * 68 + j0 + j;
                int rightAt = j * 68 + threadCol;
                float a0 = tiles[leftAt];
                float a1 = tiles[leftAt + 68];
                float a2 = tiles[leftAt + 136];
                float a3 = tiles[leftAt + 204];
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
            int to = args[at + OUT + which] + rowAt + threadRow * rowStride + c0 + threadCol;
            int rowsLeft = rows - threadRow;
            int colsLeft = dim - c0 - threadCol;
            AttentionKernels.addRow(out, to, rowsLeft, colsLeft, 1f, c00, c01, c02, c03);
            AttentionKernels.addRow(
                out, to + rowStride, rowsLeft - 1, colsLeft, 1f, c10, c11, c12, c13);
            AttentionKernels.addRow(
                out, to + 2 * rowStride, rowsLeft - 2, colsLeft, 1f, c20, c21, c22, c23);
            AttentionKernels.addRow(
                out, to + 3 * rowStride, rowsLeft - 3, colsLeft, 1f, c30, c31, c32, c33);
          }
        }
      }
    }
  }
}
