package io.jackpot.cli;

import io.jackpot.config.DeviceSettings;
import io.jackpot.config.LimitSettings;
import io.jackpot.config.Setting;
import io.jackpot.explain.Explain;
import io.jackpot.inference.ScoreLines;
import io.jackpot.inference.TokenizeLines;
import io.jackpot.problems.VerifyLines;
import java.nio.file.Path;
import picocli.CommandLine.Model.CommandSpec;

/**
 * The commands that read one file and print an answer: {@code score, tokenize, verify, explain}.
 */
final class FileCommands {
  private FileCommands() {}

  private record ScoreSettings(
      @Setting(help = "model: folder, run, GGUF file, builtin:policy or builtin:actor")
          String model,
      @Setting(help = "JSONL file of {\"ids\"}") String input,
      LimitSettings limits,
      DeviceSettings compute) {}

  static CommandSpec score(Console console) {
    return Command.of(
        "score",
        "Prints the log-probs of token ids, with entropies and the last logits.",
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

  static CommandSpec tokenize(Console console) {
    return Command.of(
        "tokenize",
        "Prints the token ids of texts.",
        TokenizeSettings.class,
        settings ->
            TokenizeLines.run(
                settings.tokenizer,
                Path.of(settings.input),
                settings.limits.limits(),
                console.out(),
                console.err()));
  }

  private record VerifySettings(
      @Setting(help = "JSONL file of {\"gold\", \"answer\"}") String input, LimitSettings limits) {}

  static CommandSpec verify(Console console) {
    return Command.of(
        "verify",
        "Judges answers against gold answers.",
        VerifySettings.class,
        settings ->
            VerifyLines.run(Path.of(settings.input), settings.limits.limits(), console.out()));
  }

  private record ExplainSettings(
      @Setting(help = "JSON file of {\"options\", \"tokens\"}") String input) {}

  static CommandSpec explain(Console console) {
    return Command.of(
        "explain",
        "Prints every quantity of the objective, and its gradients, for given logits.",
        ExplainSettings.class,
        settings -> console.print(Explain.explain(Path.of(settings.input))));
  }
}
