package io.jackpot.problems;

import io.jackpot.input.InputException;
import io.jackpot.weights.AtomicFiles;
import java.io.BufferedWriter;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Objects;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Writes problems to a file that {@link FileProblems} reads. */
public final class ProblemFile {
  private ProblemFile() {}

  /**
   * Writes problems {@code from} to {@code from + count − 1}, atomically: the whole file or
   * nothing.
   *
   * @throws InputException if it cannot be written
   * @throws IndexOutOfBoundsException if the source has fewer problems
   */
  public static void write(Path file, ProblemSource source, int from, int count) {
    Objects.checkFromIndexSize(from, count, source.size());
    AtomicFiles.writeAtomically(
        file,
        out -> {
          var writer = new BufferedWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8));
          for (int i = from; i < from + count; i++) {
            writer.append(line(source.get(i))).append('\n');
          }
          writer.flush();
        });
  }

  private static String line(Problem problem) {
    ObjectNode line =
        JsonNodeFactory.instance
            .objectNode()
            .put("prompt", problem.prompt())
            .put("answer", problem.answer());
    if (problem.completion() != null) {
      line.put("completion", problem.completion());
    }
    return line.toString();
  }
}
