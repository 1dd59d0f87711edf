package io.jackpot.tasks;

import java.util.Collection;
import java.util.TreeSet;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task10;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task11;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task12;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task6;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task7;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task8;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task9;

/**
 * A kernel as {@link Recorder} puts it into task graphs.
 *
 * <p>TornadoVM bakes scalar arguments and the arrays themselves into a compiled graph. Whatever
 * differs from launch to launch is therefore read from memory: sizes and offsets from {@code args},
 * numbers from {@code scalars}, token ids from {@code ids}. A launch's own begin at {@code
 * args[task]}, and constants of the kernel's class name their places. One compiled graph serves
 * every shape.
 *
 * <p>All kernels have parameters of one form: the context, the operands, {@code ids}, {@code args},
 * {@code scalars}, the task. TornadoVM's scheduler never ends on a task that names an array again
 * after one that it writes: operands that are read come first, and two outputs in one arena are one
 * operand with two offsets.
 *
 * @param name Class.method
 * @param groupSize threads of a group
 * @param operands arrays of tensors among its parameters
 * @param stride ints of one launch where several launches may run as one, side by side in the
 *     grid's y dimension; 0 where they may not
 * @param call adds it to a graph
 */
record Kernel(String name, int groupSize, int operands, int stride, Call call) {
  /** The kernels' context, which has a meaning on the device only. */
  static final KernelContext CONTEXT = new KernelContext();

  private static final System.Logger LOGGER = System.getLogger(Kernel.class.getPackageName());

  /** Adds a kernel to a graph. */
  @FunctionalInterface
  interface Call {
    /**
     * @param a the device arrays that hold the operands
     * @param task number of the task in its graph
     * @param constants baked into the compiled kernel
     */
    void add(TaskGraph graph, String id, float[][] a, Inputs in, int task, int[] constants);
  }

  /** The arrays that a graph reads anew each time it runs. */
  record Inputs(int[] ids, int[] args, float[] scalars) {}

  /** A kernel with parameters of its own after the task, or another form altogether. */
  static Kernel special(String name, int groupSize, int operands, Call call) {
    return new Kernel(name, groupSize, operands, 0, call);
  }

  static Kernel of(
      String name,
      int groupSize,
      Task6<KernelContext, float[], int[], int[], float[], Integer> body) {
    return special(
        name,
        groupSize,
        1,
        (graph, id, a, in, task, constants) ->
            graph.task(id, body, CONTEXT, a[0], in.ids, in.args, in.scalars, task));
  }

  static Kernel of(
      String name,
      int groupSize,
      Task7<KernelContext, float[], float[], int[], int[], float[], Integer> body) {
    return special(
        name,
        groupSize,
        2,
        (graph, id, a, in, task, constants) ->
            graph.task(id, body, CONTEXT, a[0], a[1], in.ids, in.args, in.scalars, task));
  }

  static Kernel of(
      String name,
      int groupSize,
      Task8<KernelContext, float[], float[], float[], int[], int[], float[], Integer> body) {
    return special(
        name,
        groupSize,
        3,
        (graph, id, a, in, task, constants) ->
            graph.task(id, body, CONTEXT, a[0], a[1], a[2], in.ids, in.args, in.scalars, task));
  }

  static Kernel of(
      String name,
      int groupSize,
      Task9<KernelContext, float[], float[], float[], float[], int[], int[], float[], Integer>
          body) {
    return special(
        name,
        groupSize,
        4,
        (graph, id, a, in, task, constants) ->
            graph.task(
                id, body, CONTEXT, a[0], a[1], a[2], a[3], in.ids, in.args, in.scalars, task));
  }

  static Kernel of(
      String name,
      int groupSize,
      Task10<
              KernelContext,
              float[],
              float[],
              float[],
              float[],
              float[],
              int[],
              int[],
              float[],
              Integer>
          body) {
    return special(
        name,
        groupSize,
        5,
        (graph, id, a, in, task, constants) ->
            graph.task(
                id,
                body,
                CONTEXT,
                a[0],
                a[1],
                a[2],
                a[3],
                a[4],
                in.ids,
                in.args,
                in.scalars,
                task));
  }

  static Kernel of(
      String name,
      int groupSize,
      Task11<
              KernelContext,
              float[],
              float[],
              float[],
              float[],
              float[],
              float[],
              int[],
              int[],
              float[],
              Integer>
          body) {
    return special(
        name,
        groupSize,
        6,
        (graph, id, a, in, task, constants) ->
            graph.task(
                id,
                body,
                CONTEXT,
                a[0],
                a[1],
                a[2],
                a[3],
                a[4],
                a[5],
                in.ids,
                in.args,
                in.scalars,
                task));
  }

  static Kernel of(
      String name,
      int groupSize,
      Task12<
              KernelContext,
              float[],
              float[],
              float[],
              float[],
              float[],
              float[],
              float[],
              int[],
              int[],
              float[],
              Integer>
          body) {
    return special(
        name,
        groupSize,
        7,
        (graph, id, a, in, task, constants) ->
            graph.task(
                id,
                body,
                CONTEXT,
                a[0],
                a[1],
                a[2],
                a[3],
                a[4],
                a[5],
                a[6],
                in.ids,
                in.args,
                in.scalars,
                task));
  }

  /** The same kernel, of which several independent launches may run as one. */
  Kernel batched(int ints) {
    return new Kernel(name, groupSize, operands, ints, call);
  }

  /**
   * Tells those who ask for debug messages of {@code io.jackpot.tasks} which kernels a graph that
   * has just been compiled, and is about to run, consists of.
   */
  static void logCompiled(Collection<String> names) {
    LOGGER.log(
        System.Logger.Level.DEBUG, "compiled {0}", (Object) String.join(" ", new TreeSet<>(names)));
  }
}
