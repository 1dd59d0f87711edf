package io.jackpot.math;

/** Thrown for an expression that certainly has no value at a point, as the logarithm of −1. */
final class NoValueException extends MathException {
  private static final long serialVersionUID = 1L;

  NoValueException(String message) {
    super(message);
  }
}
