package io.jackpot.weights;

/** Told how far the loading of a model's weights has come; called by several threads. */
@FunctionalInterface
public interface LoadListener {
  /** Listens to nothing. */
  LoadListener NONE = (_, _) -> {};

  /**
   * @param done bytes of the files that are loaded, from 0, at the start, to {@code total}
   */
  void loaded(long done, long total);
}
