package io.jackpot.objective;

/**
 * Computes the objective of a mini-batch: {@link Objective#evaluate} on the CPU, or a device that
 * gives the same numbers but for rounding.
 */
@FunctionalInterface
public interface ObjectiveEvaluator extends AutoCloseable {
  ObjectiveResult evaluate(ObjectiveOptions options, TokenBatch batch);

  /** Frees a device's memory. */
  @Override
  default void close() {}
}
