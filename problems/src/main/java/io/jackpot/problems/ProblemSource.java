package io.jackpot.problems;

/** A sequence of problems. The same index always returns the same problem. */
public interface ProblemSource {

  /** The number of problems; {@link Integer#MAX_VALUE} if it is unlimited. */
  int size();

  /**
   * The problem at an index.
   *
   * @throws IndexOutOfBoundsException if {@code index} is negative or not below {@link #size}
   */
  Problem get(int index);
}
