package io.jackpot.math;

/**
 * Thrown for an expression that has no value, cannot be read, or would exceed its budget. It has no
 * stack trace, since hostile input throws it thousands of times.
 */
public sealed class MathException extends RuntimeException
    permits NoValueException, UndecidedStepException {
  private static final long serialVersionUID = 1L;

  public MathException(String message) {
    super(message, null, false, false);
  }
}
