package io.jackpot.tasks;

import static io.jackpot.tasks.Kernel.CONTEXT;

import uk.ac.manchester.tornado.api.KernelContext;

/**
 * Attention by tiles of 64 × 64 queries and keys, which exist in local memory only. As in {@link
 * MatmulKernels} a thread holds 4 × 4 elements of a product in registers, and strips of its factors
 * are brought to local memory. What is summed over tiles is kept in the output itself, each element
 * of which one thread alone touches: so any head width fits.
 *
 * <p>A tile may straddle sequences of a packing. Query t sees the keys [start(t), t], key j is seen
 * by the queries [j, end(j)); start and end come from {@link Recorder#bounds}. What is not seen has
 * weight 0, so a NaN among values also shows in other sequences of its tile.
 */
public final class AttentionKernels {
  /** Rows and columns of a tile. */
  static final int TILE = 64;

  private static final int GROUP = 256;

  static final Kernel FORWARD =
      Kernel.of(
              "AttentionKernels.forward",
              GROUP,
              (graph, id, a, in, task, c) ->
                  graph.task(
                      id,
                      AttentionKernels::forward,
                      CONTEXT,
                      a[0],
                      a[1],
                      a[2],
                      a[3],
                      in.ids(),
                      in.args(),
                      in.scalars(),
                      task))
          .withScalars()
          .withIds();
  static final Kernel DELTA =
      Kernel.of(
          "AttentionKernels.delta",
          RowKernels.LANES,
          (graph, id, a, in, task, c) ->
              graph.task(id, AttentionKernels::delta, CONTEXT, a[0], a[1], a[2], in.args(), task));
  static final Kernel BACKWARD =
      Kernel.of(
              "AttentionKernels.backward",
              GROUP,
              (graph, id, a, in, task, c) ->
                  graph.task(
                      id,
                      AttentionKernels::backward,
                      CONTEXT,
                      a[0],
                      a[1],
                      a[2],
                      a[3],
                      a[4],
                      a[5],
                      a[6],
                      in.ids(),
                      in.args(),
                      in.scalars(),
                      task))
          .withScalars()
          .withIds();

  private AttentionKernels() {}

  /**
   * {@code q [tokens, heads, dim], k, v [tokens, kvHeads, dim] → o like q, logSumExp [tokens,
   * heads]}, the outputs in one array. Groups: x blocks of queries, y heads.
   *
   * <p>args: qAt, kAt, vAt, oAt, logSumExpAt, boundsAt, tokens, heads, kvHeads, dim; scalars:
   * scale.
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
    int tokens = args[at + 6];
    int heads = args[at + 7];
    int kvHeads = args[at + 8];
    int dim = args[at + 9];
    float scale = scalars[at];
    int head = context.groupIdy;
    int kvHead = head / (heads / kvHeads);
    int first = context.groupIdx * 64;
    int queries = Math.min(64, tokens - first);
    int stride = heads * dim;
    int qAt = args[at] + first * stride + head * dim;
    int oAt = args[at + 3] + first * stride + head * dim;
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
      low = ids[args[at + 5] + first + row];
      high = first + row + 1;
    }
    float max = AttentionTasks.NO_SCORE;
    float sum = 0f;
    clear(out, oAt, stride, queries, dim, thread);
    int end = first + queries;
    for (int key = ids[args[at + 5] + first]; key < end; key += 64) {
      int keys = Math.min(64, end - key);
      int kAt = args[at + 1] + key * kvStride + kvHead * dim;
      int vAt = args[at + 2] + key * kvStride + kvHead * dim;
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
        out[args[at + 4] + (first + row) * heads + head] = AttentionTasks.logSumExp(max, sum);
      }
    }
  }

  /**
   * delta = Σ dO·o: {@code dO, o [rows, dim] → delta [rows]}; a group a row.
   *
   * <p>args: dOAt, oAt, deltaAt, dim.
   */
  public static void delta(
      KernelContext context, float[] dO, float[] o, float[] delta, int[] args, int task) {
    float[] sums = context.allocateFloatLocalArray(64);
    int at = args[task];
    int lane = context.localIdx;
    int row = context.groupIdx;
    int dim = args[at + 3];
    sums[lane] = RowTasks.dot(dO, args[at] + row * dim, o, args[at + 1] + row * dim, dim, lane, 64);
    context.localBarrier();
    for (int half = 32; half > 0; half >>= 1) {
      if (lane < half) {
        sums[lane] += sums[lane + half];
      }
      context.localBarrier();
    }
    if (lane < 1) {
      delta[args[at + 2] + row] = sums[0];
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
   * <p>Groups: x blocks of rows, y heads of the rows. args: xAt, dxAt, yAt, dyAt, logSumExpAt,
   * deltaAt, outAt, secondOutAt, boundsAt, tokens, heads, kvHeads, dim, byKeys (1 where rows are
   * keys); scalars: scale.
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
    int tokens = args[at + 9];
    int heads = args[at + 10];
    int kvHeads = args[at + 11];
    int dim = args[at + 12];
    int byKeys = args[at + 13];
    float scale = scalars[at];
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
    int startsAt = args[at + 8] + first;
    int endsAt = args[at + 8] + tokens + first;
    int begin = ids[startsAt];
    int end = first + rows;
    if (byKeys > 0) {
      begin = first;
      end = ids[endsAt + rows - 1];
    }
    clear(out, args[at + 6] + rowAt, rowStride, rows, dim, thread);
    if (byKeys > 0) {
      clear(out, args[at + 7] + rowAt, rowStride, rows, dim, thread);
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
                leftValue = element(x, args[at] + rowAt, rowStride, rows, dim, across, p0 + along);
                rightValue =
                    element(y, args[at + 2] + colAt, colStride, cols, dim, across, p0 + along);
              } else {
                leftValue =
                    element(dx, args[at + 1] + rowAt, rowStride, rows, dim, across, p0 + along);
                rightValue =
                    element(dy, args[at + 3] + colAt, colStride, cols, dim, across, p0 + along);
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
                  logSumExp[args[at + 4] + stat],
                  low,
                  col + j,
                  high);
          tiles[4352 + i * 68 + j] = p;
          tiles[i * 68 + j] =
              AttentionTasks.productGradient(
                  p, tiles[i * 68 + j], delta[args[at + 5] + stat], scale);
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
                      element(
                          y, args[at + 2] + colAt, colStride, cols, dim, j0 + along, c0 + across);
                } else {
                  value =
                      element(
                          dy, args[at + 3] + colAt, colStride, cols, dim, j0 + along, c0 + across);
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
            int to = args[at + 6 + which] + rowAt + threadRow * rowStride + c0 + threadCol;
            int rowsLeft = rows - threadRow;
            int colsLeft = dim - c0 - threadCol;
            addRow(out, to, rowsLeft, colsLeft, 1f, c00, c01, c02, c03);
            addRow(out, to + rowStride, rowsLeft - 1, colsLeft, 1f, c10, c11, c12, c13);
            addRow(out, to + 2 * rowStride, rowsLeft - 2, colsLeft, 1f, c20, c21, c22, c23);
            addRow(out, to + 3 * rowStride, rowsLeft - 3, colsLeft, 1f, c30, c31, c32, c33);
          }
        }
      }
    }
  }

  /** {@code x[row, col]} of a matrix in memory, 0 where there is none. */
  private static float element(
      float[] x, int at, int stride, int rows, int cols, int row, int col) {
    float value = 0f;
    if (row < rows) {
      if (col < cols) {
        value = x[at + row * stride + col];
      }
    }
    return value;
  }

  /** {@code y[c] = factor·y[c] + v} of the first of four columns, if there are rows. */
  private static void addRow(
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
  private static void clear(float[] y, int at, int stride, int rows, int cols, int thread) {
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
