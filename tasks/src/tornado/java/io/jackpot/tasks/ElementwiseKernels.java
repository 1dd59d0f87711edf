package io.jackpot.tasks;

import static io.jackpot.tasks.Kernel.CONTEXT;

import uk.ac.manchester.tornado.api.KernelContext;

/** Kernels around the bodies of {@link ElementwiseTasks}; threads step through the elements. */
final class ElementwiseKernels {
  private static final int GROUP = 256;
  private static final int MOST_GROUPS = 4096;

  static final Kernel ADD =
      Kernel.of(
          "ElementwiseKernels.add",
          GROUP,
          (graph, id, a, in, task, c) ->
              graph.task(id, ElementwiseKernels::add, CONTEXT, a[0], a[1], in.args(), task));
  static final Kernel ZERO =
      Kernel.batched(
          "ElementwiseKernels.zero",
          GROUP,
          2,
          (graph, id, a, in, task, c) ->
              graph.task(id, ElementwiseKernels::zero, CONTEXT, a[0], in.args(), task));
  static final Kernel COPY =
      Kernel.of(
          "ElementwiseKernels.copy",
          GROUP,
          (graph, id, a, in, task, c) ->
              graph.task(id, ElementwiseKernels::copy, CONTEXT, a[0], a[1], in.args(), task));
  static final Kernel ADD_BIAS =
      Kernel.of(
          "ElementwiseKernels.addBias",
          GROUP,
          (graph, id, a, in, task, c) ->
              graph.task(id, ElementwiseKernels::addBias, CONTEXT, a[0], a[1], in.args(), task));
  static final Kernel GATHER_ROWS =
      Kernel.of(
              "ElementwiseKernels.gatherRows",
              GROUP,
              (graph, id, a, in, task, c) ->
                  graph.task(
                      id,
                      ElementwiseKernels::gatherRows,
                      CONTEXT,
                      a[0],
                      a[1],
                      in.ids(),
                      in.args(),
                      task))
          .withIds();
  static final Kernel SCATTER_ROWS =
      Kernel.of(
              "ElementwiseKernels.scatterRows",
              GROUP,
              (graph, id, a, in, task, c) ->
                  graph.task(
                      id,
                      ElementwiseKernels::scatterRows,
                      CONTEXT,
                      a[0],
                      a[1],
                      in.ids(),
                      in.args(),
                      task))
          .withIds();
  static final Kernel ROPE =
      Kernel.of(
              "ElementwiseKernels.rope",
              GROUP,
              (graph, id, a, in, task, c) ->
                  graph.task(
                      id,
                      ElementwiseKernels::rope,
                      CONTEXT,
                      a[0],
                      a[1],
                      a[2],
                      in.ids(),
                      in.args(),
                      task))
          .withIds();
  static final Kernel SWIGLU =
      Kernel.of(
          "ElementwiseKernels.swiglu",
          GROUP,
          (graph, id, a, in, task, c) ->
              graph.task(
                  id, ElementwiseKernels::swiglu, CONTEXT, a[0], a[1], a[2], in.args(), task));
  static final Kernel SWIGLU_BACKWARD =
      Kernel.of(
          "ElementwiseKernels.swigluBackward",
          GROUP,
          (graph, id, a, in, task, c) ->
              graph.task(
                  id,
                  ElementwiseKernels::swigluBackward,
                  CONTEXT,
                  a[0],
                  a[1],
                  a[2],
                  a[3],
                  in.args(),
                  task));
  static final Kernel CACHE_APPEND =
      Kernel.of(
              "ElementwiseKernels.cacheAppend",
              GROUP,
              (graph, id, a, in, task, c) ->
                  graph.task(
                      id,
                      ElementwiseKernels::cacheAppend,
                      CONTEXT,
                      a[0],
                      a[1],
                      in.ids(),
                      in.args(),
                      task))
          .withIds();

  /** Numbers of an update; the launch's ints are as many, so that launches stand side by side. */
  static final int ADAM_W_STRIDE = 8;

  static final Kernel ADAM_W =
      Kernel.batched(
              "ElementwiseKernels.adamW",
              GROUP,
              ADAM_W_STRIDE,
              (graph, id, a, in, task, c) ->
                  graph.task(
                      id,
                      ElementwiseKernels::adamW,
                      CONTEXT,
                      a[0],
                      a[1],
                      a[2],
                      a[3],
                      in.args(),
                      in.scalars(),
                      task))
          .withScalars();

  private ElementwiseKernels() {}

  /** Groups for {@code n} elements. */
  static int groups(int n) {
    return Math.min(Math.ceilDiv(n, GROUP), MOST_GROUPS);
  }

  /** args: xAt, yAt, n. */
  public static void add(KernelContext context, float[] x, float[] y, int[] args, int task) {
    int at = args[task];
    for (int i = context.globalIdx; i < args[at + 2]; i += context.globalGroupSizeX) {
      ElementwiseTasks.add(x, args[at], y, args[at + 1], i);
    }
  }

  /** args: xAt, n. */
  public static void zero(KernelContext context, float[] x, int[] args, int task) {
    int at = args[task] + context.globalIdy * 2;
    for (int i = context.globalIdx; i < args[at + 1]; i += context.globalGroupSizeX) {
      x[args[at] + i] = 0f;
    }
  }

  /** args: xAt, yAt, n. */
  public static void copy(KernelContext context, float[] x, float[] y, int[] args, int task) {
    int at = args[task];
    for (int i = context.globalIdx; i < args[at + 2]; i += context.globalGroupSizeX) {
      y[args[at + 1] + i] = x[args[at] + i];
    }
  }

  /** args: biasAt, yAt, cols, n. */
  public static void addBias(KernelContext context, float[] bias, float[] y, int[] args, int task) {
    int at = args[task];
    for (int i = context.globalIdx; i < args[at + 3]; i += context.globalGroupSizeX) {
      ElementwiseTasks.addBias(bias, args[at], y, args[at + 1], args[at + 2], i);
    }
  }

  /** args: xAt, yAt, rowsAt, dim, n. */
  public static void gatherRows(
      KernelContext context, float[] x, float[] y, int[] ids, int[] args, int task) {
    int at = args[task];
    for (int i = context.globalIdx; i < args[at + 4]; i += context.globalGroupSizeX) {
      ElementwiseTasks.gatherRows(x, args[at], ids, args[at + 2], y, args[at + 1], args[at + 3], i);
    }
  }

  /** args: dyAt, dxAt, rowsAt, dim, n. */
  public static void scatterRows(
      KernelContext context, float[] dy, float[] dx, int[] ids, int[] args, int task) {
    int at = args[task];
    for (int i = context.globalIdx; i < args[at + 4]; i += context.globalGroupSizeX) {
      ElementwiseTasks.scatterRows(
          dy, args[at], ids, args[at + 2], dx, args[at + 1], args[at + 3], i);
    }
  }

  /** args: xAt, cosAt, sinAt, positionsAt, heads, half, direction, n. */
  public static void rope(
      KernelContext context, float[] cos, float[] sin, float[] x, int[] ids, int[] args, int task) {
    int at = args[task];
    for (int i = context.globalIdx; i < args[at + 7]; i += context.globalGroupSizeX) {
      ElementwiseTasks.rope(
          x,
          args[at],
          ids,
          args[at + 3],
          cos,
          args[at + 1],
          sin,
          args[at + 2],
          args[at + 4],
          args[at + 5],
          args[at + 6],
          i);
    }
  }

  /** args: gateAt, upAt, yAt, n. */
  public static void swiglu(
      KernelContext context, float[] gate, float[] up, float[] y, int[] args, int task) {
    int at = args[task];
    for (int i = context.globalIdx; i < args[at + 3]; i += context.globalGroupSizeX) {
      ElementwiseTasks.swiglu(gate, args[at], up, args[at + 1], y, args[at + 2], i);
    }
  }

  /** args: dyAt, gateAt, upAt, dGateAt, dUpAt, n. */
  public static void swigluBackward(
      KernelContext context,
      float[] dy,
      float[] gate,
      float[] up,
      float[] out,
      int[] args,
      int task) {
    int at = args[task];
    for (int i = context.globalIdx; i < args[at + 5]; i += context.globalGroupSizeX) {
      ElementwiseTasks.swigluBackward(
          dy,
          args[at],
          gate,
          args[at + 1],
          up,
          args[at + 2],
          out,
          args[at + 3],
          out,
          args[at + 4],
          i);
    }
  }

  /** args: xAt, cacheAt, slotsAt, positionsAt, kvHeads, capacity, dim, n. */
  public static void cacheAppend(
      KernelContext context, float[] x, float[] cache, int[] ids, int[] args, int task) {
    int at = args[task];
    for (int i = context.globalIdx; i < args[at + 7]; i += context.globalGroupSizeX) {
      ElementwiseTasks.cacheAppend(
          x,
          args[at],
          ids,
          args[at + 2],
          args[at + 3],
          cache,
          args[at + 1],
          args[at + 4],
          args[at + 5],
          args[at + 6],
          i);
    }
  }

  /**
   * args: wAt, gradientAt, mAt, vAt, n; scalars: rate, β1, β2, ε, decay, scale, correction1,
   * correction2.
   */
  public static void adamW(
      KernelContext context,
      float[] gradient,
      float[] m,
      float[] v,
      float[] w,
      int[] args,
      float[] scalars,
      int task) {
    int at = args[task] + context.globalIdy * 8;
    for (int i = context.globalIdx; i < args[at + 4]; i += context.globalGroupSizeX) {
      ElementwiseTasks.adamW(
          w,
          args[at],
          gradient,
          args[at + 1],
          m,
          args[at + 2],
          v,
          args[at + 3],
          scalars[at],
          scalars[at + 1],
          scalars[at + 2],
          scalars[at + 3],
          scalars[at + 4],
          scalars[at + 5],
          scalars[at + 6],
          scalars[at + 7],
          i);
    }
  }
}
