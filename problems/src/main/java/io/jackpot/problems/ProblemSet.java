package io.jackpot.problems;

import io.jackpot.input.InputException;

/**
 * Problems and their verifier: generated arithmetic is judged by its format, problems of a file by
 * their final answer.
 */
public record ProblemSet(ProblemSource source, Verifier verifier) {

  /** The name of generated arithmetic, in place of a file. */
  public static final String ARITHMETIC = "arithmetic";

  /**
   * The training problems of a file, or generated ones.
   *
   * @param name {@link #ARITHMETIC}, or files as {@link FileProblems#read(String, Fields,
   *     DataLimits, int)} takes them
   * @param fields the fields of a file
   * @param limits what a file may cost
   * @param seed the seed of generated problems
   * @throws InputException if the file cannot be read
   */
  public static ProblemSet training(
      String name, Fields fields, DataLimits limits, int operations, int modulus, long seed) {
    return name.equals(ARITHMETIC)
        ? arithmetic(ArithmeticProblems.training(operations, modulus, seed))
        : file(name, fields, limits, Integer.MAX_VALUE);
  }

  /**
   * The first problems of a file, or held-out arithmetic.
   *
   * @param name {@link #ARITHMETIC}, or files as {@link FileProblems#read(String, Fields,
   *     DataLimits, int)} takes them
   * @param fields the fields of a file
   * @param limits what a file may cost
   * @param count the number of problems; a file may have fewer, and no more rows of it are read
   * @throws InputException if the file cannot be read, or there are not enough generated problems
   */
  public static ProblemSet heldOut(
      String name, Fields fields, DataLimits limits, int operations, int modulus, int count) {
    return name.equals(ARITHMETIC)
        ? arithmetic(ArithmeticProblems.heldOut(operations, modulus, count))
        : file(name, fields, limits, count);
  }

  /** The verifier of the problems that a name stands for. */
  public static Verifier verifier(String name) {
    return name.equals(ARITHMETIC) ? new ScratchpadVerifier() : new MathVerifier();
  }

  private static ProblemSet arithmetic(ProblemSource source) {
    return new ProblemSet(source, verifier(ARITHMETIC));
  }

  private static ProblemSet file(String name, Fields fields, DataLimits limits, int most) {
    return new ProblemSet(FileProblems.read(name, fields, limits, most), verifier(name));
  }
}
