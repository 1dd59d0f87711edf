package io.jackpot.problems;

import io.jackpot.config.TrainSettings;
import java.util.Objects;

/**
 * Problems with the verifier that judges answers to them: generated arithmetic by its format, those
 * of a file by their final answer.
 */
public record ProblemSet(ProblemSource source, Verifier verifier) {

  /** What a run trains on. */
  public static ProblemSet forTraining(TrainSettings settings) {
    return settings.problems().equals(TrainSettings.ARITHMETIC)
        ? arithmetic(
            ArithmeticProblems.training(settings.operations(), settings.modulus(), settings.seed()))
        : file(settings.problems(), fields(settings));
  }

  /**
   * What a run is measured on: as many problems as it asks for, or all where a file has fewer.
   *
   * @throws io.jackpot.tensor.InputException if the file cannot be read, or so many cannot be
   *     generated
   */
  public static ProblemSet heldOut(TrainSettings settings) {
    String name = settings.heldOut() == null ? TrainSettings.ARITHMETIC : settings.heldOut();
    return heldOut(
        name, fields(settings), settings.operations(), settings.modulus(), settings.evalProblems());
  }

  /**
   * The first problems of a file, or held-out arithmetic.
   *
   * @param name {@code arithmetic}, or what {@link FileProblems} reads
   * @param fields of a file that hold prompt and answer
   * @param count how many; all where a file has fewer
   * @throws io.jackpot.tensor.InputException if the file cannot be read, or so many cannot be
   *     generated
   */
  public static ProblemSet heldOut(
      String name, Fields fields, int operations, int modulus, int count) {
    return name.equals(TrainSettings.ARITHMETIC)
        ? arithmetic(ArithmeticProblems.heldOut(operations, modulus, count))
        : file(name, fields).first(count);
  }

  private static Fields fields(TrainSettings settings) {
    return Fields.of(settings.promptField(), settings.answerField());
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
