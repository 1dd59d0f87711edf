package io.jackpot.tasks;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.TaskGraph;

/**
 * A kernel as {@link Recorder} puts it into task graphs.
 *
 * <p>TornadoVM bakes scalar arguments and the arrays themselves into a compiled graph, so whatever
 * differs from launch to launch is read from memory: sizes and offsets from {@code args}, numbers
 * from {@code scalars}, token ids and the like from {@code ids}. The kernel finds its own at {@code
 * args[task]}. So one compiled graph serves every shape.
 *
 * <p>TornadoVM's scheduler never ends on a task that names an array again after one that it writes.
 * So arrays that are read come first, and outputs in one arena are one array with several offsets.
 *
 * @param name Class.method
 * @param groupSize threads of a group
 * @param stride ints of one launch where several launches may run as one, side by side in the
 *     grid's y dimension; 0 where they may not
 * @param readsScalars whether it does; TornadoVM fails on arrays that no task of a graph uses
 * @param readsIds whether it does
 * @param call adds it to a graph
 */
record Kernel(
    String name, int groupSize, int stride, boolean readsScalars, boolean readsIds, Call call) {
  /** What {@link KernelContext} stands for is only known on the device. */
  static final KernelContext CONTEXT = new KernelContext();

  /** How a kernel is added to a graph. */
  @FunctionalInterface
  interface Call {
    /**
     * @param operands the device arrays that the kernel's tensors are in
     * @param task number of the task in its graph
     * @param constants baked into the compiled kernel
     */
    void add(
        TaskGraph graph, String id, float[][] operands, Inputs inputs, int task, int[] constants);
  }

  /** What a graph reads anew each time it runs. */
  record Inputs(int[] args, float[] scalars, int[] ids) {}

  static Kernel of(String name, int groupSize, Call call) {
    return new Kernel(name, groupSize, 0, false, false, call);
  }

  /** A kernel of {@code stride} ints, of which several independent launches may run as one. */
  static Kernel batched(String name, int groupSize, int stride, Call call) {
    return new Kernel(name, groupSize, stride, false, false, call);
  }

  Kernel withScalars() {
    return new Kernel(name, groupSize, stride, true, readsIds, call);
  }

  Kernel withIds() {
    return new Kernel(name, groupSize, stride, readsScalars, true, call);
  }
}
