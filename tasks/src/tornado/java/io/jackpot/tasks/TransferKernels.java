package io.jackpot.tasks;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/** Kernels that copy data between staging arrays and the arenas. */
final class TransferKernels {
  static final int GROUP = 256;

  // Arguments of the transfers
  static final int COUNT = 0;

  /** Where in the arena. */
  static final int AT = 1;

  private TransferKernels() {}

  /** Uses an array, so that TornadoVM copies it to the device; changes nothing. */
  public static void touch(KernelContext context, float[] arena) {
    if (context.globalIdx < 1) {
      arena[0] = arena[0] + 0f;
    }
  }

  /** {@link #touch} of ints. */
  public static void touchInts(KernelContext context, int[] arena) {
    if (context.globalIdx < 1) {
      arena[0] = arena[0] + 0;
    }
  }

  /** {@link #touch} of floats off the heap. */
  public static void touchFloatArray(KernelContext context, FloatArray arena) {
    if (context.globalIdx < 1) {
      arena.set(0, arena.get(0) + 0f);
    }
  }

  /** {@code arena[AT + i] = staging[i]} for i below COUNT. */
  public static void write(KernelContext context, float[] staging, float[] arena, int[] args) {
    for (int i = context.globalIdx; i < args[COUNT]; i += context.globalGroupSizeX) {
      arena[args[AT] + i] = staging[i];
    }
  }

  /** {@link #write} of ints. */
  public static void writeInts(KernelContext context, int[] staging, int[] arena, int[] args) {
    for (int i = context.globalIdx; i < args[COUNT]; i += context.globalGroupSizeX) {
      arena[args[AT] + i] = staging[i];
    }
  }

  /** {@code staging[i] = arena[AT + i]} for i below COUNT. */
  public static void read(KernelContext context, float[] arena, float[] staging, int[] args) {
    for (int i = context.globalIdx; i < args[COUNT]; i += context.globalGroupSizeX) {
      staging[i] = arena[args[AT] + i];
    }
  }
}
