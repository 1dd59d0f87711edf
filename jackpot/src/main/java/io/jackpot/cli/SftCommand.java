package io.jackpot.cli;

import io.jackpot.config.Group;
import io.jackpot.config.Setting;
import io.jackpot.config.Settings;
import io.jackpot.config.SftSettings;
import io.jackpot.input.InputException;
import io.jackpot.models.ModelSource;
import io.jackpot.report.Interruption;
import io.jackpot.train.Sft;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;
import tools.jackson.databind.node.ObjectNode;

/** The command {@code sft}. */
final class SftCommand {
  private static final Settings<SftSettings> SETTINGS = Settings.of(SftSettings.class);
  private static final Settings<Paths> PATHS = Settings.of(Paths.class);

  private SftCommand() {}

  private record Paths(
      @Setting(
              group = Group.RUN,
              common = true,
              value = "none",
              help =
                  "run folder to resume from its last checkpoint; --steps extends a finished run")
          @Nullable String resume,
      @Setting(
              value = "false",
              help = "with --resume: refuse other ops or vectors than before, which change bits")
          boolean strict) {}

  static CommandSpec command(Console console, Help help) {
    CommandSpec command =
        Command.of(help, (ParseResult parsed) -> console.out().println(run(parsed, console)));
    Options.add(command, help, PATHS, SETTINGS);
    Command.examples(
        command,
        "--model DIR --data chats.jsonl --out runs/sft",
        "--model DIR --data shards/ --out runs/sft --steps 500 --train-batch 16",
        "--resume runs/sft");
    return command;
  }

  /** Runs to the end and returns the last line of metrics. */
  private static ObjectNode run(ParseResult parsed, Console console) {
    Paths paths = PATHS.build(PATHS.flags(Options.given(parsed, PATHS)));
    Map<String, @Nullable Object> flags = SETTINGS.flags(Options.given(parsed, SETTINGS));
    Sft sft = new Sft(console.err(), Console.isTerminal(), Interruption.ofSignals());
    if (paths.resume != null) {
      Options.requireChangeable(flags, SETTINGS);
      return sft.resume(Path.of(paths.resume), flags, paths.strict);
    }
    if (paths.strict) {
      throw new InputException("--strict: expected --resume with it, there is nothing to compare");
    }
    // A run that is named as a model may go on later: its checkpoint of now is recorded.
    flags.computeIfPresent("model", (_, name) -> ModelSource.resolve(name.toString()));
    return sft.start(SETTINGS.named(Set.of(), () -> SETTINGS.build(flags)));
  }
}
