package io.jackpot.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import tools.jackson.databind.node.ObjectNode;

/**
 * Where a command writes.
 *
 * @param out results
 * @param err progress, and messages for people
 */
record Console(PrintWriter out, PrintWriter err) {

  /** Prints a result over several lines. */
  void print(ObjectNode json) {
    out.println(json.toPrettyString());
  }

  /** Whether somebody watches standard error on a terminal. */
  static boolean isTerminal() {
    java.io.Console console = System.console();
    try {
      // Java knows of input and output only. Of a pipe there is no real path.
      return console != null
          && console.isTerminal()
          && Path.of("/dev/fd/2").toRealPath().startsWith("/dev");
    } catch (IOException e) {
      return false;
    }
  }
}
