package io.jackpot.cli;

import io.jackpot.config.DeviceSettings;
import io.jackpot.config.LimitSettings;
import io.jackpot.config.Setting;
import io.jackpot.inference.ScoreLines;
import io.jackpot.inference.TokenizeLines;
import java.nio.file.Path;
import picocli.CommandLine.Model.CommandSpec;

/** The commands that read one file and ask a model: {@code score, tokenize}. */
final class FileCommands {
  private FileCommands() {}

  private record ScoreSettings(
      @Setting(help = "model: folder, run, GGUF file, builtin:policy or builtin:actor")
          String model,
      @Setting(help = "JSONL file of {\"ids\"}") String input,
      LimitSettings limits,
      DeviceSettings compute) {}

  static CommandSpec score(Console console, Help help) {
    return Command.of(
        help,
        ScoreSettings.class,
        settings ->
            ScoreLines.run(
                settings.model,
                Path.of(settings.input),
                settings.limits.limits(),
                settings.compute,
                console.out(),
                console.err(),
                Console.isTerminal()));
  }

  private record TokenizeSettings(
      @Setting(help = "tokenizer.json, or a model: folder, run, GGUF file or builtin:policy")
          String tokenizer,
      @Setting(help = "JSONL file of {\"text\"}") String input,
      LimitSettings limits) {}

  static CommandSpec tokenize(Console console, Help help) {
    return Command.of(
        help,
        TokenizeSettings.class,
        settings ->
            TokenizeLines.run(
                settings.tokenizer,
                Path.of(settings.input),
                settings.limits.limits(),
                console.out(),
                console.err()));
  }
}
