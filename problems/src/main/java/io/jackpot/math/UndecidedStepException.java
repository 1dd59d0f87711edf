package io.jackpot.math;

/** Thrown for a floor or ceiling of a number that may be an integer, or lie just beside one. */
final class UndecidedStepException extends MathException {
  private static final long serialVersionUID = 1L;

  UndecidedStepException() {
    super("rounding of what may be an integer");
  }
}
