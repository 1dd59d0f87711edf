package io.jackpot.tasks;

import static io.jackpot.tasks.Kernel.CONTEXT;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.enums.MMAShape;
import uk.ac.manchester.tornado.api.types.BFloat16;
import uk.ac.manchester.tornado.api.types.HalfFloat;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/**
 * Matrix products on tensor cores: a group of eight warps computes 128 × 128 elements of the
 * result, each warp 32 × 64 of them, by instructions that multiply 16 × 16 by 16 × 8 numbers in
 * bfloat16 and add in float32. The factors are float32 in memory; they are rounded, to nearest and
 * ties to even, as a group loads 32 steps of the sum to local memory.
 *
 * <p>Local memory holds them as the instructions want them (PTX ISA, "Matrix fragments for
 * mma.m16n8k16"), an int for two neighbours, and 16 steps at a time: of the left factor the 8 pairs
 * of each row in turn, of the right one 16 blocks of 8 columns, each with 4 pairs for each step.
 *
 * <p>Which element of the result a thread has in its registers is the instruction's to say, and
 * TornadoVM can only store all of them to a FloatArray. So each group has a tile's place in one,
 * and takes its result from there to where it belongs. There are fewer places than large products
 * have tiles: a group takes one tile after another.
 */
public final class Bfloat16Kernels {
  /** Rows and columns of a tile. */
  public static final int TILE = 128;

  /** Most groups of a launch, 512: about four for each multiprocessor of a large GPU. */
  public static final int GROUPS = TornadoDevices.RESULT_FLOATS / (TILE * TILE);

  private static final int THREADS = 256;

  private Bfloat16Kernels() {}

  /**
   * The kernel with its array of tiles.
   *
   * @param results {@link TornadoDevices#RESULT_FLOATS}, on the device
   */
  static Kernel kernel(FloatArray results) {
    return Kernel.special(
        "Bfloat16Kernels.matmul",
        THREADS,
        3,
        (graph, id, a, in, task, constants) ->
            graph.task(
                id,
                Bfloat16Kernels::matmul,
                CONTEXT,
                a[0],
                a[1],
                a[2],
                results,
                in.args(),
                in.scalars(),
                task,
                constants[0],
                constants[1]));
  }

  /**
   * {@code a [ROWS, INNER], b [INNER, COLS] → y [ROWS, COLS]}: as {@link MatmulKernels#matmul}, but
   * for the grid. GROUPS groups in x share TILES tiles: columns, rows, parts of the sum.
   *
   * @param results a tile of 128 × 128 for each group
   * @param aAlong 1 where a is stored as [rows, inner], 0 where as [inner, rows]
   * @param bAlong 1 where b is stored as [cols, inner], 0 where as [inner, cols]
   */
  public static void matmul(
      KernelContext context,
      float[] a,
      float[] b,
      float[] y,
      FloatArray results,
      int[] args,
      float[] scalars,
      int task,
      int aAlong,
      int bAlong) {
    int[] left = context.allocateIntLocalArray(2 * 128 * 8);
    int[] right = context.allocateIntLocalArray(2 * 16 * 64);
    int at = args[task];
    int rows = args[at + MatmulKernels.ROWS];
    int cols = args[at + MatmulKernels.COLS];
    int aStride = args[at + MatmulKernels.A_STRIDE];
    int bStride = args[at + MatmulKernels.B_STRIDE];
    int keep = args[at + MatmulKernels.KEEP];
    int tilesX = args[at + MatmulKernels.TILES_X];
    int tilesY = args[at + MatmulKernels.TILES_Y];
    int tiles = args[at + MatmulKernels.TILES];
    int groups = args[at + MatmulKernels.GROUPS];
    float scale = scalars[at + MatmulKernels.SCALE];
    int thread = context.localIdx;
    int warpRow = (thread >> 6) * 32;
    int warpCol = ((thread >> 5) & 1) * 64;
    for (int tile = context.groupIdx; tile < tiles; tile += groups) {
      int tileRow = tile / tilesX;
      int col0 = (tile - tileRow * tilesX) * 128;
      int z = tileRow / tilesY;
      int row0 = (tileRow - z * tilesY) * 128;
      int from = z * args[at + MatmulKernels.PART];
      int to = Math.min(args[at + MatmulKernels.INNER], from + args[at + MatmulKernels.PART]);
      float[] c00 = context.mmaFragment(0f);
      float[] c01 = context.mmaFragment(0f);
      float[] c02 = context.mmaFragment(0f);
      float[] c03 = context.mmaFragment(0f);
      float[] c04 = context.mmaFragment(0f);
      float[] c05 = context.mmaFragment(0f);
      float[] c06 = context.mmaFragment(0f);
      float[] c07 = context.mmaFragment(0f);
      float[] c10 = context.mmaFragment(0f);
      float[] c11 = context.mmaFragment(0f);
      float[] c12 = context.mmaFragment(0f);
      float[] c13 = context.mmaFragment(0f);
      float[] c14 = context.mmaFragment(0f);
      float[] c15 = context.mmaFragment(0f);
      float[] c16 = context.mmaFragment(0f);
      float[] c17 = context.mmaFragment(0f);
      for (int p0 = from; p0 < to; p0 += 32) {
        for (int load = 0; load < 8; load++) {
          int e = thread + load * 256;
          // Two steps of the sum in a row of the left factor.
          int pair = e & 15;
          int across = e >> 4;
          if (aAlong < 1) {
            pair = e >> 7;
            across = e & 127;
          }
          int p = p0 + pair * 2;
          int i = row0 + across;
          float low = 0f;
          float high = 0f;
          if (i < rows) {
            int index = i * aStride + p;
            int next = index + 1;
            if (aAlong < 1) {
              index = p * aStride + i;
              next = index + aStride;
            }
            if (p < to) {
              low = a[args[at + MatmulKernels.A] + index];
            }
            if (p + 1 < to) {
              high = a[args[at + MatmulKernels.A] + next];
            }
          }
          left[(pair >> 3) * 1024 + across * 8 + (pair & 7)] =
              (int)
                  (((long) BFloat16.bf16FromFloat(low) & 0xFFFF)
                      | (((long) BFloat16.bf16FromFloat(high) & 0xFFFF) << 16));
          // Two columns of a step in the right factor.
          int along = e & 31;
          pair = e >> 5;
          if (bAlong < 1) {
            along = e >> 6;
            pair = e & 63;
          }
          p = p0 + along;
          int j = col0 + pair * 2;
          low = 0f;
          high = 0f;
          if (p < to) {
            int index = j * bStride + p;
            int next = index + bStride;
            if (bAlong < 1) {
              index = p * bStride + j;
              next = index + 1;
            }
            if (j < cols) {
              low = b[args[at + MatmulKernels.B] + index];
            }
            if (j + 1 < cols) {
              high = b[args[at + MatmulKernels.B] + next];
            }
          }
          right[(along >> 4) * 1024 + (pair >> 2) * 64 + (along & 15) * 4 + (pair & 3)] =
              (int)
                  (((long) BFloat16.bf16FromFloat(low) & 0xFFFF)
                      | (((long) BFloat16.bf16FromFloat(high) & 0xFFFF) << 16));
        }
        context.localBarrier();
        for (int half = 0; half < 2; half++) {
          int leftAt = half * 4096 + warpRow * 32;
          int rightAt = half * 4096 + warpCol * 32;
          HalfFloat[] a0 = context.mmaLoadA(left, 16, leftAt);
          HalfFloat[] a1 = context.mmaLoadA(left, 16, leftAt + 512);
          HalfFloat[] b0 = context.mmaLoadB(right, 16, rightAt);
          HalfFloat[] b1 = context.mmaLoadB(right, 16, rightAt + 256);
          HalfFloat[] b2 = context.mmaLoadB(right, 16, rightAt + 512);
          HalfFloat[] b3 = context.mmaLoadB(right, 16, rightAt + 768);
          HalfFloat[] b4 = context.mmaLoadB(right, 16, rightAt + 1024);
          HalfFloat[] b5 = context.mmaLoadB(right, 16, rightAt + 1280);
          HalfFloat[] b6 = context.mmaLoadB(right, 16, rightAt + 1536);
          HalfFloat[] b7 = context.mmaLoadB(right, 16, rightAt + 1792);
          c00 = context.mmaBF16(a0, b0, c00, MMAShape.M16N8K16);
          c01 = context.mmaBF16(a0, b1, c01, MMAShape.M16N8K16);
          c02 = context.mmaBF16(a0, b2, c02, MMAShape.M16N8K16);
          c03 = context.mmaBF16(a0, b3, c03, MMAShape.M16N8K16);
          c04 = context.mmaBF16(a0, b4, c04, MMAShape.M16N8K16);
          c05 = context.mmaBF16(a0, b5, c05, MMAShape.M16N8K16);
          c06 = context.mmaBF16(a0, b6, c06, MMAShape.M16N8K16);
          c07 = context.mmaBF16(a0, b7, c07, MMAShape.M16N8K16);
          c10 = context.mmaBF16(a1, b0, c10, MMAShape.M16N8K16);
          c11 = context.mmaBF16(a1, b1, c11, MMAShape.M16N8K16);
          c12 = context.mmaBF16(a1, b2, c12, MMAShape.M16N8K16);
          c13 = context.mmaBF16(a1, b3, c13, MMAShape.M16N8K16);
          c14 = context.mmaBF16(a1, b4, c14, MMAShape.M16N8K16);
          c15 = context.mmaBF16(a1, b5, c15, MMAShape.M16N8K16);
          c16 = context.mmaBF16(a1, b6, c16, MMAShape.M16N8K16);
          c17 = context.mmaBF16(a1, b7, c17, MMAShape.M16N8K16);
        }
        context.localBarrier();
      }
      int place = context.groupIdx * 128;
      int top = place + warpRow;
      context.mmaStore(c00, results, top, warpCol, 128);
      context.mmaStore(c01, results, top, warpCol + 8, 128);
      context.mmaStore(c02, results, top, warpCol + 16, 128);
      context.mmaStore(c03, results, top, warpCol + 24, 128);
      context.mmaStore(c04, results, top, warpCol + 32, 128);
      context.mmaStore(c05, results, top, warpCol + 40, 128);
      context.mmaStore(c06, results, top, warpCol + 48, 128);
      context.mmaStore(c07, results, top, warpCol + 56, 128);
      context.mmaStore(c10, results, top + 16, warpCol, 128);
      context.mmaStore(c11, results, top + 16, warpCol + 8, 128);
      context.mmaStore(c12, results, top + 16, warpCol + 16, 128);
      context.mmaStore(c13, results, top + 16, warpCol + 24, 128);
      context.mmaStore(c14, results, top + 16, warpCol + 32, 128);
      context.mmaStore(c15, results, top + 16, warpCol + 40, 128);
      context.mmaStore(c16, results, top + 16, warpCol + 48, 128);
      context.mmaStore(c17, results, top + 16, warpCol + 56, 128);
      context.localBarrier();
      int yAt = args[at + MatmulKernels.Y] + z * rows * cols;
      for (int e = thread; e < 16384; e += 256) {
        int i = row0 + (e >> 7);
        int j = col0 + (e & 127);
        if (i < rows) {
          if (j < cols) {
            float value = results.get(place * 128 + e) * scale;
            if (keep > 0) {
              value += y[yAt + i * cols + j];
            }
            y[yAt + i * cols + j] = value;
          }
        }
      }
      context.localBarrier();
    }
  }
}
