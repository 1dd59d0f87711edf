package io.jackpot.tasks;

import io.jackpot.objective.LossTasks;
import io.jackpot.objective.ObjectiveArrays;
import io.jackpot.objective.ObjectiveInputs;
import io.jackpot.objective.ObjectiveOptions;
import io.jackpot.objective.ObjectiveResult;
import io.jackpot.objective.TokenBatch;
import java.util.ArrayList;
import java.util.List;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.WorkerGrid;
import uk.ac.manchester.tornado.api.WorkerGrid3D;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.enums.TornadoVMBackendType;

/**
 * The objective as one task graph (Jackpot, Algorithm 1, lines 13 to 26, with Eq. 6 to 8), for up
 * to {@code capacity} tokens and every option.
 */
final class ObjectiveGraph implements AutoCloseable {
  /** Threads of a group that has one each for its tokens. */
  private static final int GROUP = 64;

  private static final String NAME = "objective";

  /**
   * TornadoVM's own flags for OpenCL let the compiler take for granted that nothing is NaN or
   * infinite: a log-prob of minus infinity would give anything.
   */
  private static final String STRICT_MATH = "-w";

  private static final KernelContext CONTEXT = new KernelContext();

  /** The inputs and results; a run fills the first tokens. */
  private final ObjectiveArrays a;

  private final TornadoExecutionPlan plan;
  private final GridScheduler grids = new GridScheduler();
  private final WorkerGrid perToken = grid(GROUP, 1);
  private final WorkerGrid perSequence = grid(LossKernels.SEQUENCE_LANES, 1);
  private final List<String> kernels = new ArrayList<>();

  ObjectiveGraph(TornadoDevice device, int capacity) {
    this.a = new ObjectiveArrays(capacity);
    this.plan = new TornadoExecutionPlan(graph().snapshot());
    plan.withDevice(device);
    plan.withCompilerFlags(TornadoVMBackendType.OPENCL, STRICT_MATH);
    plan.withGridScheduler(grids);
    // On no tokens, only to make its buffers, which then stay. TornadoVM's CUDA backend zeroes
    // those of outputs as it makes them, in a stream that the run's kernels do not wait for.
    plan.withGraph(0).execute();
    Kernel.logCompiled(kernels);
  }

  private TaskGraph graph() {
    TaskGraph graph = new TaskGraph(NAME);
    graph.transferToDevice(
        DataTransferMode.EVERY_EXECUTION,
        a.logInf,
        a.logRef,
        a.logNew,
        a.logTarget,
        a.actorLogRef,
        a.actorLogNew,
        a.advantage,
        a.given,
        a.words,
        a.zTopK,
        a.zExact,
        a.divergence,
        a.entropy,
        a.logReference,
        a.referenceExact,
        a.lossMask,
        a.sequence,
        a.order,
        a.starts,
        a.numbers,
        a.choices);
    // Arrays between tasks; TornadoVM needs every array to be declared.
    Object[] between = {
      a.uniform,
      a.targetRatio,
      a.accepted,
      a.policySums,
      a.actorSums,
      a.corrected,
      a.ratioSums,
      a.actorRatioSums,
      a.derivative,
      a.actorRatio,
      a.actorDerivative,
      a.referenceKl,
      a.referenceDerivative,
      a.maskedWeight,
      a.contributions,
      a.clipped,
      a.actorClipped
    };
    graph.transferToDevice(DataTransferMode.FIRST_EXECUTION, between);

    // 1. Acceptance (Eq. 3).
    graph.task(
        task("uniforms", "ObrsKernels.uniforms", perToken),
        ObrsKernels::uniforms,
        CONTEXT,
        a.words,
        a.given,
        a.choices,
        a.uniform);
    graph.task(
        task("accept", "ObrsKernels.accept", perToken),
        ObrsKernels::accept,
        CONTEXT,
        a.logTarget,
        a.logInf,
        a.uniform,
        a.numbers,
        a.choices,
        a.targetRatio,
        a.acceptProbability,
        a.accepted);

    // 2. and 3. The normalizer and its bias correction (4.4.2).
    graph.task(
        task("calibrate", "NormalizerKernels.calibrate", grid(NormalizerKernels.LANES, 1)),
        NormalizerKernels::calibrate,
        CONTEXT,
        a.accepted,
        a.zTopK,
        a.choices,
        a.calibration);
    graph.task(
        task("chooseZ", "NormalizerKernels.chooseZ", perToken),
        NormalizerKernels::chooseZ,
        CONTEXT,
        a.calibration,
        a.zTopK,
        a.zExact,
        a.choices,
        a.z);

    // 4. The weight of each token.
    graph.task(
        task("weight", "ObrsKernels.weight", perToken),
        ObrsKernels::weight,
        CONTEXT,
        a.z,
        a.targetRatio,
        a.numbers,
        a.choices,
        a.obrsWeight);
    graph.task(
        task("policySums", "LossKernels.sequenceSums", perSequence),
        LossKernels::sequenceSums,
        CONTEXT,
        a.logTarget,
        a.logInf,
        a.order,
        a.starts,
        a.policySums);
    graph.task(
        task("correctPolicy", "LossKernels.correct", perToken),
        LossKernels::correct,
        CONTEXT,
        a.logTarget,
        a.logInf,
        a.sequence,
        a.starts,
        a.policySums,
        a.numbers,
        a.choices,
        a.corrected,
        ObjectiveInputs.POLICY);
    graph.task(
        task("policyWeight", "LossKernels.policyWeight", perToken),
        LossKernels::policyWeight,
        CONTEXT,
        a.accepted,
        a.obrsWeight,
        a.z,
        a.targetRatio,
        a.corrected,
        a.logRef,
        a.logTarget,
        a.numbers,
        a.choices,
        a.mask,
        a.rho,
        a.capped);
    graph.task(
        task("actorSums", "LossKernels.sequenceSums", perSequence),
        LossKernels::sequenceSums,
        CONTEXT,
        a.actorLogRef,
        a.logInf,
        a.order,
        a.starts,
        a.actorSums);
    graph.task(
        task("correctActor", "LossKernels.correct", perToken),
        LossKernels::correct,
        CONTEXT,
        a.actorLogRef,
        a.logInf,
        a.sequence,
        a.starts,
        a.actorSums,
        a.numbers,
        a.choices,
        a.actorWeight,
        ObjectiveInputs.ACTOR);

    // 5. to 9. The losses, and their derivatives by the two log-probs.
    graph.task(
        task("ratioSums", "LossKernels.sequenceSums", perSequence),
        LossKernels::sequenceSums,
        CONTEXT,
        a.logNew,
        a.logRef,
        a.order,
        a.starts,
        a.ratioSums);
    graph.task(
        task("policyPpo", "LossKernels.ppo", perToken),
        LossKernels::ppo,
        CONTEXT,
        a.logNew,
        a.logRef,
        a.sequence,
        a.starts,
        a.ratioSums,
        a.advantage,
        a.numbers,
        a.choices,
        a.ratio,
        a.ppo,
        a.derivative,
        a.clipped);
    graph.task(
        task("actorRatioSums", "LossKernels.sequenceSums", perSequence),
        LossKernels::sequenceSums,
        CONTEXT,
        a.actorLogNew,
        a.actorLogRef,
        a.order,
        a.starts,
        a.actorRatioSums);
    graph.task(
        task("actorPpo", "LossKernels.ppo", perToken),
        LossKernels::ppo,
        CONTEXT,
        a.actorLogNew,
        a.actorLogRef,
        a.sequence,
        a.starts,
        a.actorRatioSums,
        a.advantage,
        a.numbers,
        a.choices,
        a.actorRatio,
        a.actorPpo,
        a.actorDerivative,
        a.actorClipped);
    graph.task(
        task("reference", "RegularizerKernels.reference", perToken),
        RegularizerKernels::reference,
        CONTEXT,
        a.logNew,
        a.logReference,
        a.referenceExact,
        a.numbers,
        a.choices,
        a.referenceKl,
        a.referenceDerivative);
    graph.task(
        task("share", "LossKernels.share", perToken),
        LossKernels::share,
        CONTEXT,
        a.lossMask,
        a.sequence,
        a.starts,
        a.choices,
        a.share);
    graph.task(
        task("coefficients", "LossKernels.coefficients", perToken),
        LossKernels::coefficients,
        CONTEXT,
        a.mask,
        a.rho,
        a.derivative,
        a.actorWeight,
        a.actorDerivative,
        a.share,
        a.referenceDerivative,
        a.numbers,
        a.choices,
        a.maskedWeight,
        a.policyCoefficient,
        a.actorCoefficient,
        a.distillWeight);
    graph.task(
        task("largest", "LossKernels.largest", grid(LossKernels.LANES, 1)),
        LossKernels::largest,
        CONTEXT,
        a.maskedWeight,
        a.choices,
        a.largest);
    graph.task(
        task("contributions", "LossKernels.contributions", perToken),
        LossKernels::contributions,
        CONTEXT,
        a.z,
        a.maskedWeight,
        a.largest,
        a.share,
        a.ppo,
        a.clipped,
        a.actorWeight,
        a.actorPpo,
        a.actorClipped,
        a.divergence,
        a.numbers,
        a.choices,
        a.contributions);
    graph.task(
        task("regularizers", "RegularizerKernels.contributions", perToken),
        RegularizerKernels::contributions,
        CONTEXT,
        a.share,
        a.referenceKl,
        a.entropy,
        a.choices,
        a.contributions);
    graph.task(
        task("totals", "LossKernels.totals", grid(LossKernels.LANES, LossTasks.TOTALS)),
        LossKernels::totals,
        CONTEXT,
        a.contributions,
        a.choices,
        a.totals);
    Object[] results = {
      a.acceptProbability,
      a.mask,
      a.z,
      a.obrsWeight,
      a.rho,
      a.capped,
      a.ratio,
      a.ppo,
      a.actorWeight,
      a.actorPpo,
      a.policyCoefficient,
      a.actorCoefficient,
      a.distillWeight,
      a.share,
      a.calibration,
      a.largest,
      a.totals
    };
    graph.transferToHost(DataTransferMode.EVERY_EXECUTION, results);
    graph.persistOnDevice(between);
    graph.persistOnDevice(results);
    return graph;
  }

  /** Gives a task its threads and remembers the kernel that it runs. */
  private String task(String name, String kernel, WorkerGrid grid) {
    grids.addWorkerGrid(NAME + "." + name, grid);
    kernels.add(kernel);
    return name;
  }

  private static WorkerGrid grid(int group, int groups) {
    WorkerGrid grid = new WorkerGrid3D(group * groups, 1, 1);
    grid.setLocalWork(group, 1, 1);
    return grid;
  }

  /** Evaluates {@code batch}, of at most {@code capacity} tokens. */
  ObjectiveResult run(ObjectiveOptions options, TokenBatch batch) {
    a.load(options, batch);
    perToken.setGlobalWork((long) Math.ceilDiv(a.tokenCount(), GROUP) * GROUP, 1, 1);
    perSequence.setGlobalWork((long) a.sequenceCount() * LossKernels.SEQUENCE_LANES, 1, 1);
    plan.withGraph(0).execute();
    return a.result();
  }

  @Override
  public void close() {
    plan.freeDeviceMemory();
  }
}
