package io.jackpot.devices;

import io.jackpot.objective.Objective;
import io.jackpot.objective.ObjectiveEvaluator;
import io.jackpot.tensor.Ops;
import java.util.List;

/**
 * What a run is computed with.
 *
 * @param ops of the models
 * @param objective of the losses
 * @param lines for the log: what it is, why nothing faster, and what memory it takes
 */
public record Compute(Ops ops, ObjectiveEvaluator objective, List<String> lines)
    implements AutoCloseable {

  /** The CPU's losses beside {@code ops}. */
  static Compute onCpu(Ops ops, String line) {
    return new Compute(ops, Objective::evaluate, List.of(line));
  }

  @Override
  public void close() {
    objective.close();
    ops.close();
  }
}
