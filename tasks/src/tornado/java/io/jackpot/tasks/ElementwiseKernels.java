package io.jackpot.tasks;

import uk.ac.manchester.tornado.api.KernelContext;

/** Kernels around the bodies of {@link ElementwiseTasks}; threads step through the elements. */
final class ElementwiseKernels {
  // Arguments: where tensors begin, then sizes
  static final int X = 0;
  static final int N = 1;
  static final int Y = 2;
  static final int GATE = 3;
  static final int UP = 4;
  static final int D_Y = 5;
  static final int D_GATE = 6;
  static final int D_UP = 7;

  /** Arguments of {@link #zero}, of which many launches run as one. */
  private static final int ZERO_ARGUMENTS = 2;

  private static final int GROUP = 256;
  private static final int MOST_GROUPS = 4096;

  static final Kernel ADD = Kernel.of("ElementwiseKernels.add", GROUP, ElementwiseKernels::add);
  static final Kernel ZERO =
      Kernel.of("ElementwiseKernels.zero", GROUP, ElementwiseKernels::zero).batched(ZERO_ARGUMENTS);
  static final Kernel COPY = Kernel.of("ElementwiseKernels.copy", GROUP, ElementwiseKernels::copy);
  static final Kernel SWIGLU =
      Kernel.of("ElementwiseKernels.swiglu", GROUP, ElementwiseKernels::swiglu);
  static final Kernel SWIGLU_BACKWARD =
      Kernel.of("ElementwiseKernels.swigluBackward", GROUP, ElementwiseKernels::swigluBackward);

  private ElementwiseKernels() {}

  /** Groups for {@code n} elements. */
  static int groups(int n) {
    return Math.min(Math.ceilDiv(n, GROUP), MOST_GROUPS);
  }

  /** {@code x [N], y [N]}: y += x. */
  public static void add(
      KernelContext context,
      float[] x,
      float[] y,
      int[] ids,
      int[] args,
      float[] scalars,
      int task) {
    int at = args[task];
    for (int i = context.globalIdx; i < args[at + N]; i += context.globalGroupSizeX) {
      ElementwiseTasks.add(x, args[at + X], y, args[at + Y], i);
    }
  }

  /** {@code x [N]}: x = 0. */
  public static void zero(
      KernelContext context, float[] x, int[] ids, int[] args, float[] scalars, int task) {
    int at = args[task] + context.globalIdy * ZERO_ARGUMENTS;
    for (int i = context.globalIdx; i < args[at + N]; i += context.globalGroupSizeX) {
      x[args[at + X] + i] = 0f;
    }
  }

  /** {@code x [N], y [N]}: y = x. */
  public static void copy(
      KernelContext context,
      float[] x,
      float[] y,
      int[] ids,
      int[] args,
      float[] scalars,
      int task) {
    int at = args[task];
    for (int i = context.globalIdx; i < args[at + N]; i += context.globalGroupSizeX) {
      y[args[at + Y] + i] = x[args[at + X] + i];
    }
  }

  /** {@code gate, up, y [N]}: y = silu(gate)·up. */
  public static void swiglu(
      KernelContext context,
      float[] gate,
      float[] up,
      float[] y,
      int[] ids,
      int[] args,
      float[] scalars,
      int task) {
    int at = args[task];
    for (int i = context.globalIdx; i < args[at + N]; i += context.globalGroupSizeX) {
      ElementwiseTasks.swiglu(gate, args[at + GATE], up, args[at + UP], y, args[at + Y], i);
    }
  }

  /** {@code dy, gate, up → dGate, dUp [N]}, the outputs in one array. */
  public static void swigluBackward(
      KernelContext context,
      float[] dy,
      float[] gate,
      float[] up,
      float[] out,
      int[] ids,
      int[] args,
      float[] scalars,
      int task) {
    int at = args[task];
    for (int i = context.globalIdx; i < args[at + N]; i += context.globalGroupSizeX) {
      ElementwiseTasks.swigluBackward(
          dy,
          args[at + D_Y],
          gate,
          args[at + GATE],
          up,
          args[at + UP],
          out,
          args[at + D_GATE],
          out,
          args[at + D_UP],
          i);
    }
  }
}
