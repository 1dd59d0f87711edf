package io.jackpot.cli;

import io.jackpot.config.Settings;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** Factory of commands. */
final class Command {
  /** The option that shows every setting. */
  static final String HELP_ALL = "--help-all";

  private static final int USAGE_WIDTH = 80;
  private static final int OPTIONS_WIDTH = 26;

  private Command() {}

  /** The work of a command. */
  @FunctionalInterface
  interface Action<T> {
    /** Does the work; an exception ends the command. */
    void run(T input) throws IOException;
  }

  /** A command that works on its parsed command line. */
  static CommandSpec of(Help help, Action<ParseResult> action) {
    // The command itself, created below, knows its parsed command line.
    CommandSpec[] self = new CommandSpec[1];
    Callable<Integer> call =
        () -> {
          action.run(self[0].commandLine().getParseResult());
          return 0;
        };
    CommandSpec command = CommandSpec.wrapWithoutInspection(call).name(help.name());
    self[0] = command;
    command
        .usageMessage()
        .description(help.description())
        .width(USAGE_WIDTH)
        .longOptionsMaxWidth(OPTIONS_WIDTH)
        .sortOptions(false)
        .abbreviateSynopsis(true);
    return command.addOption(
        OptionSpec.builder("-h", "--help", HELP_ALL)
            .usageHelp(true)
            .description("this help; --help-all: with rare settings too")
            .build());
  }

  /** A command that works on the settings of a record. */
  static <R extends Record> CommandSpec of(Help help, Class<R> type, Action<R> action) {
    Settings<R> settings = Settings.of(type);
    CommandSpec command =
        of(
            help,
            (ParseResult parsed) -> {
              Map<String, @Nullable Object> flags = settings.flags(Options.given(parsed, settings));
              action.run(settings.named(Set.of(), () -> settings.build(flags)));
            });
    Options.add(command, help, settings);
    return command;
  }

  /**
   * A name with its description beside it, or below a long name, in as many lines as that needs.
   */
  static List<String> item(String name, int nameWidth, String description) {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder(name);
    if (name.length() > nameWidth) {
      lines.add(name);
      line.setLength(0);
    }
    line.repeat(' ', nameWidth - line.length());
    for (String word : description.split(" ", -1)) {
      if (line.length() + 1 + word.length() > USAGE_WIDTH) {
        lines.add(line.toString());
        line = new StringBuilder(" ".repeat(nameWidth));
      }
      line.append(' ').append(word);
    }
    lines.add(line.toString());
    return lines;
  }

  /** Adds examples below the help of a command, its arguments each; they may have several lines. */
  static void examples(CommandSpec command, String... examples) {
    command
        .usageMessage()
        .footerHeading("%nExamples:%n")
        .footer(
            Arrays.stream(examples)
                .flatMap(example -> ("  bin/jackpot " + command.name() + " " + example).lines())
                .toArray(String[]::new));
  }
}
