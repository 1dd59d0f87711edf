package io.jackpot.transformer;

/** Thrown on NaN or infinity in a loss or a gradient. */
public final class NonFiniteException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final String what;

  /**
   * @param what the loss or tensor that is not finite
   */
  public NonFiniteException(String what) {
    super(what + " is not finite");
    this.what = what;
  }

  public String what() {
    return what;
  }
}
