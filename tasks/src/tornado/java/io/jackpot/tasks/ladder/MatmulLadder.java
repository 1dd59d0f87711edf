package io.jackpot.tasks.ladder;

import io.jackpot.devices.Products.Precision;
import io.jackpot.input.Names;
import io.jackpot.tasks.Bfloat16Kernels;
import io.jackpot.tasks.Cublas;
import io.jackpot.tasks.MatmulKernels;
import io.jackpot.tasks.TornadoDevices;
import io.jackpot.tasks.VendorLibrary;
import java.util.List;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.WorkerGrid;
import uk.ac.manchester.tornado.api.WorkerGrid2D;
import uk.ac.manchester.tornado.api.WorkerGrid3D;
import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task9;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/**
 * A matrix product from the naive loop to the kernel of the product, and one step further: {@code a
 * [rows, inner], b [inner, cols] → y [rows, cols]}. {@code docs/gpu-kernels.md} goes through it.
 */
public final class MatmulLadder {
  private static final KernelContext CONTEXT = new KernelContext();

  /** Threads of a group of the blocked kernels. */
  private static final int BLOCKED_GROUP = 256;

  private MatmulLadder() {}

  /** The five rungs, over the same factors. */
  static List<Rung> rungs(TornadoDevice device, MatmulProblem problem) {
    return List.of(
        parallelLoops(device, problem),
        coalesced(device, problem),
        tiled(device, problem),
        blocked("4 registers, 64 × 64", 64, MatmulKernels::matmul, device, problem),
        blocked("5 registers, 128 × 128", 128, MatmulLadder::matmul128, device, problem));
  }

  /** The product on tensor cores, by our kernel and by the vendor's; on the CUDA backend. */
  static List<Rung> tensorCores(TornadoDevice device, MatmulProblem problem) {
    return List.of(
        bfloat16(device, problem),
        vendor(Precision.F32, device, problem),
        vendor(Precision.TF32, device, problem),
        vendor(Precision.BF16, device, problem));
  }

  private static Rung bfloat16(TornadoDevice device, MatmulProblem p) {
    float[] y = p.emptyResult();
    FloatArray results = new FloatArray(TornadoDevices.RESULT_FLOATS);
    int tilesX = Math.ceilDiv(p.cols(), Bfloat16Kernels.TILE);
    int tilesY = Math.ceilDiv(p.rows(), Bfloat16Kernels.TILE);
    int groups = Math.min(tilesX * tilesY, Bfloat16Kernels.GROUPS);
    int[] args = {
      1,
      0,
      0,
      0,
      p.rows(),
      p.cols(),
      p.inner(),
      p.inner(),
      p.cols(),
      0,
      p.inner(),
      tilesX,
      tilesY,
      tilesX * tilesY,
      groups
    };
    float[] scalars = {0, 1};
    TaskGraph graph =
        Rung.graph("matmul16", p.a(), p.b(), y, results, args, scalars)
            .task(
                "t",
                Bfloat16Kernels::matmul,
                CONTEXT,
                p.a(),
                p.b(),
                y,
                results,
                args,
                scalars,
                0,
                1,
                0);
    WorkerGrid grid = new WorkerGrid3D(groups * BLOCKED_GROUP, 1, 1);
    grid.setLocalWork(BLOCKED_GROUP, 1, 1);
    return new Rung(
        "6 tensor cores, bf16", graph, new GridScheduler("matmul16.t", grid), y, device);
  }

  private static Rung vendor(Precision precision, TornadoDevice device, MatmulProblem p) {
    float[] y = p.emptyResult();
    int[] args = {1, 0, 0, 0, p.rows(), p.cols(), p.inner(), 0};
    float[] scalars = {0, 1};
    TaskGraph graph =
        Rung.graph("vendor" + precision, p.a(), p.b(), y, args, scalars)
            .libraryTask(
                "t",
                VendorLibrary::matmul,
                p.a(),
                p.b(),
                y,
                args,
                scalars,
                0,
                1,
                0,
                Cublas.computeType(precision));
    return new Rung("the vendor's, " + Names.of(precision), graph, new GridScheduler(), y, device);
  }

  private static Rung parallelLoops(TornadoDevice device, MatmulProblem p) {
    float[] y = p.emptyResult();
    TaskGraph graph =
        Rung.graph("matmul1", p.a(), p.b(), y)
            .task("t", MatmulLadder::parallelLoops, p.a(), p.b(), y, p.rows(), p.cols(), p.inner());
    return new Rung("1 @Parallel loops", graph, new GridScheduler(), y, device);
  }

  private static Rung coalesced(TornadoDevice device, MatmulProblem p) {
    float[] y = p.emptyResult();
    TaskGraph graph =
        Rung.graph("matmul2", p.a(), p.b(), y)
            .task(
                "t",
                MatmulLadder::coalesced,
                CONTEXT,
                p.a(),
                p.b(),
                y,
                p.rows(),
                p.cols(),
                p.inner());
    return new Rung(
        "2 columns side by side", graph, grid("matmul2.t", p.rows(), p.cols(), 32, 8), y, device);
  }

  private static Rung tiled(TornadoDevice device, MatmulProblem p) {
    float[] y = p.emptyResult();
    TaskGraph graph =
        Rung.graph("matmul3", p.a(), p.b(), y)
            .task(
                "t", MatmulLadder::tiled, CONTEXT, p.a(), p.b(), y, p.rows(), p.cols(), p.inner());
    return new Rung(
        "3 tiles in local memory", graph, grid("matmul3.t", p.rows(), p.cols(), 16, 16), y, device);
  }

  private static GridScheduler grid(String task, int rows, int cols, int groupX, int groupY) {
    WorkerGrid grid =
        new WorkerGrid2D(Math.ceilDiv(cols, groupX) * groupX, Math.ceilDiv(rows, groupY) * groupY);
    grid.setLocalWork(groupX, groupY, 1);
    return new GridScheduler(task, grid);
  }

  private static Rung blocked(
      String name,
      int tile,
      Task9<KernelContext, float[], float[], float[], int[], float[], Integer, Integer, Integer>
          kernel,
      TornadoDevice device,
      MatmulProblem p) {
    float[] y = p.emptyResult();
    int[] args = {1, 0, 0, 0, p.rows(), p.cols(), p.inner(), p.inner(), p.cols(), 0, p.inner()};
    float[] scalars = {0, 1};
    String graphName = "matmul" + tile;
    TaskGraph graph =
        Rung.graph(graphName, p.a(), p.b(), y, args, scalars)
            .task("t", kernel, CONTEXT, p.a(), p.b(), y, args, scalars, 0, 1, 0);
    int tilesX = Math.ceilDiv(p.cols(), tile);
    WorkerGrid grid = new WorkerGrid3D(tilesX * BLOCKED_GROUP, Math.ceilDiv(p.rows(), tile), 1);
    grid.setLocalWork(BLOCKED_GROUP, 1, 1);
    return new Rung(name, graph, new GridScheduler(graphName + ".t", grid), y, device);
  }

  /** One element of the result a thread; TornadoVM turns the loops into the grid of threads. */
  public static void parallelLoops(float[] a, float[] b, float[] y, int rows, int cols, int inner) {
    for (@Parallel int i = 0; i < rows; i++) {
      for (@Parallel int j = 0; j < cols; j++) {
        float sum = 0f;
        for (int p = 0; p < inner; p++) {
          sum += a[i * inner + p] * b[p * cols + j];
        }
        y[i * cols + j] = sum;
      }
    }
  }

  /** The same with a grid of our own: threads side by side compute columns side by side. */
  public static void coalesced(
      KernelContext context, float[] a, float[] b, float[] y, int rows, int cols, int inner) {
    int i = context.globalIdy;
    int j = context.globalIdx;
    if (i < rows) {
      if (j < cols) {
        float sum = 0f;
        for (int p = 0; p < inner; p++) {
          sum += a[i * inner + p] * b[p * cols + j];
        }
        y[i * cols + j] = sum;
      }
    }
  }

  /** A group brings 16 × 16 elements of each factor to local memory; each is used 16 times. */
  public static void tiled(
      KernelContext context, float[] a, float[] b, float[] y, int rows, int cols, int inner) {
    float[] left = context.allocateFloatLocalArray(256);
    float[] right = context.allocateFloatLocalArray(256);
    int x = context.localIdx;
    int row = context.localIdy;
    int i = context.globalIdy;
    int j = context.globalIdx;
    float sum = 0f;
    for (int p0 = 0; p0 < inner; p0 += 16) {
      float value = 0f;
      if (i < rows) {
        if (p0 + x < inner) {
          value = a[i * inner + p0 + x];
        }
      }
      left[row * 16 + x] = value;
      value = 0f;
      if (j < cols) {
        if (p0 + row < inner) {
          value = b[(p0 + row) * cols + j];
        }
      }
      right[row * 16 + x] = value;
      context.localBarrier();
      for (int p = 0; p < 16; p++) {
        sum += left[row * 16 + p] * right[p * 16 + x];
      }
      context.localBarrier();
    }
    if (i < rows) {
      if (j < cols) {
        y[i * cols + j] = sum;
      }
    }
  }

  /**
   * As {@link MatmulKernels#matmul}, with 128 × 128 elements a group and 8 × 8 a thread: four rows
   * and columns from the first half of the tile, and four from the second.
   *
   * <p>args: aAt, bAt, yAt, rows, cols, inner, aStride, bStride, keep, part; scalars: scale.
   * Groups: x columns, y rows, z parts of the sum of {@code part} steps each, whose results stand
   * one after another.
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
    int rows = args[at + 3];
    int cols = args[at + 4];
    int aStride = args[at + 6];
    int bStride = args[at + 7];
    int thread = context.localIdx;
    int threadRow = (thread >> 4) * 4;
    int threadCol = (thread & 15) * 4;
    int row0 = context.groupIdy * 128;
    int col0 = context.groupIdx * 128;
    int from = context.groupIdz * args[at + 9];
    int to = Math.min(args[at + 5], from + args[at + 9]);
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
            value = a[args[at] + index];
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
            value = b[args[at + 1] + index];
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
    int yAt = args[at + 2] + context.groupIdz * rows * cols;
    int keep = args[at + 8];
    float scale = scalars[at];
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
