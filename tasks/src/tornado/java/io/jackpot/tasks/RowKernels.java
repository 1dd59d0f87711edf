package io.jackpot.tasks;

import static io.jackpot.tasks.Kernel.CONTEXT;

import uk.ac.manchester.tornado.api.KernelContext;

/** Kernels around the bodies of {@link RowTasks}: a group of threads for a row, or one a column. */
final class RowKernels {
  /** Threads of a group. */
  static final int LANES = 64;

  private static final int SQUARES_GROUP = 256;

  static final Kernel RMS_NORM =
      Kernel.of(
              "RowKernels.rmsNorm",
              LANES,
              (graph, id, a, in, task, c) ->
                  graph.task(
                      id,
                      RowKernels::rmsNorm,
                      CONTEXT,
                      a[0],
                      a[1],
                      a[2],
                      in.args(),
                      in.scalars(),
                      task))
          .withScalars();
  static final Kernel RMS_NORM_BACKWARD =
      Kernel.of(
          "RowKernels.rmsNormBackward",
          LANES,
          (graph, id, a, in, task, c) ->
              graph.task(
                  id,
                  RowKernels::rmsNormBackward,
                  CONTEXT,
                  a[0],
                  a[1],
                  a[2],
                  a[3],
                  a[4],
                  in.args(),
                  task));
  static final Kernel COLUMN_PARTIALS =
      Kernel.of(
          "RowKernels.columnPartials",
          LANES,
          (graph, id, a, in, task, c) ->
              graph.task(id, RowKernels::columnPartials, CONTEXT, a[0], a[1], in.args(), task));
  static final Kernel GAIN_PARTIALS =
      Kernel.of(
          "RowKernels.gainPartials",
          LANES,
          (graph, id, a, in, task, c) ->
              graph.task(
                  id, RowKernels::gainPartials, CONTEXT, a[0], a[1], a[2], a[3], in.args(), task));
  static final Kernel ADD_PARTIALS =
      Kernel.of(
          "RowKernels.addPartials",
          LANES,
          (graph, id, a, in, task, c) ->
              graph.task(id, RowKernels::addPartials, CONTEXT, a[0], a[1], in.args(), task));
  static final Kernel LISTED_PARTIALS =
      Kernel.of(
              "RowKernels.listedPartials",
              LANES,
              (graph, id, a, in, task, c) ->
                  graph.task(
                      id,
                      RowKernels::listedPartials,
                      CONTEXT,
                      a[0],
                      a[1],
                      in.ids(),
                      in.args(),
                      task))
          .withIds();
  static final Kernel ADD_LISTED =
      Kernel.of(
              "RowKernels.addListed",
              LANES,
              (graph, id, a, in, task, c) ->
                  graph.task(
                      id, RowKernels::addListed, CONTEXT, a[0], a[1], in.ids(), in.args(), task))
          .withIds();
  static final Kernel SQUARES =
      Kernel.batched(
          "RowKernels.squares",
          SQUARES_GROUP,
          4,
          (graph, id, a, in, task, c) ->
              graph.task(id, RowKernels::squares, CONTEXT, a[0], a[1], in.args(), task));

  private RowKernels() {}

  /** Groups that sum the squares of {@code n} elements; each thread takes few. */
  static int squaresGroups(int n) {
    return Math.clamp(Math.ceilDiv(n, SQUARES_GROUP * 16), 1, 1024);
  }

  /** args: xAt, gainAt, yAt, rmsAt, dim; scalars: ε; a group a row. */
  public static void rmsNorm(
      KernelContext context,
      float[] x,
      float[] gain,
      float[] out,
      int[] args,
      float[] scalars,
      int task) {
    float[] sums = context.allocateFloatLocalArray(64);
    int at = args[task];
    int lane = context.localIdx;
    int row = context.groupIdx;
    int dim = args[at + 4];
    int xAt = args[at] + row * dim;
    sums[lane] = RowTasks.squares(x, xAt, dim, lane, 64);
    context.localBarrier();
    for (int half = 32; half > 0; half >>= 1) {
      if (lane < half) {
        sums[lane] += sums[lane + half];
      }
      context.localBarrier();
    }
    float r = 1f / (float) Math.sqrt(sums[0] / dim + scalars[at]);
    if (lane < 1) {
      out[args[at + 3] + row] = r;
    }
    RowTasks.scaleRow(x, xAt, gain, args[at + 1], r, out, args[at + 2] + row * dim, dim, lane, 64);
  }

  /** args: dyAt, xAt, gainAt, rmsAt, dxAt, dim, keep; a group a row. */
  public static void rmsNormBackward(
      KernelContext context,
      float[] dy,
      float[] x,
      float[] gain,
      float[] rms,
      float[] dx,
      int[] args,
      int task) {
    float[] sums = context.allocateFloatLocalArray(64);
    int at = args[task];
    int lane = context.localIdx;
    int row = context.groupIdx;
    int dim = args[at + 5];
    int dyAt = args[at] + row * dim;
    int xAt = args[at + 1] + row * dim;
    sums[lane] = RowTasks.gainedDot(dy, dyAt, gain, args[at + 2], x, xAt, dim, lane, 64);
    context.localBarrier();
    for (int half = 32; half > 0; half >>= 1) {
      if (lane < half) {
        sums[lane] += sums[lane + half];
      }
      context.localBarrier();
    }
    RowTasks.rmsNormBackwardRow(
        dy,
        dyAt,
        x,
        xAt,
        gain,
        args[at + 2],
        rms[args[at + 3] + row],
        sums[0],
        dx,
        args[at + 4] + row * dim,
        dim,
        args[at + 6],
        lane,
        64);
  }

  /** args: dyAt, partialsAt, rows, cols; x: columns, y: blocks of rows. */
  public static void columnPartials(
      KernelContext context, float[] dy, float[] partials, int[] args, int task) {
    int at = args[task];
    int j = context.globalIdx;
    int block = context.globalIdy;
    int cols = args[at + 3];
    if (j < cols) {
      partials[args[at + 1] + block * cols + j] =
          RowTasks.columnSum(dy, args[at], args[at + 2], cols, block, j);
    }
  }

  /** args: dyAt, xAt, rmsAt, partialsAt, rows, cols; x: columns, y: blocks of rows. */
  public static void gainPartials(
      KernelContext context,
      float[] dy,
      float[] x,
      float[] rms,
      float[] partials,
      int[] args,
      int task) {
    int at = args[task];
    int j = context.globalIdx;
    int block = context.globalIdy;
    int cols = args[at + 5];
    if (j < cols) {
      partials[args[at + 3] + block * cols + j] =
          RowTasks.gainColumnSum(
              dy, args[at], x, args[at + 1], rms, args[at + 2], args[at + 4], cols, block, j);
    }
  }

  /** args: partialsAt, yAt, count, n, keep: y = keep·y + Σ partials. */
  public static void addPartials(
      KernelContext context, float[] partials, float[] y, int[] args, int task) {
    int at = args[task];
    int n = args[at + 3];
    for (int i = context.globalIdx; i < n; i += context.globalGroupSizeX) {
      float before = 0f;
      if (args[at + 4] > 0) {
        before = y[args[at + 1] + i];
      }
      y[args[at + 1] + i] = before + RowTasks.sumPartials(partials, args[at], args[at + 2], n, i);
    }
  }

  /** args: dyAt, partialsAt, orderAt, startsAt, cols; a group a list of rows. */
  public static void listedPartials(
      KernelContext context, float[] dy, float[] partials, int[] ids, int[] args, int task) {
    int at = args[task];
    int list = context.groupIdx;
    int cols = args[at + 4];
    int from = ids[args[at + 3] + list];
    int to = ids[args[at + 3] + list + 1];
    for (int j = context.localIdx; j < cols; j += 64) {
      partials[args[at + 1] + list * cols + j] =
          RowTasks.listedSum(dy, args[at], ids, args[at + 2], from, to, cols, j);
    }
  }

  /** args: partialsAt, tableAt, rowsAt, startsAt, cols: table[rows[g]] += its partials. */
  public static void addListed(
      KernelContext context, float[] partials, float[] table, int[] ids, int[] args, int task) {
    int at = args[task];
    int list = context.groupIdx;
    int cols = args[at + 4];
    int from = ids[args[at + 3] + list];
    int to = ids[args[at + 3] + list + 1];
    int tableAt = args[at + 1] + ids[args[at + 2] + list] * cols;
    for (int j = context.localIdx; j < cols; j += 64) {
      table[tableAt + j] +=
          RowTasks.sumPartials(partials, args[at] + from * cols, to - from, cols, j);
    }
  }

  /** args: xAt, outAt, n, groups: a partial sum of squares a group. */
  public static void squares(KernelContext context, float[] x, float[] out, int[] args, int task) {
    float[] sums = context.allocateFloatLocalArray(256);
    int at = args[task] + context.globalIdy * 4;
    int lane = context.localIdx;
    int group = context.groupIdx;
    int groups = args[at + 3];
    int n = args[at + 2];
    int first = n;
    if (group < groups) {
      first = group * 256 + lane;
    }
    sums[lane] = RowTasks.squares(x, args[at], n, first, groups * 256);
    context.localBarrier();
    for (int half = 128; half > 0; half >>= 1) {
      if (lane < half) {
        sums[lane] += sums[lane + half];
      }
      context.localBarrier();
    }
    if (lane < 1) {
      if (group < groups) {
        out[args[at + 1] + group] = sums[0];
      }
    }
  }
}
