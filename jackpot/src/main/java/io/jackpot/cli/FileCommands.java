package io.jackpot.cli;

import io.jackpot.config.Setting;
import io.jackpot.explain.Explain;
import io.jackpot.inference.ScoreLines;
import io.jackpot.inference.ScoreSettings;
import io.jackpot.inference.TokenizeLines;
import io.jackpot.inference.TokenizeSettings;
import io.jackpot.problems.VerifyLines;
import java.nio.file.Path;
import picocli.CommandLine.Model.CommandSpec;

/**
 * The commands that read one file and print an answer: {@code score, tokenize, verify, explain}.
 */
final class FileCommands {
  private FileCommands() {}

  static CommandSpec score(Console console) {
    return Command.of(
        "score",
        "Prints the log-probs of token ids, with entropies and the last logits.",
        ScoreSettings.class,
        settings -> ScoreLines.run(settings, console.out(), console.err(), Console.isTerminal()));
  }

  static CommandSpec tokenize(Console console) {
    return Command.of(
        "tokenize",
        "Prints the token ids of texts.",
        TokenizeSettings.class,
        settings -> TokenizeLines.run(settings, console.out(), console.err()));
  }

  private record VerifySettings(
      @Setting(help = "JSONL file of {\"gold\", \"answer\"}") String input) {}

  static CommandSpec verify(Console console) {
    return Command.of(
        "verify",
        "Judges answers against gold answers.",
        VerifySettings.class,
        settings -> VerifyLines.run(Path.of(settings.input), console.out()));
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
