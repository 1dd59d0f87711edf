package io.jackpot.weights;

/** Receives the progress of loading a model's weights; called by several threads. */
@FunctionalInterface
public interface LoadListener {
  /** Ignores the progress. */
  LoadListener NONE = (_, _) -> {};

  /**
   * Reports progress.
   *
   * @param done bytes loaded so far, from 0 at the start to {@code total}
   */
  void loaded(long done, long total);
}
