package io.jackpot.problems;

import java.util.List;

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

  /** The problems of a list. */
  static ProblemSource of(List<Problem> problems) {
    return new ProblemSource() {
      @Override
      public int size() {
        return problems.size();
      }

      @Override
      public Problem get(int index) {
        return problems.get(index);
      }
    };
  }

  /** Lines for people about what was left out when the problems were read. */
  default List<String> notes() {
    return List.of();
  }
}
