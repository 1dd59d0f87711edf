package io.jackpot.tasks;

import uk.ac.manchester.tornado.api.KernelContext;

/**
 * Kernels around the body of {@link OptimizerTasks} and a sum. Launches of the same kernel for one
 * tensor after another run side by side, in y.
 */
final class OptimizerKernels {
  // Arguments: where tensors begin, then sizes
  static final int X = 0;
  static final int N = 1;
  static final int PARTIALS = 2;
  static final int GROUPS = 3;
  static final int GRADIENT = 4;
  static final int M = 5;
  static final int V = 6;

  // Scalars of adamW
  static final int RATE = 0;
  static final int BETA1 = 1;
  static final int BETA2 = 2;
  static final int EPSILON = 3;
  static final int DECAY = 4;
  static final int SCALE = 5;
  static final int CORRECTION1 = 6;
  static final int CORRECTION2 = 7;

  /** Places of a launch among those beside it: at least its arguments and its scalars. */
  private static final int SQUARES_STRIDE = 4;

  private static final int ADAM_W_STRIDE = 8;

  private static final int GROUP = 256;

  static final Kernel SQUARES =
      Kernel.of("OptimizerKernels.squares", GROUP, OptimizerKernels::squares)
          .batched(SQUARES_STRIDE);
  static final Kernel ADAM_W =
      Kernel.of("OptimizerKernels.adamW", GROUP, OptimizerKernels::adamW).batched(ADAM_W_STRIDE);

  private OptimizerKernels() {}

  /** Groups that sum the squares of {@code n} elements; each thread takes few. */
  static int squaresGroups(int n) {
    return Math.clamp(Math.ceilDiv(n, GROUP * 16), 1, 1024);
  }

  /** {@code x [N] → partials [GROUPS]}: a partial sum of squares a group. */
  public static void squares(
      KernelContext context,
      float[] x,
      float[] partials,
      int[] ids,
      int[] args,
      float[] scalars,
      int task) {
    float[] sums = context.allocateFloatLocalArray(256);
    int at = args[task] + context.globalIdy * SQUARES_STRIDE;
    int lane = context.localIdx;
    int group = context.groupIdx;
    int groups = args[at + GROUPS];
    int n = args[at + N];
    int first = n;
    if (group < groups) {
      first = group * 256 + lane;
    }
    sums[lane] = RowsTasks.squares(x, args[at + X], n, first, groups * 256);
    context.localBarrier();
    for (int half = 128; half > 0; half >>= 1) {
      if (lane < half) {
        sums[lane] += sums[lane + half];
      }
      context.localBarrier();
    }
    if (lane < 1) {
      if (group < groups) {
        partials[args[at + PARTIALS] + group] = sums[0];
      }
    }
  }

  /** {@code gradient, m, v, x [N]}: one AdamW update of the weights x. */
  public static void adamW(
      KernelContext context,
      float[] gradient,
      float[] m,
      float[] v,
      float[] x,
      int[] ids,
      int[] args,
      float[] scalars,
      int task) {
    int at = args[task] + context.globalIdy * ADAM_W_STRIDE;
    for (int i = context.globalIdx; i < args[at + N]; i += context.globalGroupSizeX) {
      OptimizerTasks.adamW(
          x,
          args[at + X],
          gradient,
          args[at + GRADIENT],
          m,
          args[at + M],
          v,
          args[at + V],
          scalars[at + RATE],
          scalars[at + BETA1],
          scalars[at + BETA2],
          scalars[at + EPSILON],
          scalars[at + DECAY],
          scalars[at + SCALE],
          scalars[at + CORRECTION1],
          scalars[at + CORRECTION2],
          i);
    }
  }
}
