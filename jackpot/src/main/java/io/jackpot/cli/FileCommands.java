package io.jackpot.cli;

import io.jackpot.inference.ScoreLines;
import io.jackpot.inference.ScoreSettings;
import io.jackpot.inference.TokenizeLines;
import io.jackpot.inference.TokenizeSettings;
import picocli.CommandLine.Model.CommandSpec;

/** The commands that read one file and ask a model: {@code score, tokenize}. */
final class FileCommands {
  private FileCommands() {}

  static CommandSpec score(Console console, Help help) {
    return Command.of(
        help,
        ScoreSettings.class,
        settings -> ScoreLines.run(settings, console.out(), console.err(), Console.isTerminal()));
  }

  static CommandSpec tokenize(Console console, Help help) {
    return Command.of(
        help,
        TokenizeSettings.class,
        settings -> TokenizeLines.run(settings, console.out(), console.err()));
  }
}
