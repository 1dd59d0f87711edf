package io.jackpot.tasks;

import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.WorkerGrid;
import uk.ac.manchester.tornado.api.WorkerGrid3D;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.enums.TornadoVMBackendType;

/** Runs one kernel on the tests' device. */
final class DeviceTask {
  /** Adds a task named {@code t}. */
  interface Task {
    void add(TaskGraph graph, KernelContext context);
  }

  private static int count;

  private DeviceTask() {}

  /** The output comes back from the device, the inputs go to it; it is not among them. */
  static void run(Task task, int groups, int groupSize, double[] output, Object... inputs) {
    String name = "test" + count++;
    TaskGraph graph = new TaskGraph(name);
    graph.transferToDevice(DataTransferMode.EVERY_EXECUTION, inputs);
    task.add(graph, new KernelContext());
    graph.transferToHost(DataTransferMode.EVERY_EXECUTION, output);
    graph.persistOnDevice(output);
    WorkerGrid grid = new WorkerGrid3D(groups * groupSize, 1, 1);
    grid.setLocalWork(groupSize, 1, 1);
    GridScheduler grids = new GridScheduler();
    grids.addWorkerGrid(name + ".t", grid);
    TornadoExecutionPlan plan = new TornadoExecutionPlan(graph.snapshot());
    plan.withDevice(TestDevice.device());
    plan.withCompilerFlags(TornadoVMBackendType.OPENCL, "-w");
    plan.withGridScheduler(grids);
    // The first run makes the buffers, see ObjectiveGraph.
    plan.execute();
    plan.execute();
    plan.freeDeviceMemory();
  }
}
