package io.jackpot.tasks;

import io.jackpot.objective.ObjectiveEvaluator;
import io.jackpot.objective.ObjectiveOptions;
import io.jackpot.objective.ObjectiveResult;
import io.jackpot.objective.TokenBatch;
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
    return graph.run(options, batch);
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
