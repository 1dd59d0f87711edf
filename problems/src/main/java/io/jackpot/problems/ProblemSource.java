package io.jackpot.problems;

/** Problems by number. Asking twice gives the same problem: a source has no state. */
public interface ProblemSource {

  /** How many there are; {@link Integer#MAX_VALUE} where they are generated without end. */
  int size();

  /**
   * @param index below {@link #size}
   */
  Problem get(int index);
}
