package io.jackpot.problems;

import io.jackpot.tensor.InputException;
import java.nio.file.Path;
import java.util.List;

/**
 * The problems of a file, a JSON object a line: {@code {"prompt": …, "answer": …}}, the answer a
 * string or a number, with a {@code "completion"} to imitate where there is one. Other keys are
 * passed over: data sets carry many.
 */
public final class JsonlProblems implements ProblemSource {
  private final List<Problem> problems;

  private JsonlProblems(List<Problem> problems) {
    this.problems = problems;
  }

  /**
   * @throws InputException if the file cannot be read, holds no problem, or a line is not one;
   *     names the line
   */
  public static JsonlProblems read(Path file) {
    return new JsonlProblems(InputLines.read(file, JsonlProblems::problem));
  }

  private static Problem problem(InputLines.Line line) {
    return new Problem(
        line.string("prompt"),
        line.stringOrNumber("answer"),
        line.has("completion") ? line.string("completion") : null);
  }

  @Override
  public int size() {
    return problems.size();
  }

  @Override
  public Problem get(int index) {
    return problems.get(index);
  }
}
