package io.jackpot.tasks;

import io.jackpot.objective.ObjectiveEvaluator;
import io.jackpot.objective.ObjectiveOptions;
import io.jackpot.objective.ObjectiveResult;
import io.jackpot.objective.TokenBatch;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import uk.ac.manchester.tornado.api.common.TornadoDevice;

/**
 * {@code io.jackpot.objective.Objective} on a device: the same numbers but for rounding, as the
 * device has an {@code exp} of its own and adds up in another order, which is fixed. A graph is
 * compiled for each power of two of tokens; which of them runs does not show in the result.
 */
final class DeviceObjective implements ObjectiveEvaluator {
  private static final int SMALLEST = 1 << 10;

  private final TornadoDevice device;
  private final Map<Integer, ObjectiveGraph> graphs = new HashMap<>();

  DeviceObjective(TornadoDevice device) {
    this.device = device;
  }

  @Override
  public ObjectiveResult evaluate(ObjectiveOptions options, TokenBatch batch) {
    int n = batch.tokens();
    ObjectiveGraph graph =
        graphs.computeIfAbsent(capacity(n), capacity -> new ObjectiveGraph(device, capacity));
    graph.run(options, batch);
    double policyLoss = 0 - graph.totals[LossKernels.POLICY_TERM];
    double actorLoss = 0 - graph.totals[LossKernels.ACTOR_TERM];
    double distillLoss = graph.totals[LossKernels.DIVERGENCE];
    return new ObjectiveResult(
        Arrays.copyOf(graph.acceptProbability, n),
        Arrays.copyOf(graph.mask, n),
        Arrays.copyOf(graph.z, n),
        Arrays.copyOf(graph.obrsWeight, n),
        Arrays.copyOf(graph.rho, n),
        Arrays.copyOf(graph.ratio, n),
        Arrays.copyOf(graph.ppo, n),
        Arrays.copyOf(graph.actorWeight, n),
        Arrays.copyOf(graph.actorPpo, n),
        Arrays.copyOf(graph.policyCoefficient, n),
        Arrays.copyOf(graph.actorCoefficient, n),
        Arrays.copyOf(graph.distillWeight, n),
        graph.totals[LossKernels.MASK] / n,
        graph.calibration[NormalizerKernels.KAPPA],
        policyLoss,
        actorLoss,
        distillLoss,
        policyLoss + actorLoss + options.distillCoefficient() * distillLoss,
        graph.largest[0] == 0,
        metrics(graph.totals, graph.largest[0], n));
  }

  private static ObjectiveResult.Metrics metrics(double[] totals, double weightMax, double tokens) {
    double scaled = totals[LossKernels.SCALED_WEIGHT];
    double effective = scaled * scaled / (tokens * totals[LossKernels.SCALED_SQUARE]);
    return new ObjectiveResult.Metrics(
        totals[LossKernels.Z] / tokens,
        totals[LossKernels.WEIGHT] / tokens,
        weightMax,
        weightMax == 0 ? 0 : effective,
        totals[LossKernels.CLIPPED_LOW] / tokens,
        totals[LossKernels.CLIPPED_HIGH] / tokens,
        totals[LossKernels.ACTOR_CLIPPED] / tokens,
        totals[LossKernels.ABOVE_BOUND] / tokens);
  }

  /** The power of two that takes {@code tokens}. */
  private static int capacity(int tokens) {
    return Math.max(SMALLEST, Integer.highestOneBit(2 * tokens - 1));
  }

  @Override
  public void close() {
    graphs.values().forEach(ObjectiveGraph::close);
    graphs.clear();
  }
}
