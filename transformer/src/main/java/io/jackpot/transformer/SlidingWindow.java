package io.jackpot.transformer;

/**
 * Sliding-window attention: a position sees itself and the {@code size - 1} positions before it.
 * For sequences of up to {@code size} positions it makes no difference; longer ones are not
 * supported.
 *
 * @param size in positions
 * @param fromLayer the first layer that has the window
 */
public record SlidingWindow(int size, int fromLayer) {
  /**
   * @throws IllegalArgumentException if a value is out of range; names it
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
