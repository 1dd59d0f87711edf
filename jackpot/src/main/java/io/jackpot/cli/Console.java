package io.jackpot.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import tools.jackson.databind.node.ObjectNode;

/**
 * The output of a command.
 *
 * @param out results
 * @param err progress, and messages for people
 */
record Console(PrintWriter out, PrintWriter err) {

  /** Prints a result, indented. */
  void print(ObjectNode json) {
    out.println(json.toPrettyString());
  }

  /** Whether standard error is a terminal. */
  @SuppressWarnings("SystemConsoleNull") // With the console of java.base it is null.
  static boolean isTerminal() {
    java.io.Console console = System.console();
    try {
      // Java reports on input and output only. A pipe has no real path.
      return console != null
          && console.isTerminal()
          && Path.of("/dev/fd/2").toRealPath().startsWith("/dev");
    } catch (IOException e) {
      return false;
    }
  }
}
