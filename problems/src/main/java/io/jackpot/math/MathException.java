package io.jackpot.math;

/**
 * An expression that has no value, cannot be read, or would cost more than is allowed. It carries
 * no stack trace: hostile input throws it by the thousand.
 */
public final class MathException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public MathException(String message) {
    super(message, null, false, false);
  }
}
