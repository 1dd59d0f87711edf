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
 * A matrix product from the naive loop to the kernel that runs use, and one step further: {@code a
 * [rows, inner], b [inner, cols] → y [rows, cols]}. {@code docs/gpu-kernels.md} explains it.
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
        blocked("5 registers, 128 × 128", 128, LargeTileMatmul::matmul128, device, problem));
  }

  /** The product on tensor cores, by our kernel and by the vendor's; on the CUDA backend. */
  static List<Rung> tensorCores(TornadoDevice device, MatmulProblem problem) {
    return List.of(
        bfloat16(device, problem),
        vendor(Precision.F32, device, problem),
        vendor(Precision.TF32, device, problem),
        vendor(Precision.BF16, device, problem));
  }

  /** Arguments of task 0, which begin at place 1, of {@code a [rows, inner], b [inner, cols]}. */
  private static int[] arguments(MatmulProblem p) {
    int[] args = new int[1 + MatmulKernels.ARGUMENTS];
    args[0] = 1;
    args[1 + MatmulKernels.ROWS] = p.rows();
    args[1 + MatmulKernels.COLS] = p.cols();
    args[1 + MatmulKernels.INNER] = p.inner();
    args[1 + MatmulKernels.A_STRIDE] = p.inner();
    args[1 + MatmulKernels.B_STRIDE] = p.cols();
    args[1 + MatmulKernels.PART] = p.inner();
    return args;
  }

  private static Rung bfloat16(TornadoDevice device, MatmulProblem p) {
    float[] y = p.emptyResult();
    FloatArray results = new FloatArray(TornadoDevices.RESULT_FLOATS);
    int tilesX = Math.ceilDiv(p.cols(), Bfloat16Kernels.TILE);
    int tilesY = Math.ceilDiv(p.rows(), Bfloat16Kernels.TILE);
    int groups = Math.min(tilesX * tilesY, Bfloat16Kernels.GROUPS);
    int[] args = arguments(p);
    args[1 + MatmulKernels.TILES_X] = tilesX;
    args[1 + MatmulKernels.TILES_Y] = tilesY;
    args[1 + MatmulKernels.TILES] = tilesX * tilesY;
    args[1 + MatmulKernels.GROUPS] = groups;
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
    int[] args = arguments(p);
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
    int[] args = arguments(p);
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

  /** A group loads 16 × 16 elements of each factor to local memory; each is used 16 times. */
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
}
