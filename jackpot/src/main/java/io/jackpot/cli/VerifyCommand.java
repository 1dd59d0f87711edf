package io.jackpot.cli;

import io.jackpot.config.LimitSettings;
import io.jackpot.config.Settings;
import io.jackpot.input.InputException;
import io.jackpot.problems.VerifyLines;
import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** The command {@code verify}. */
final class VerifyCommand {
  private static final String INPUT = "--input";
  private static final String GOLD = "--gold";
  private static final String ANSWER = "--answer";

  private static final Settings<LimitSettings> LIMITS = Settings.of(LimitSettings.class);

  private VerifyCommand() {}

  static CommandSpec command(Console console, Help help) {
    CommandSpec command = Command.of(help, (ParseResult parsed) -> run(parsed, console));
    // An answer may be any text, also a blank one or "none", so these are no settings.
    command
        .addOption(text(INPUT, "JSONL file of {\"gold\", \"answer\"}"))
        .addOption(text(GOLD, "in place of a file: the gold answer"))
        .addOption(text(ANSWER, "and an answer, bare or a model's whole text"));
    Options.add(command, help, LIMITS);
    Command.examples(
        command, "--gold 1/2 --answer 'So x is \\boxed{0.5}.'", "--input answers.jsonl");
    return command;
  }

  private static OptionSpec text(String name, String description) {
    return OptionSpec.builder(name)
        .type(String.class)
        .paramLabel("TEXT")
        .description(description)
        .build();
  }

  private static void run(ParseResult parsed, Console console) throws IOException {
    boolean input = parsed.hasMatchedOption(INPUT);
    boolean gold = parsed.hasMatchedOption(GOLD);
    boolean answer = parsed.hasMatchedOption(ANSWER);
    if (gold != answer || input == gold) {
      throw new InputException("expected --input FILE, or both of --gold TEXT and --answer TEXT");
    }
    if (input) {
      LimitSettings limits = LIMITS.build(LIMITS.flags(Options.given(parsed, LIMITS)));
      VerifyLines.run(Path.of(value(parsed, INPUT)), limits.limits(), console.out());
    } else {
      console.out().println(VerifyLines.verify(value(parsed, GOLD), value(parsed, ANSWER)));
    }
  }

  private static String value(ParseResult parsed, String name) {
    return parsed.<String>matchedOptionValue(name, "");
  }
}
