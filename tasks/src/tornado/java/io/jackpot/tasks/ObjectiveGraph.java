package io.jackpot.tasks;

import io.jackpot.objective.ObjectiveInputs;
import io.jackpot.objective.ObjectiveOptions;
import io.jackpot.objective.ObjectiveOptions.Target;
import io.jackpot.objective.PolicyWeighting;
import io.jackpot.objective.TokenBatch;
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
 * to {@code capacity} tokens and every option. Its arrays are those of {@link TokenBatch} and
 * {@link io.jackpot.objective.ObjectiveResult}, of which a run fills the first {@code tokens}.
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

  // Inputs
  private final double[] logInf;
  private final double[] logRef;
  private final double[] logNew;
  private final double[] logTarget;

  /** Log-probs of the policy that a baseline's F corrects towards. */
  private final double[] logCorrected;

  private final double[] actorLogRef;
  private final double[] actorLogNew;
  private final double[] advantage;
  private final double[] uniform;
  private final double[] zTopK;
  private final double[] zExact;
  private final double[] divergence;
  private final int[] sequence;
  private final int[] order;
  private final int[] starts;
  private final double[] numbers = new double[ObjectiveInputs.NUMBERS];
  private final int[] choices = new int[ObjectiveInputs.CHOICES];

  // Results
  final double[] acceptProbability;
  final double[] mask;
  final double[] z;
  final double[] obrsWeight;
  final double[] rho;
  final double[] ratio;
  final double[] ppo;
  final double[] actorWeight;
  final double[] actorPpo;
  final double[] policyCoefficient;
  final double[] actorCoefficient;
  final double[] distillWeight;
  final double[] calibration = new double[2];
  final double[] largest = new double[1];
  final double[] totals = new double[LossKernels.TOTALS];

  private final int capacity;
  private final TornadoExecutionPlan plan;
  private final WorkerGrid perToken = grid(GROUP);
  private final WorkerGrid perSequence = grid(LossKernels.SEQUENCE_LANES);

  ObjectiveGraph(TornadoDevice device, int capacity) {
    this.capacity = capacity;
    this.logInf = tokens();
    this.logRef = tokens();
    this.logNew = tokens();
    this.logTarget = tokens();
    this.logCorrected = tokens();
    this.actorLogRef = tokens();
    this.actorLogNew = tokens();
    this.advantage = tokens();
    this.uniform = tokens();
    this.zTopK = tokens();
    this.zExact = tokens();
    this.divergence = tokens();
    this.sequence = new int[capacity];
    this.order = new int[capacity];
    this.starts = new int[capacity + 1];
    this.acceptProbability = tokens();
    this.mask = tokens();
    this.z = tokens();
    this.obrsWeight = tokens();
    this.rho = tokens();
    this.ratio = tokens();
    this.ppo = tokens();
    this.actorWeight = tokens();
    this.actorPpo = tokens();
    this.policyCoefficient = tokens();
    this.actorCoefficient = tokens();
    this.distillWeight = tokens();
    this.plan = new TornadoExecutionPlan(graph().snapshot());
    plan.withDevice(device);
    plan.withCompilerFlags(TornadoVMBackendType.OPENCL, STRICT_MATH);
    plan.withGridScheduler(grids());
    // On no tokens, only to make its buffers, which then stay. TornadoVM's CUDA backend zeroes
    // those of outputs as it makes them, in a stream that the run's kernels do not wait for.
    plan.withGraph(0).execute();
  }

  private double[] tokens() {
    return new double[capacity];
  }

  private TaskGraph graph() {
    double[] targetRatio = tokens();
    double[] accepted = tokens();
    double[] policySums = tokens();
    double[] actorSums = tokens();
    double[] corrected = tokens();
    double[] derivative = tokens();
    double[] actorRatio = tokens();
    double[] actorDerivative = tokens();
    double[] share = tokens();
    double[] maskedWeight = tokens();
    double[] contributions = new double[LossKernels.TOTALS * capacity];
    int[] clipped = new int[capacity];
    int[] actorClipped = new int[capacity];
    TaskGraph graph = new TaskGraph(NAME);
    graph.transferToDevice(
        DataTransferMode.EVERY_EXECUTION,
        logInf,
        logRef,
        logNew,
        logTarget,
        logCorrected,
        actorLogRef,
        actorLogNew,
        advantage,
        uniform,
        zTopK,
        zExact,
        divergence,
        sequence,
        order,
        starts,
        numbers,
        choices);
    // What passes from task to task; TornadoVM wants to be told of every array.
    Object[] between = {
      targetRatio,
      accepted,
      policySums,
      actorSums,
      corrected,
      derivative,
      actorRatio,
      actorDerivative,
      share,
      maskedWeight,
      contributions,
      clipped,
      actorClipped
    };
    graph.transferToDevice(DataTransferMode.FIRST_EXECUTION, between);

    // 1. Acceptance (Eq. 3).
    graph.task(
        "accept",
        ObrsKernels::accept,
        CONTEXT,
        logTarget,
        logInf,
        uniform,
        numbers,
        choices,
        targetRatio,
        acceptProbability,
        accepted);

    // 2. and 3. The normalizer and its bias correction (4.4.2).
    graph.task(
        "calibrate", NormalizerKernels::calibrate, CONTEXT, accepted, zTopK, choices, calibration);
    graph.task(
        "chooseZ", NormalizerKernels::chooseZ, CONTEXT, calibration, zTopK, zExact, choices, z);

    // 4. The weight of each token.
    graph.task(
        "weight", ObrsKernels::weight, CONTEXT, z, targetRatio, numbers, choices, obrsWeight);
    graph.task(
        "policySums",
        LossKernels::sequenceSums,
        CONTEXT,
        logCorrected,
        logInf,
        order,
        starts,
        policySums);
    graph.task(
        "correctPolicy",
        LossKernels::correct,
        CONTEXT,
        logCorrected,
        logInf,
        sequence,
        policySums,
        numbers,
        choices,
        corrected,
        ObjectiveInputs.POLICY);
    graph.task(
        "policyWeight",
        LossKernels::policyWeight,
        CONTEXT,
        accepted,
        obrsWeight,
        z,
        targetRatio,
        corrected,
        logRef,
        logTarget,
        numbers,
        choices,
        mask,
        rho);
    graph.task(
        "actorSums",
        LossKernels::sequenceSums,
        CONTEXT,
        actorLogRef,
        logInf,
        order,
        starts,
        actorSums);
    graph.task(
        "correctActor",
        LossKernels::correct,
        CONTEXT,
        actorLogRef,
        logInf,
        sequence,
        actorSums,
        numbers,
        choices,
        actorWeight,
        ObjectiveInputs.ACTOR);

    // 5. to 9. The losses, and their derivatives by the two log-probs.
    graph.task(
        "policyPpo",
        LossKernels::ppo,
        CONTEXT,
        logNew,
        logRef,
        advantage,
        numbers,
        choices,
        ratio,
        ppo,
        derivative,
        clipped);
    graph.task(
        "actorPpo",
        LossKernels::ppo,
        CONTEXT,
        actorLogNew,
        actorLogRef,
        advantage,
        numbers,
        choices,
        actorRatio,
        actorPpo,
        actorDerivative,
        actorClipped);
    graph.task(
        "coefficients",
        LossKernels::coefficients,
        CONTEXT,
        mask,
        rho,
        derivative,
        actorWeight,
        actorDerivative,
        sequence,
        starts,
        numbers,
        choices,
        share,
        maskedWeight,
        policyCoefficient,
        actorCoefficient,
        distillWeight);
    graph.task("largest", LossKernels::largest, CONTEXT, maskedWeight, choices, largest);
    graph.task(
        "contributions",
        LossKernels::contributions,
        CONTEXT,
        mask,
        z,
        maskedWeight,
        largest,
        share,
        ppo,
        clipped,
        actorWeight,
        actorPpo,
        actorClipped,
        divergence,
        numbers,
        choices,
        contributions);
    graph.task("totals", LossKernels::totals, CONTEXT, contributions, choices, totals);
    Object[] results = {
      acceptProbability,
      mask,
      z,
      obrsWeight,
      rho,
      ratio,
      ppo,
      actorWeight,
      actorPpo,
      policyCoefficient,
      actorCoefficient,
      distillWeight,
      calibration,
      largest,
      totals
    };
    graph.transferToHost(DataTransferMode.EVERY_EXECUTION, results);
    graph.persistOnDevice(between);
    graph.persistOnDevice(results);
    return graph;
  }

  private GridScheduler grids() {
    GridScheduler grids = new GridScheduler();
    for (String task :
        new String[] {
          "accept",
          "chooseZ",
          "weight",
          "correctPolicy",
          "policyWeight",
          "correctActor",
          "policyPpo",
          "actorPpo",
          "coefficients",
          "contributions"
        }) {
      grids.addWorkerGrid(NAME + "." + task, perToken);
    }
    grids.addWorkerGrid(NAME + ".policySums", perSequence);
    grids.addWorkerGrid(NAME + ".actorSums", perSequence);
    grids.addWorkerGrid(NAME + ".calibrate", grid(NormalizerKernels.LANES));
    grids.addWorkerGrid(NAME + ".largest", grid(LossKernels.LANES));
    WorkerGrid perTotal = grid(LossKernels.LANES);
    perTotal.setGlobalWork((long) LossKernels.LANES * LossKernels.TOTALS, 1, 1);
    grids.addWorkerGrid(NAME + ".totals", perTotal);
    return grids;
  }

  /** A grid of one group. */
  private static WorkerGrid grid(int group) {
    WorkerGrid grid = new WorkerGrid3D(group, 1, 1);
    grid.setLocalWork(group, 1, 1);
    return grid;
  }

  /** Fills the results of {@code batch}, of at most {@code capacity} tokens. */
  void run(ObjectiveOptions options, TokenBatch batch) {
    int n = batch.tokens();
    copy(batch.logInf(), logInf);
    copy(batch.logRef(), logRef);
    copy(batch.logNew(), logNew);
    copy(logProbs(options.target(), batch), logTarget);
    Target correctedTo =
        options.policyWeighting() instanceof PolicyWeighting.Corrected corrected
            ? corrected.target()
            : options.target();
    copy(logProbs(correctedTo, batch), logCorrected);
    copy(batch.actorLogRef(), actorLogRef);
    copy(batch.actorLogNew(), actorLogNew);
    copy(batch.advantage(), advantage);
    copy(batch.uniform(), uniform);
    copy(batch.zTopK(), zTopK);
    copy(batch.zExact(), zExact);
    copy(batch.divergence(), divergence);
    IdLists sequences = IdLists.of(batch.sequence(), n, Integer.MAX_VALUE);
    System.arraycopy(sequences.order(), 0, order, 0, n);
    System.arraycopy(sequences.starts(), 0, starts, 0, sequences.count() + 1);
    for (int s = 0; s < sequences.count(); s++) {
      for (int i = starts[s]; i < starts[s + 1]; i++) {
        sequence[order[i]] = s;
      }
    }
    ObjectiveInputs.write(options, n, sequences.count(), numbers, choices);
    perToken.setGlobalWork((long) Math.ceilDiv(n, GROUP) * GROUP, 1, 1);
    perSequence.setGlobalWork((long) sequences.count() * LossKernels.SEQUENCE_LANES, 1, 1);
    plan.withGraph(0).execute();
  }

  private static double[] logProbs(Target target, TokenBatch batch) {
    return target == Target.REF ? batch.logRef() : batch.logNew();
  }

  private static void copy(double[] from, double[] to) {
    System.arraycopy(from, 0, to, 0, from.length);
  }

  @Override
  public void close() {
    plan.freeDeviceMemory();
  }
}
