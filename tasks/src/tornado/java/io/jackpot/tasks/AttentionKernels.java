package io.jackpot.tasks;

import uk.ac.manchester.tornado.api.KernelContext;

/**
 * Attention's forward pass by tiles of 64 × 64 queries and keys, which exist in local memory only.
 * As in {@link MatmulKernels} a thread holds 4 × 4 elements of a product in registers, and strips
 * of its factors are loaded to local memory. Sums over tiles are kept in the output itself, each
 * element of which one thread alone touches: any head width fits.
 *
 * <p>A tile may straddle sequences of a packing. Query t sees the keys [start(t), t], key j is seen
 * by the queries [j, end(j)); start and end come from {@link Recorder#bounds}. Unseen keys have
 * weight 0, so a NaN among values also shows in other sequences of its tile.
 */
public final class AttentionKernels {
  // Arguments: where tensors begin, then where ids do, then sizes
  static final int Q = 0;
  static final int K = 1;
  static final int V = 2;
  static final int O = 3;
  static final int LOG_SUM_EXP = 4;

  /** First token of each token's sequence, then the one after its last. */
  static final int BOUNDS = 5;

  static final int TOKENS = 6;
  static final int HEADS = 7;
  static final int KV_HEADS = 8;
  static final int DIM = 9;

  // Scalars
  static final int SCALE = 0;

  /** Rows and columns of a tile. */
  static final int TILE = 64;

  private static final int GROUP = 256;

  static final Kernel FORWARD =
      Kernel.of("AttentionKernels.forward", GROUP, AttentionKernels::forward);

  private AttentionKernels() {}

  /**
   * {@code q [TOKENS, HEADS, DIM], k, v [TOKENS, KV_HEADS, DIM] → o like q, logSumExp [TOKENS,
   * HEADS]}, the outputs in one array. Groups: x blocks of queries, y heads.
   */
  public static void forward(
      KernelContext context,
      float[] q,
      float[] k,
      float[] v,
      float[] out,
      int[] ids,
      int[] args,
      float[] scalars,
      int task) {
    // Strips of 16 × 64 and the tile of 64 × 64, 68 apart, so that threads hit different banks.
    float[] left = context.allocateFloatLocalArray(16 * 68);
    float[] right = context.allocateFloatLocalArray(16 * 68);
    float[] tile = context.allocateFloatLocalArray(64 * 68);
    float[] factors = context.allocateFloatLocalArray(64);
    float[] maxima = context.allocateFloatLocalArray(256);
    float[] sums = context.allocateFloatLocalArray(256);
    int at = args[task];
    int tokens = args[at + TOKENS];
    int heads = args[at + HEADS];
    int kvHeads = args[at + KV_HEADS];
    int dim = args[at + DIM];
    float scale = scalars[at + SCALE];
    int head = context.groupIdy;
    int kvHead = head / (heads / kvHeads);
    int first = context.groupIdx * 64;
    int queries = Math.min(64, tokens - first);
    int stride = heads * dim;
    int qAt = args[at + Q] + first * stride + head * dim;
    int oAt = args[at + O] + first * stride + head * dim;
    int kvStride = kvHeads * dim;
    int thread = context.localIdx;
    int threadRow = (thread >> 4) * 4;
    int threadCol = (thread & 15) * 4;
    // For the softmax four lanes share a row of the tile; each keeps its maximum and sum so far.
    int row = thread >> 2;
    int lane = thread & 3;
    int lanesAt = row * 4;
    int low = 0;
    int high = 0;
    if (row < queries) {
      low = ids[args[at + BOUNDS] + first + row];
      high = first + row + 1;
    }
    float max = AttentionTasks.NO_SCORE;
    float sum = 0f;
    clear(out, oAt, stride, queries, dim, thread);
    int end = first + queries;
    for (int key = ids[args[at + BOUNDS] + first]; key < end; key += 64) {
      int keys = Math.min(64, end - key);
      int kAt = args[at + K] + key * kvStride + kvHead * dim;
      int vAt = args[at + V] + key * kvStride + kvHead * dim;
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
          left[along * 68 + across] = element(q, qAt, stride, queries, dim, across, p0 + along);
          right[along * 68 + across] = element(k, kAt, kvStride, keys, dim, across, p0 + along);
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
      int to = threadRow * 68 + threadCol;
      tile[to] = c00;
      tile[to + 1] = c01;
      tile[to + 2] = c02;
      tile[to + 3] = c03;
      tile[to + 68] = c10;
      tile[to + 69] = c11;
      tile[to + 70] = c12;
      tile[to + 71] = c13;
      tile[to + 136] = c20;
      tile[to + 137] = c21;
      tile[to + 138] = c22;
      tile[to + 139] = c23;
      tile[to + 204] = c30;
      tile[to + 205] = c31;
      tile[to + 206] = c32;
      tile[to + 207] = c33;
      context.localBarrier();
      float newMax = max;
      for (int j = lane; j < 64; j += 4) {
        float score = AttentionTasks.score(tile[row * 68 + j], scale, low, key + j, high);
        tile[row * 68 + j] = score;
        newMax = AttentionTasks.greater(newMax, score);
      }
      maxima[thread] = newMax;
      context.localBarrier();
      newMax =
          AttentionTasks.greater(
              AttentionTasks.greater(maxima[lanesAt], maxima[lanesAt + 1]),
              AttentionTasks.greater(maxima[lanesAt + 2], maxima[lanesAt + 3]));
      float part = 0f;
      for (int j = lane; j < 64; j += 4) {
        float weight = AttentionTasks.weight(tile[row * 68 + j], newMax, low, key + j, high);
        tile[row * 68 + j] = weight;
        part += weight;
      }
      sums[thread] = part;
      context.localBarrier();
      float before = sum * AttentionTasks.decay(max, newMax);
      sum = before + (sums[lanesAt] + sums[lanesAt + 1] + sums[lanesAt + 2] + sums[lanesAt + 3]);
      max = newMax;
      // Output and weights stay normalised, so that nothing is left to divide at the end.
      float inverse = AttentionTasks.reciprocal(sum);
      for (int j = lane; j < 64; j += 4) {
        tile[row * 68 + j] *= inverse;
      }
      if (lane < 1) {
        factors[row] = before * inverse;
      }
      context.localBarrier();
      for (int col = 0; col < dim; col += 64) {
        c00 = 0f;
        c01 = 0f;
        c02 = 0f;
        c03 = 0f;
        c10 = 0f;
        c11 = 0f;
        c12 = 0f;
        c13 = 0f;
        c20 = 0f;
        c21 = 0f;
        c22 = 0f;
        c23 = 0f;
        c30 = 0f;
        c31 = 0f;
        c32 = 0f;
        c33 = 0f;
        for (int j0 = 0; j0 < keys; j0 += 16) {
          for (int load = 0; load < 4; load++) {
            int e = thread + load * 256;
            int along = e >> 6;
            int across = e & 63;
            right[along * 68 + across] =
                element(v, vAt, kvStride, keys, dim, j0 + along, col + across);
          }
          context.localBarrier();
          for (int j = 0; j < 16; j++) {
            int leftAt = threadRow * 68 + j0 + j;
            int rightAt = j * 68 + threadCol;
            float a0 = tile[leftAt];
            float a1 = tile[leftAt + 68];
            float a2 = tile[leftAt + 136];
            float a3 = tile[leftAt + 204];
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
        int colsLeft = dim - col - threadCol;
        int yAt = oAt + threadRow * stride + col + threadCol;
        int rows = queries - threadRow;
        addRow(out, yAt, rows, colsLeft, factors[threadRow], c00, c01, c02, c03);
        addRow(out, yAt + stride, rows - 1, colsLeft, factors[threadRow + 1], c10, c11, c12, c13);
        addRow(
            out, yAt + 2 * stride, rows - 2, colsLeft, factors[threadRow + 2], c20, c21, c22, c23);
        addRow(
            out, yAt + 3 * stride, rows - 3, colsLeft, factors[threadRow + 3], c30, c31, c32, c33);
      }
    }
    if (row < queries) {
      if (lane < 1) {
        out[args[at + LOG_SUM_EXP] + (first + row) * heads + head] =
            AttentionTasks.logSumExp(max, sum);
      }
    }
  }

  /** {@code x[row, col]} of a matrix in memory, 0 where there is none. */
  static float element(float[] x, int at, int stride, int rows, int cols, int row, int col) {
    float value = 0f;
    if (row < rows) {
      if (col < cols) {
        value = x[at + row * stride + col];
      }
    }
    return value;
  }

  /** {@code y[c] = factor·y[c] + v} of the first of four columns, if there are rows. */
  static void addRow(
      float[] y, int at, int rows, int cols, float factor, float v0, float v1, float v2, float v3) {
    if (rows > 0) {
      if (cols > 0) {
        y[at] = y[at] * factor + v0;
      }
      if (cols > 1) {
        y[at + 1] = y[at + 1] * factor + v1;
      }
      if (cols > 2) {
        y[at + 2] = y[at + 2] * factor + v2;
      }
      if (cols > 3) {
        y[at + 3] = y[at + 3] * factor + v3;
      }
    }
  }

  /** y = 0 for up to 64 rows: each thread the elements that it adds to later. */
  static void clear(float[] y, int at, int stride, int rows, int cols, int thread) {
    int firstRow = (thread >> 4) * 4;
    int firstCol = (thread & 15) * 4;
    int endRow = Math.min(rows, firstRow + 4);
    for (int row = firstRow; row < endRow; row++) {
      for (int col0 = firstCol; col0 < cols; col0 += 64) {
        int endCol = Math.min(cols, col0 + 4);
        for (int col = col0; col < endCol; col++) {
          y[at + row * stride + col] = 0f;
        }
      }
    }
  }
}
