package io.jackpot.tasks;

import io.jackpot.tasks.DeviceMemory.Arena;
import io.jackpot.tasks.DeviceMemory.Region;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.ImmutableTaskGraph;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.WorkerGrid;
import uk.ac.manchester.tornado.api.WorkerGrid3D;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/**
 * The compiled task graphs. A graph is made once for a sequence of kernels and their arenas, and
 * then replayed for every shape and every layer: sizes and offsets are its inputs.
 *
 * <p>The arenas stay on the device. TornadoVM passes device buffers from one graph to the next of a
 * plan. So a first graph copies the arenas to the device, and every plan consists of it and of one
 * graph of ours.
 */
final class Graphs implements AutoCloseable {
  /** Ints of all launches of a graph together. */
  static final int ARGUMENTS = 1 << 12;

  private static final int TOUCH_THREADS = 32;

  /** Sizes of staging arrays; a transfer always moves a whole one. */
  private static final int[] STAGING = {1 << 12, 1 << 16, 1 << 20, 1 << 23};

  /**
   * One launch of a kernel.
   *
   * @param operands where its tensors are
   * @param args offsets and sizes, at the places that constants of the kernel's class name
   * @param scalars numbers, likewise
   * @param grid groups in x, y and z
   * @param constants baked in
   */
  record Launch(
      Kernel kernel,
      List<Region> operands,
      int[] args,
      float[] scalars,
      int[] grid,
      int[] constants) {

    /** The task as it is compiled. */
    Task task() {
      return new Task(
          kernel,
          operands.stream().map(region -> region.arena).toList(),
          Arrays.stream(constants).boxed().toList());
    }

    /** Places that its arguments and numbers take up, the same for both. */
    int places() {
      return Math.max(args.length, scalars.length);
    }
  }

  /** A task as it is compiled. */
  record Task(Kernel kernel, List<Arena> arenas, List<Integer> constants) {}

  /** One or several launches that run as one task. */
  record Step(Task task, List<Launch> launches) {}

  /** A compiled graph with its inputs. */
  private static final class Recorded {
    final TornadoExecutionPlan plan;
    final Kernel.Inputs inputs;
    final WorkerGrid[] grids;

    Recorded(TornadoExecutionPlan plan, Kernel.Inputs inputs, WorkerGrid[] grids) {
      this.plan = plan;
      this.inputs = inputs;
      this.grids = grids;
    }

    void run() {
      plan.withGraph(1).execute();
    }
  }

  private final TornadoDevice device;
  private final Map<List<Task>, Recorded> recorded = new HashMap<>();
  private final List<Object> onDevice = new ArrayList<>();
  private final List<TornadoExecutionPlan> plans = new ArrayList<>();
  private final int[] ids;
  private final Map<List<Object>, Recorded> transfers = new HashMap<>();
  private final float[][] staging = new float[STAGING.length][];
  private final int[][] idStaging = new int[STAGING.length][];
  private @Nullable ImmutableTaskGraph root;
  private String rootName = "";
  private final GridScheduler rootGrids = new GridScheduler();

  /**
   * @param idCapacity ints that {@link #writeIds} can hold
   */
  Graphs(TornadoDevice device, int idCapacity) {
    this.device = device;
    this.ids = new int[idCapacity];
    bring(ids);
  }

  /** Copies an arena to the device, where it stays. */
  void open(Arena arena) {
    bring(arena.floats);
  }

  /** Copies a float[], an int[] or a FloatArray to the device, where it stays. */
  void bring(Object array) {
    String name = "root" + onDevice.size();
    TaskGraph graph = new TaskGraph(name);
    if (root != null) {
      graph.consumeFromDevice(rootName, onDevice.toArray());
    }
    graph.transferToDevice(DataTransferMode.FIRST_EXECUTION, array);
    onDevice.add(array);
    rootGrids.addWorkerGrid(name + ".t", grid(TOUCH_THREADS, 1, 1, 1));
    String kernel =
        switch (array) {
          case float[] floats -> {
            graph.task("t", TransferKernels::touch, Kernel.CONTEXT, floats);
            yield "touch";
          }
          case int[] ints -> {
            graph.task("t", TransferKernels::touchInts, Kernel.CONTEXT, ints);
            yield "touchInts";
          }
          case FloatArray floats -> {
            graph.task("t", TransferKernels::touchFloatArray, Kernel.CONTEXT, floats);
            yield "touchFloatArray";
          }
          default -> throw new IllegalArgumentException(array.getClass().getName());
        };
    Kernel.logCompiled(List.of("TransferKernels." + kernel));
    graph.persistOnDevice(onDevice.toArray());
    ImmutableTaskGraph next = graph.snapshot();
    TornadoExecutionPlan plan =
        root == null ? new TornadoExecutionPlan(next) : new TornadoExecutionPlan(root, next);
    plans.add(plan);
    plan.withDevice(device);
    for (int i = 0; i < (root == null ? 1 : 2); i++) {
      plan.withGraph(i).withGridScheduler(rootGrids).execute();
    }
    root = next;
    rootName = name;
  }

  /** Runs {@code steps} in order; compiles them unless equal ones have run before. */
  void run(List<Step> steps) {
    List<Task> key = steps.stream().map(Step::task).toList();
    Recorded graph = recorded.computeIfAbsent(key, tasks -> record(steps));
    int[] args = graph.inputs.args();
    float[] scalars = graph.inputs.scalars();
    int at = steps.size();
    for (int i = 0; i < steps.size(); i++) {
      args[i] = at;
      int x = 0;
      int z = 0;
      List<Launch> launches = steps.get(i).launches();
      for (Launch launch : launches) {
        System.arraycopy(launch.args, 0, args, at, launch.args.length);
        System.arraycopy(launch.scalars, 0, scalars, at, launch.scalars.length);
        at += launch.places();
        x = Math.max(x, launch.grid[0]);
        z = Math.max(z, launch.grid[2]);
      }
      int y = launches.size() > 1 ? launches.size() : launches.getFirst().grid[1];
      graph.grids[i].setGlobalWork((long) x * steps.get(i).task().kernel().groupSize(), y, z);
    }
    graph.run();
  }

  private Recorded record(List<Step> steps) {
    int[] args = new int[ARGUMENTS];
    float[] scalars = new float[ARGUMENTS];
    Kernel.Inputs inputs = new Kernel.Inputs(ids, args, scalars);
    String name = "graph" + plans.size();
    TaskGraph graph = new TaskGraph(name);
    graph.consumeFromDevice(rootName, onDevice.toArray());
    graph.transferToDevice(DataTransferMode.EVERY_EXECUTION, args, scalars);
    GridScheduler grids = new GridScheduler();
    WorkerGrid[] grid = new WorkerGrid[steps.size()];
    for (int i = 0; i < grid.length; i++) {
      Task task = steps.get(i).task();
      float[][] operands =
          task.arenas().stream().map(arena -> arena.floats).toArray(float[][]::new);
      int[] constants = task.constants().stream().mapToInt(Integer::intValue).toArray();
      task.kernel().call().add(graph, "t" + i, operands, inputs, i, constants);
      grid[i] = grid(task.kernel().groupSize(), 1, 1, 1);
      grids.addWorkerGrid(name + ".t" + i, grid[i]);
    }
    graph.persistOnDevice(onDevice.toArray());
    Kernel.logCompiled(steps.stream().map(step -> step.task().kernel().name()).toList());
    return new Recorded(plan(graph, grids), inputs, grid);
  }

  private TornadoExecutionPlan plan(TaskGraph graph, GridScheduler grids) {
    rootGrids.keySet().forEach(task -> grids.addWorkerGrid(task, rootGrids.get(task)));
    TornadoExecutionPlan plan = new TornadoExecutionPlan(root, graph.snapshot());
    plans.add(plan);
    plan.withDevice(device);
    plan.withGraph(0).withGridScheduler(grids).execute();
    return plan;
  }

  private static WorkerGrid grid(int groupSize, int x, int y, int z) {
    WorkerGrid grid = new WorkerGrid3D(x * groupSize, y, z);
    grid.setLocalWork(groupSize, 1, 1);
    return grid;
  }

  /** Copies {@code count} ints of {@code values} to the kernels' {@code ids}. */
  void writeIds(int[] values, int count) {
    for (int from = 0; from < count; ) {
      int which = stagingFor(count - from);
      if (idStaging[which] == null) {
        idStaging[which] = new int[STAGING[which]];
      }
      int length = Math.min(count - from, STAGING[which]);
      System.arraycopy(values, from, idStaging[which], 0, length);
      Recorded graph =
          transfers.computeIfAbsent(
              List.of("ids", which), key -> transfer(idStaging[which], null, false));
      graph.inputs.args()[TransferKernels.COUNT] = length;
      graph.inputs.args()[TransferKernels.AT] = from;
      graph.grids[0].setGlobalWork(threads(length), 1, 1);
      graph.run();
      from += length;
    }
  }

  /** Copies {@code count} floats from the heap to a region. */
  void write(float[] values, int from, Region region, int at, int count) {
    for (int done = 0; done < count; ) {
      int which = stagingFor(count - done);
      int length = Math.min(count - done, STAGING[which]);
      System.arraycopy(values, from + done, floatStaging(which), 0, length);
      stage(region, at + done, length, which, false);
      done += length;
    }
  }

  /** Copies {@code count} floats of a region to the heap. */
  void read(Region region, int at, float[] values, int from, int count) {
    for (int done = 0; done < count; ) {
      int which = stagingFor(count - done);
      int length = Math.min(count - done, STAGING[which]);
      stage(region, at + done, length, which, true);
      System.arraycopy(floatStaging(which), 0, values, from + done, length);
      done += length;
    }
  }

  /** The smallest staging array that takes {@code count} elements, or the largest. */
  private static int stagingFor(int count) {
    int which = 0;
    while (which < STAGING.length - 1 && STAGING[which] < count) {
      which++;
    }
    return which;
  }

  private float[] floatStaging(int which) {
    if (staging[which] == null) {
      staging[which] = new float[STAGING[which]];
    }
    return staging[which];
  }

  private void stage(Region region, int at, int length, int which, boolean read) {
    Recorded graph =
        transfers.computeIfAbsent(
            List.of(region.arena, which, read),
            key -> transfer(floatStaging(which), region.arena, read));
    graph.inputs.args()[TransferKernels.COUNT] = length;
    graph.inputs.args()[TransferKernels.AT] = region.offset + at;
    graph.grids[0].setGlobalWork(threads(length), 1, 1);
    graph.run();
  }

  private static int threads(int length) {
    return Math.ceilDiv(Math.min(length, 1 << 18), TransferKernels.GROUP) * TransferKernels.GROUP;
  }

  private Recorded transfer(Object stage, @Nullable Arena arena, boolean read) {
    int[] args = new int[2];
    String name = "graph" + plans.size();
    String kernel = read ? "read" : arena == null ? "writeInts" : "write";
    TaskGraph graph = new TaskGraph(name);
    Object there = arena == null ? ids : arena.floats;
    graph.consumeFromDevice(rootName, onDevice.toArray());
    graph.transferToDevice(DataTransferMode.EVERY_EXECUTION, args);
    if (read) {
      graph.transferToDevice(DataTransferMode.FIRST_EXECUTION, stage);
      graph.task(
          "t", TransferKernels::read, Kernel.CONTEXT, (float[]) there, (float[]) stage, args);
      graph.persistOnDevice(onDevice.toArray());
      graph.transferToHost(DataTransferMode.EVERY_EXECUTION, stage);
    } else {
      graph.transferToDevice(DataTransferMode.EVERY_EXECUTION, stage);
      if (arena == null) {
        graph.task("t", TransferKernels::writeInts, Kernel.CONTEXT, (int[]) stage, ids, args);
      } else {
        graph.task(
            "t", TransferKernels::write, Kernel.CONTEXT, (float[]) stage, (float[]) there, args);
      }
      graph.persistOnDevice(onDevice.toArray());
    }
    WorkerGrid grid = grid(TransferKernels.GROUP, 1, 1, 1);
    GridScheduler grids = new GridScheduler();
    grids.addWorkerGrid(name + ".t", grid);
    Kernel.logCompiled(List.of("TransferKernels." + kernel));
    return new Recorded(
        plan(graph, grids), new Kernel.Inputs(ids, args, new float[0]), new WorkerGrid[] {grid});
  }

  @Override
  public void close() {
    recorded.clear();
    transfers.clear();
    plans.clear();
    if (root != null) {
      // The last root knows all arenas; the other graphs share its buffers.
      new TornadoExecutionPlan(root).freeDeviceMemory();
    }
  }
}
