package io.jackpot.problems;

import io.jackpot.input.InputException;
import java.util.Objects;

/**
 * Problems with the verifier that judges answers to them: generated arithmetic by its format, those
 * of a file by their final answer.
 */
public record ProblemSet(ProblemSource source, Verifier verifier) {

  /** Names generated arithmetic where a file could be named. */
  public static final String ARITHMETIC = "arithmetic";

  /**
   * Training problems.
   *
   * @param name {@link #ARITHMETIC}, or what {@link FileProblems} reads
   * @param fields of a file that hold prompt and answer
   * @param seed of generated problems
   * @throws InputException if the file cannot be read
   */
  public static ProblemSet training(
      String name, Fields fields, int operations, int modulus, long seed) {
    return name.equals(ARITHMETIC)
        ? arithmetic(ArithmeticProblems.training(operations, modulus, seed))
        : file(name, fields);
  }

  /**
   * The first problems of a file, or held-out arithmetic.
   *
   * @param name {@link #ARITHMETIC}, or what {@link FileProblems} reads
   * @param fields of a file that hold prompt and answer
   * @param count how many; all where a file has fewer
   * @throws InputException if the file cannot be read, or so many cannot be generated
   */
  public static ProblemSet heldOut(
      String name, Fields fields, int operations, int modulus, int count) {
    return name.equals(ARITHMETIC)
        ? arithmetic(ArithmeticProblems.heldOut(operations, modulus, count))
        : file(name, fields).first(count);
  }

  private static ProblemSet arithmetic(ProblemSource source) {
    return new ProblemSet(source, new ScratchpadVerifier());
  }

  private static ProblemSet file(String name, Fields fields) {
    return new ProblemSet(FileProblems.read(name, fields), new MathVerifier());
  }

  private ProblemSet first(int count) {
    int size = Math.min(count, source.size());
    ProblemSource first =
        new ProblemSource() {
          @Override
          public int size() {
            return size;
          }

          @Override
          public Problem get(int index) {
            return source.get(Objects.checkIndex(index, size));
          }
        };
    return new ProblemSet(first, verifier);
  }
}
