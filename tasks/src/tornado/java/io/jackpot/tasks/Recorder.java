package io.jackpot.tasks;

import io.jackpot.input.InputException;
import io.jackpot.tasks.DeviceMemory.Arena;
import io.jackpot.tasks.DeviceMemory.Region;
import io.jackpot.tasks.DeviceMemory.Role;
import io.jackpot.tasks.Graphs.Launch;
import io.jackpot.tasks.Graphs.Step;
import io.jackpot.tasks.Graphs.Task;
import io.jackpot.tensor.Packing;
import io.jackpot.tensor.Storage;
import io.jackpot.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import uk.ac.manchester.tornado.api.common.TornadoDevice;

/**
 * Records the launches of ops, and runs them as graphs when a result is needed on the heap. What
 * the ops get from the heap is copied when they are called, so the caller may change it afterwards.
 */
final class Recorder implements AutoCloseable {
  /**
   * Tasks of one graph; TornadoVM takes 256, and longer graphs have fewer chances to be replayed.
   */
  private static final int LONGEST_GRAPH = 64;

  /** Ints of all ops between two flushes. */
  private static final int ID_CAPACITY = 1 << 22;

  /** Floats of all ops between two flushes. */
  static final int INPUT_CAPACITY = 1 << 20;

  /** Scratch floats from which on a block's end flushes, so that they can be reused. */
  static final int SCRATCH_CAPACITY = 1 << 25;

  /** Most launches that run as one: the grid's y dimension. */
  private static final int LARGEST_BATCH = 1024;

  private final Graphs graphs;
  private final DeviceMemory memory;

  /** Launches since the last flush, by the blocks that {@link #blockEnd} ends. */
  private final List<List<Launch>> blocks = new ArrayList<>(List.of(new ArrayList<>()));

  private final int[] ids = new int[ID_CAPACITY];
  private final Map<Object, Integer> idOffsets = new IdentityHashMap<>();
  private final Region inputs;
  private final float[] inputValues = new float[INPUT_CAPACITY];
  private final List<Region> fills = new ArrayList<>();
  private final List<Region> scratches = new ArrayList<>();
  private long scratchFloats;
  private int idCount;
  private int inputCount;

  /**
   * @param reserved floats for each role, to open arenas for; empty to open them as needed
   * @param largestArena in floats
   */
  Recorder(TornadoDevice device, Map<Role, Long> reserved, long largestArena) {
    this.graphs = new Graphs(device, ID_CAPACITY);
    this.memory = new DeviceMemory(this::fetch, graphs::open, largestArena);
    if (!reserved.isEmpty()) {
      memory.reserve(reserved);
    }
    this.inputs = memory.allocate(Role.ACTIVATION, INPUT_CAPACITY);
  }

  /** The place of a tensor's elements on the device; copies them there if they are not. */
  Region region(Tensor tensor, Role role) {
    Storage storage = tensor.storage();
    if (storage.mirror() instanceof Region region && region.isIn(memory)) {
      return region;
    }
    float[] heap = storage.mirror() == null ? storage.heapIfThere() : storage.heap();
    Region region = memory.allocate(role, storage.size());
    if (heap == null) {
      fills.add(region);
    } else {
      graphs.write(heap, 0, region, 0, heap.length);
    }
    storage.moved(region);
    return region;
  }

  /** Called where an op begins: the scratch memory of earlier ones may be reused. */
  void begin() {
    makeRoom();
    if (blocks.getFirst().isEmpty()) {
      scratches.forEach(Region::release);
      scratches.clear();
      scratchFloats = 0;
    }
  }

  /** Memory that only kernels of this op see; its content is unknown. */
  Region scratch(int size) {
    Region region = memory.allocate(Role.SCRATCH, size);
    scratches.add(region);
    scratchFloats += size;
    return region;
  }

  /** Places of two outputs that a kernel writes to one array. */
  record Outputs(Region array, int firstAt, int secondAt) {}

  /** The regions themselves if they are in one arena, else scratch memory that holds both. */
  Outputs outputs(Region first, Region second) {
    if (first.arena == second.arena) {
      return new Outputs(first, first.offset, second.offset);
    }
    Region both = scratch(Math.addExact(first.size, second.size));
    return new Outputs(both, both.offset, both.offset + first.size);
  }

  /** Copies outputs to their places. */
  void settle(Outputs outputs, Region first, Region second) {
    if (first.arena != second.arena) {
      copy(outputs.array, outputs.firstAt, first);
      copy(outputs.array, outputs.secondAt, second);
    }
  }

  private void copy(Region from, int at, Region to) {
    prepare(ElementwiseKernels.COPY)
        .operand(ElementwiseKernels.X, from, at)
        .operand(ElementwiseKernels.Y, to)
        .arg(ElementwiseKernels.N, to.size)
        .record(ElementwiseKernels.groups(to.size));
  }

  /** Records zeros for a region. */
  void zero(Region region) {
    zeros(region).record(ElementwiseKernels.groups(region.size));
  }

  private LaunchBuilder zeros(Region region) {
    return prepare(ElementwiseKernels.ZERO)
        .operand(ElementwiseKernels.X, region)
        .arg(ElementwiseKernels.N, region.size);
  }

  /**
   * y (+)= Σ partials.
   *
   * @param partials {@code [count, n]}
   * @param at where in the array of {@code y} its n elements begin
   */
  void addPartials(Region partials, Region y, int at, int count, int n, boolean accumulate) {
    prepare(RowsKernels.ADD_PARTIALS)
        .operand(RowsKernels.PARTIALS, partials)
        .operand(RowsKernels.Y, y, at)
        .arg(RowsKernels.COUNT, count)
        .arg(RowsKernels.COLS, n)
        .arg(RowsKernels.KEEP, accumulate)
        .record(Math.min(Math.ceilDiv(n, RowsKernels.LANES), 4096));
  }

  /** A launch of {@code kernel}, which its builder records. */
  LaunchBuilder prepare(Kernel kernel) {
    return new LaunchBuilder(this, kernel);
  }

  /** Appends a launch to those that the next flush runs. */
  void record(Launch launch) {
    blocks.getLast().add(launch);
  }

  void blockEnd() {
    if (!blocks.getLast().isEmpty()) {
      blocks.add(new ArrayList<>());
    }
    makeRoom();
    if (scratchFloats > SCRATCH_CAPACITY) {
      flush();
    }
  }

  /** Makes room for at least half of what {@link #ids} and {@link #input} can hold. */
  void makeRoom() {
    if (idCount > ID_CAPACITY / 2 || inputCount > INPUT_CAPACITY / 2) {
      flush();
    }
  }

  /**
   * The place in {@code ids} of the first {@code count} of {@code values}. The same array twice
   * before a flush is sent once, and must not have changed.
   */
  int ids(int[] values, int count) {
    return ids(values, values, count);
  }

  /** {@link #ids(int[], int)} of values that {@code owner} identifies. */
  int ids(Object owner, int[] values, int count) {
    Integer known = idOffsets.get(owner);
    if (known != null) {
      return known;
    }
    if (count > ID_CAPACITY - idCount) {
      throw new InputException(
          "device: %d indices for one op, but at most %d fit; use fewer tokens a micro-batch"
              .formatted(count, ID_CAPACITY / 2));
    }
    int at = idCount;
    System.arraycopy(values, 0, ids, at, count);
    idCount += count;
    idOffsets.put(owner, at);
    return at;
  }

  /** First token of each token's sequence, then the one after its last, {@code [2 × tokens]}. */
  int bounds(Packing packing) {
    Integer known = idOffsets.get(packing);
    if (known != null) {
      return known;
    }
    int[] bounds = new int[2 * packing.tokens()];
    for (int s = 0; s < packing.sequences(); s++) {
      int from = packing.start(s);
      int to = from + packing.length(s);
      Arrays.fill(bounds, from, to, from);
      Arrays.fill(bounds, packing.tokens() + from, packing.tokens() + to, to);
    }
    return ids(packing, bounds, bounds.length);
  }

  /** The region of {@link #input}. */
  Region inputs() {
    return inputs;
  }

  /** The place of {@code count} of {@code values} in the device's array of {@link #inputs}. */
  int input(float[] values, int count) {
    if (count > INPUT_CAPACITY - inputCount) {
      throw new InputException(
          "device: %d numbers for one op, but at most %d fit; use fewer tokens a micro-batch"
              .formatted(count, INPUT_CAPACITY / 2));
    }
    int at = inputCount;
    System.arraycopy(values, 0, inputValues, at, count);
    inputCount += count;
    return inputs.offset + at;
  }

  /** Runs all that has been recorded. */
  void flush() {
    if (idCount > 0) {
      graphs.writeIds(ids, idCount);
    }
    if (inputCount > 0) {
      graphs.write(inputValues, 0, inputs, 0, inputCount);
    }
    fill();
    blocks.forEach(this::runBlock);
    blocks.clear();
    blocks.add(new ArrayList<>());
    idOffsets.clear();
    idCount = 0;
    inputCount = 0;
  }

  /** Cuts a block into graphs: as many tasks and arguments each as a graph takes. */
  private void runBlock(List<Launch> block) {
    List<Step> steps = new ArrayList<>();
    int ints = 0;
    for (Launch launch : block) {
      int needed = launch.places() + 1;
      if (ints + needed > Graphs.ARGUMENTS) {
        run(steps);
        ints = 0;
      }
      ints += needed;
      Task task = launch.task();
      Step last = steps.isEmpty() ? null : steps.getLast();
      if (last != null && joins(last, task)) {
        last.launches().add(launch);
        continue;
      }
      if (steps.size() == LONGEST_GRAPH) {
        run(steps);
        ints = needed;
      }
      steps.add(step(launch));
    }
    run(steps);
  }

  /**
   * Zeros in regions that are new, before anything else runs: in graphs of their own, so that those
   * of the ops do not depend on which regions are new.
   */
  private void fill() {
    for (Region region : fills) {
      if (region.size > 0) {
        runBlock(List.of(zeros(region).launch(ElementwiseKernels.groups(region.size), 1, 1)));
      }
    }
    fills.clear();
  }

  private static Step step(Launch launch) {
    return new Step(launch.task(), new ArrayList<>(List.of(launch)));
  }

  private static boolean joins(Step step, Task task) {
    return task.kernel().stride() > 0
        && step.task().equals(task)
        && step.launches().size() < LARGEST_BATCH;
  }

  private void run(List<Step> steps) {
    if (!steps.isEmpty()) {
      graphs.run(steps);
      steps.clear();
    }
  }

  /** Runs all that has been recorded and copies a result to the heap. */
  void read(Region region, int at, float[] values, int count) {
    flush();
    graphs.read(region, at, values, 0, count);
  }

  private void fetch(Region region, float[] heap) {
    read(region, 0, heap, heap.length);
  }

  /** Memory of all arenas, in floats. */
  long floats() {
    return memory.arenas().stream().mapToLong(arena -> arena.floats.length).sum();
  }

  /** The arrays that are on the device. */
  List<Arena> arenas() {
    return memory.arenas();
  }

  Graphs graphs() {
    return graphs;
  }

  @Override
  public void close() {
    graphs.close();
  }
}
