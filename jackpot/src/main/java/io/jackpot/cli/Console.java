package io.jackpot.cli;

import java.io.PrintWriter;

/**
 * Where a command writes.
 *
 * @param out results
 * @param err progress, and messages for people
 */
record Console(PrintWriter out, PrintWriter err) {}
