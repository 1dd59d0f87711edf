package io.jackpot.train;

/**
 * Thrown if training cannot continue because a loss or a gradient is not finite, or the heap is too
 * small after all. The message is for people.
 */
public final class TrainingStoppedException extends RuntimeException {
  private static final long serialVersionUID = 1;

  TrainingStoppedException(String message, Throwable cause) {
    super(message, cause);
  }
}
