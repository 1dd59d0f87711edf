package io.jackpot.cli;

import io.jackpot.config.ModelDefaults;
import io.jackpot.config.ResumeSettings;
import io.jackpot.config.Settings;
import io.jackpot.config.SftSettings;
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
  private static final Settings<ResumeSettings> RESUME = Settings.of(ResumeSettings.class);

  private SftCommand() {}

  static CommandSpec command(Console console, Help help) {
    CommandSpec command =
        Command.of(help, (ParseResult parsed) -> console.out().println(run(parsed, console)));
    Options.add(command, help, RESUME, SETTINGS);
    Command.examples(
        command,
        "--model DIR --data chats.jsonl --out runs/sft",
        """
        --model DIR --data shards/ --out runs/sft --steps 500 \\
              --train-batch 16\
        """,
        "--resume runs/sft");
    return command;
  }

  /** Runs to the end and returns the last line of metrics. */
  private static ObjectNode run(ParseResult parsed, Console console) {
    ResumeSettings going = RESUME.build(RESUME.flags(Options.given(parsed, RESUME)));
    Map<String, @Nullable Object> flags = SETTINGS.flags(Options.given(parsed, SETTINGS));
    Sft sft = new Sft(console.err(), Console.isTerminal(), Interruption.ofSignals());
    if (going.resume() != null) {
      Options.requireChangeable(flags, SETTINGS);
      return sft.resume(Path.of(going.resume()), flags, going.strict());
    }
    // A run that is named as a model may go on later: its checkpoint of now is recorded.
    flags.computeIfPresent("model", (_, name) -> ModelSource.resolve(name.toString()));
    return sft.start(
        SETTINGS.named(Set.of(), () -> SETTINGS.build(ModelDefaults.ofSft(flags), flags)));
  }
}
