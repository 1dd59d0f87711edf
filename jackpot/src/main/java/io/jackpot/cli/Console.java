package io.jackpot.cli;

import io.jackpot.terminal.Terminal;
import java.io.PrintWriter;
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
  static boolean isTerminal() {
    return Terminal.isStandardError();
  }
}
