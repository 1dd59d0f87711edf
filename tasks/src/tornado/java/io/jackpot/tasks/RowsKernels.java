package io.jackpot.tasks;

import uk.ac.manchester.tornado.api.KernelContext;

/**
 * Kernels around the bodies of {@link RowsTasks}: a group of threads for a row, a thread for a
 * column, or threads that step through the elements.
 */
final class RowsKernels {
  // Arguments: where tensors begin, then where ids do, then sizes
  static final int X = 0;
  static final int Y = 1;
  static final int D_X = 2;
  static final int D_Y = 3;
  static final int GAIN = 4;
  static final int RMS = 5;
  static final int PARTIALS = 6;

  /** Which row of the other tensor each row is. */
  static final int ROW_IDS = 7;

  /** Rows, those of a list together. */
  static final int ORDER = 8;

  /** Where each list begins, and the end of the last. */
  static final int STARTS = 9;

  static final int ROWS = 10;
  static final int COLS = 11;
  static final int COUNT = 12;
  static final int N = 13;

  /** 1 to add to the output, 0 to overwrite it. */
  static final int KEEP = 14;

  static final int COS = 15;
  static final int SIN = 16;
  static final int POSITIONS = 17;
  static final int HEADS = 18;
  static final int HALF = 19;

  /** 1, or −1 for the inverse. */
  static final int DIRECTION = 20;

  // Scalars
  static final int EPSILON = 0;

  /** Threads of a group that shares a row. */
  static final int LANES = 64;

  private static final int GROUP = 256;

  static final Kernel ADD_BIAS = Kernel.of("RowsKernels.addBias", GROUP, RowsKernels::addBias);
  static final Kernel GATHER_ROWS =
      Kernel.of("RowsKernels.gatherRows", GROUP, RowsKernels::gatherRows);
  static final Kernel SCATTER_ROWS =
      Kernel.of("RowsKernels.scatterRows", GROUP, RowsKernels::scatterRows);
  static final Kernel ROPE = Kernel.of("RowsKernels.rope", GROUP, RowsKernels::rope);
  static final Kernel RMS_NORM = Kernel.of("RowsKernels.rmsNorm", LANES, RowsKernels::rmsNorm);
  static final Kernel RMS_NORM_BACKWARD =
      Kernel.of("RowsKernels.rmsNormBackward", LANES, RowsKernels::rmsNormBackward);
  static final Kernel COLUMN_PARTIALS =
      Kernel.of("RowsKernels.columnPartials", LANES, RowsKernels::columnPartials);
  static final Kernel GAIN_PARTIALS =
      Kernel.of("RowsKernels.gainPartials", LANES, RowsKernels::gainPartials);
  static final Kernel ADD_PARTIALS =
      Kernel.of("RowsKernels.addPartials", LANES, RowsKernels::addPartials);
  static final Kernel LISTED_PARTIALS =
      Kernel.of("RowsKernels.listedPartials", LANES, RowsKernels::listedPartials);
  static final Kernel ADD_LISTED =
      Kernel.of("RowsKernels.addListed", LANES, RowsKernels::addListed);

  private RowsKernels() {}

  /** {@code x [COLS], y [rows, COLS]}: y += x in every row; N elements. */
  public static void addBias(
      KernelContext context,
      float[] x,
      float[] y,
      int[] ids,
      int[] args,
      float[] scalars,
      int task) {
    int at = args[task];
    for (int i = context.globalIdx; i < args[at + N]; i += context.globalGroupSizeX) {
      RowsTasks.addBias(x, args[at + X], y, args[at + Y], args[at + COLS], i);
    }
  }

  /** {@code y[r] = x[rowIds[r]]}, rows of COLS elements; N elements of y. */
  public static void gatherRows(
      KernelContext context,
      float[] x,
      float[] y,
      int[] ids,
      int[] args,
      float[] scalars,
      int task) {
    int at = args[task];
    for (int i = context.globalIdx; i < args[at + N]; i += context.globalGroupSizeX) {
      RowsTasks.gatherRows(
          x, args[at + X], ids, args[at + ROW_IDS], y, args[at + Y], args[at + COLS], i);
    }
  }

  /** {@code dx[rowIds[r]] = dy[r]}, rows of COLS elements; N elements of dy. */
  public static void scatterRows(
      KernelContext context,
      float[] dy,
      float[] dx,
      int[] ids,
      int[] args,
      float[] scalars,
      int task) {
    int at = args[task];
    for (int i = context.globalIdx; i < args[at + N]; i += context.globalGroupSizeX) {
      RowsTasks.scatterRows(
          dy, args[at + D_Y], ids, args[at + ROW_IDS], dx, args[at + D_X], args[at + COLS], i);
    }
  }

  /** {@code cos, sin [positions, HALF], x [tokens, HEADS, 2·HALF]}; N pairs. */
  public static void rope(
      KernelContext context,
      float[] cos,
      float[] sin,
      float[] x,
      int[] ids,
      int[] args,
      float[] scalars,
      int task) {
    int at = args[task];
    for (int i = context.globalIdx; i < args[at + N]; i += context.globalGroupSizeX) {
      RowsTasks.rope(
          x,
          args[at + X],
          ids,
          args[at + POSITIONS],
          cos,
          args[at + COS],
          sin,
          args[at + SIN],
          args[at + HEADS],
          args[at + HALF],
          args[at + DIRECTION],
          i);
    }
  }

  /**
   * {@code x [rows, COLS], gain [COLS] → y, rms [rows]}, the outputs in one array; a group a row.
   */
  public static void rmsNorm(
      KernelContext context,
      float[] x,
      float[] gain,
      float[] out,
      int[] ids,
      int[] args,
      float[] scalars,
      int task) {
    float[] sums = context.allocateFloatLocalArray(64);
    int at = args[task];
    int lane = context.localIdx;
    int row = context.groupIdx;
    int dim = args[at + COLS];
    int xAt = args[at + X] + row * dim;
    sums[lane] = RowsTasks.squares(x, xAt, dim, lane, 64);
    context.localBarrier();
    for (int half = 32; half > 0; half >>= 1) {
      if (lane < half) {
        sums[lane] += sums[lane + half];
      }
      context.localBarrier();
    }
    float r = 1f / (float) Math.sqrt(sums[0] / dim + scalars[at + EPSILON]);
    if (lane < 1) {
      out[args[at + RMS] + row] = r;
    }
    int yAt = args[at + Y] + row * dim;
    RowsTasks.scaleRow(x, xAt, gain, args[at + GAIN], r, out, yAt, dim, lane, 64);
  }

  /** {@code dy, x [rows, COLS], gain [COLS], rms [rows] → dx}; a group a row. */
  public static void rmsNormBackward(
      KernelContext context,
      float[] dy,
      float[] x,
      float[] gain,
      float[] rms,
      float[] dx,
      int[] ids,
      int[] args,
      float[] scalars,
      int task) {
    float[] sums = context.allocateFloatLocalArray(64);
    int at = args[task];
    int lane = context.localIdx;
    int row = context.groupIdx;
    int dim = args[at + COLS];
    int dyAt = args[at + D_Y] + row * dim;
    int xAt = args[at + X] + row * dim;
    int gainAt = args[at + GAIN];
    sums[lane] = RowsTasks.gainedDot(dy, dyAt, gain, gainAt, x, xAt, dim, lane, 64);
    context.localBarrier();
    for (int half = 32; half > 0; half >>= 1) {
      if (lane < half) {
        sums[lane] += sums[lane + half];
      }
      context.localBarrier();
    }
    RowsTasks.rmsNormBackwardRow(
        dy,
        dyAt,
        x,
        xAt,
        gain,
        gainAt,
        rms[args[at + RMS] + row],
        sums[0],
        dx,
        args[at + D_X] + row * dim,
        dim,
        args[at + KEEP],
        lane,
        64);
  }

  /** {@code dy [ROWS, COLS] → partials [blocks, COLS]}; x: columns, y: blocks of rows. */
  public static void columnPartials(
      KernelContext context,
      float[] dy,
      float[] partials,
      int[] ids,
      int[] args,
      float[] scalars,
      int task) {
    int at = args[task];
    int j = context.globalIdx;
    int block = context.globalIdy;
    int cols = args[at + COLS];
    if (j < cols) {
      partials[args[at + PARTIALS] + block * cols + j] =
          RowsTasks.columnSum(dy, args[at + D_Y], args[at + ROWS], cols, block, j);
    }
  }

  /**
   * {@code dy, x [ROWS, COLS], rms [ROWS] → partials [blocks, COLS]} of RMSNorm's gain; x: columns,
   * y: blocks of rows.
   */
  public static void gainPartials(
      KernelContext context,
      float[] dy,
      float[] x,
      float[] rms,
      float[] partials,
      int[] ids,
      int[] args,
      float[] scalars,
      int task) {
    int at = args[task];
    int j = context.globalIdx;
    int block = context.globalIdy;
    int rows = args[at + ROWS];
    int cols = args[at + COLS];
    if (j < cols) {
      partials[args[at + PARTIALS] + block * cols + j] =
          RowsTasks.gainColumnSum(
              dy, args[at + D_Y], x, args[at + X], rms, args[at + RMS], rows, cols, block, j);
    }
  }

  /** {@code partials [COUNT, COLS] → y [COLS]}: y = KEEP·y + Σ partials. */
  public static void addPartials(
      KernelContext context,
      float[] partials,
      float[] y,
      int[] ids,
      int[] args,
      float[] scalars,
      int task) {
    int at = args[task];
    int n = args[at + COLS];
    for (int i = context.globalIdx; i < n; i += context.globalGroupSizeX) {
      float before = 0f;
      if (args[at + KEEP] > 0) {
        before = y[args[at + Y] + i];
      }
      y[args[at + Y] + i] =
          before + RowsTasks.sumPartials(partials, args[at + PARTIALS], args[at + COUNT], n, i);
    }
  }

  /** {@code dy [rows, COLS] → partials [lists, COLS]}: sums of listed rows; a group a list. */
  public static void listedPartials(
      KernelContext context,
      float[] dy,
      float[] partials,
      int[] ids,
      int[] args,
      float[] scalars,
      int task) {
    int at = args[task];
    int list = context.groupIdx;
    int cols = args[at + COLS];
    int from = ids[args[at + STARTS] + list];
    int to = ids[args[at + STARTS] + list + 1];
    for (int j = context.localIdx; j < cols; j += 64) {
      partials[args[at + PARTIALS] + list * cols + j] =
          RowsTasks.listedSum(dy, args[at + D_Y], ids, args[at + ORDER], from, to, cols, j);
    }
  }

  /** {@code partials [lists, COLS]}: {@code y[rowIds[g]]} += its lists; a group a row. */
  public static void addListed(
      KernelContext context,
      float[] partials,
      float[] y,
      int[] ids,
      int[] args,
      float[] scalars,
      int task) {
    int at = args[task];
    int list = context.groupIdx;
    int cols = args[at + COLS];
    int from = ids[args[at + STARTS] + list];
    int to = ids[args[at + STARTS] + list + 1];
    int yAt = args[at + Y] + ids[args[at + ROW_IDS] + list] * cols;
    for (int j = context.localIdx; j < cols; j += 64) {
      y[yAt + j] +=
          RowsTasks.sumPartials(partials, args[at + PARTIALS] + from * cols, to - from, cols, j);
    }
  }
}
