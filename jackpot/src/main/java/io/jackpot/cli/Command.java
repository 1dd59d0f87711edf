package io.jackpot.cli;

import io.jackpot.config.Settings;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** Factory of commands. */
final class Command {
  private static final int USAGE_WIDTH = 100;

  private Command() {}

  /** The work of a command. */
  @FunctionalInterface
  interface Action<T> {
    /** Does the work; an exception ends the command. */
    void run(T input) throws IOException;
  }

  /** A command that works on its parsed command line. */
  static CommandSpec of(String name, String description, Action<ParseResult> action) {
    // The command itself, created below, knows its parsed command line.
    CommandSpec[] self = new CommandSpec[1];
    Callable<Integer> call =
        () -> {
          action.run(self[0].commandLine().getParseResult());
          return 0;
        };
    CommandSpec command = CommandSpec.wrapWithoutInspection(call).name(name);
    self[0] = command;
    command
        .usageMessage()
        .description(description)
        .width(USAGE_WIDTH)
        .sortOptions(false)
        .abbreviateSynopsis(true);
    return command.addOption(
        OptionSpec.builder("-h", "--help").usageHelp(true).description("this help").build());
  }

  /** A command that works on the settings of a record. */
  static <R extends Record> CommandSpec of(
      String name, String description, Class<R> type, Action<R> action) {
    Settings<R> settings = Settings.of(type);
    CommandSpec command =
        of(
            name,
            description,
            (ParseResult parsed) ->
                action.run(settings.build(settings.flags(Options.given(parsed, settings)))));
    Options.add(command, settings);
    return command;
  }
}
