package io.jackpot.cli;

import java.io.PrintWriter;
import java.io.Writer;
import java.util.List;

/**
 * Runs short commands without their output. The build records from it which classes the JVM should
 * find loaded and linked when it starts.
 */
final class Rehearsal {
  private Rehearsal() {}

  /**
   * @param args a file for {@code explain}
   */
  public static void main(String[] args) {
    PrintWriter nowhere = new PrintWriter(Writer.nullWriter());
    Console console = new Console(nowhere, nowhere);
    for (List<String> line :
        List.of(
            List.of("--help"),
            List.of("--version"),
            List.of("train", "--help"),
            List.of("doctor"),
            List.of("explain", "--input", args[0]),
            List.of("verify", "--gold", "1/2", "--answer", "0.5"),
            List.of("simulate", "--samples", "1", "--table"))) {
      String[] words = line.toArray(String[]::new);
      Main.run(Commands.all(console, words), nowhere, nowhere, false, words);
    }
  }
}
