package io.jackpot.tasks.ladder;

import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.TornadoExecutionResult;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;

/**
 * A step of a ladder: one kernel, or a few in a row, as a task graph of its own. Its data are
 * copied to the device when it first runs and stay there.
 */
final class Rung implements AutoCloseable {
  private final String name;
  private final TornadoExecutionPlan plan;
  private final float[] output;

  /**
   * @param graph begun by {@link #graph}, with its tasks
   * @param output the array that the graph writes
   */
  Rung(String name, TaskGraph graph, GridScheduler grids, float[] output, TornadoDevice device) {
    this.name = name;
    this.output = output;
    graph.transferToHost(DataTransferMode.UNDER_DEMAND, output);
    this.plan = new TornadoExecutionPlan(graph.snapshot());
    plan.withDevice(device);
    if (!grids.keySet().isEmpty()) {
      plan.withGridScheduler(grids);
    }
  }

  /** A graph that works on {@code arrays}. */
  static TaskGraph graph(String name, Object... arrays) {
    return new TaskGraph(name).transferToDevice(DataTransferMode.FIRST_EXECUTION, arrays);
  }

  String name() {
    return name;
  }

  /** Runs it, compiled the first time, and waits for its end. */
  TornadoExecutionResult run() {
    return plan.execute();
  }

  /** Runs it and copies its output to the heap. */
  float[] result() {
    run().transferToHost(output);
    return output;
  }

  /** Frees its memory on the device. */
  @Override
  public void close() {
    plan.freeDeviceMemory();
  }
}
