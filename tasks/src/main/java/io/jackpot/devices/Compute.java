package io.jackpot.devices;

import io.jackpot.objective.Objective;
import io.jackpot.objective.ObjectiveEvaluator;
import io.jackpot.tensor.Ops;
import java.util.List;

/**
 * The ops and the objective of a run, on the CPU or on a device.
 *
 * @param lines for the log: the provider, why there is no faster one, and the memory it needs
 */
public record Compute(Ops ops, ObjectiveEvaluator objective, List<String> lines)
    implements AutoCloseable {

  /** The CPU's objective with {@code ops}. */
  static Compute onCpu(Ops ops, String line) {
    return new Compute(ops, Objective::evaluate, List.of(line));
  }

  @Override
  public void close() {
    objective.close();
    ops.close();
  }
}
