package io.jackpot.cli;

import io.jackpot.config.Setting;
import io.jackpot.explain.Explain;
import io.jackpot.explain.ExplainTable;
import io.jackpot.input.InputException;
import io.jackpot.weights.Json;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import tools.jackson.databind.node.ObjectNode;

/** The command {@code explain}. */
final class ExplainCommand {
  private ExplainCommand() {}

  private record Settings(
      @Setting(value = "none", help = "JSON file of {\"options\", \"tokens\"}")
          @Nullable String input,
      @Setting(value = "false", help = "print an example of such a file") boolean example,
      @Setting(value = "false", help = "print a table in place of the JSON") boolean table) {

    @SuppressWarnings("UnusedMethod") // Called by reflection.
    Settings {
      if ((input == null) != example) {
        throw new InputException(
            (example ? "--input and --example" : "no input")
                + ": expected one of --input FILE and --example");
      }
      if (example && table) {
        throw new InputException("--example and --table: expected --input FILE for a table");
      }
    }
  }

  static CommandSpec command(Console console, Help help) {
    CommandSpec command =
        Command.of(
            help,
            Settings.class,
            settings -> {
              if (settings.input == null) {
                console.out().print(Explain.example());
                return;
              }
              ObjectNode input = Json.read(Path.of(settings.input));
              ObjectNode answer = Explain.explain(input);
              if (settings.table) {
                console.out().print(ExplainTable.of(input, answer));
              } else {
                console.print(answer);
              }
            });
    command
        .usageMessage()
        .footer(
            "",
            "Examples:",
            "  bin/jackpot explain --example > tokens.json",
            "  bin/jackpot explain --input tokens.json --table",
            "",
            "docs/explain.md describes all fields. Options that a file leaves out have the",
            "defaults of train, but the distillation's coefficient is 0.5 (train: 1).");
    return command;
  }
}
