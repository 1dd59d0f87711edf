package io.jackpot.transformer;

/**
 * A position sees itself and the {@code size - 1} positions before it, in the layers from {@code
 * fromLayer} on. Sequences of up to {@code size} positions are computed as without it, and longer
 * ones are not taken.
 */
public record SlidingWindow(int size, int fromLayer) {
  /**
   * @throws IllegalArgumentException naming the value that cannot be
   */
  public SlidingWindow {
    if (size <= 0) {
      throw new IllegalArgumentException("sliding_window " + size + ": expected above 0");
    }
    if (fromLayer < 0) {
      throw new IllegalArgumentException(
          "max_window_layers " + fromLayer + ": expected at least 0");
    }
  }
}
