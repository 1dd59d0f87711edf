package io.jackpot.cli;

import io.jackpot.config.Setting;
import io.jackpot.config.SftSettings;
import io.jackpot.devices.DeviceChoice;
import io.jackpot.devices.Products;
import io.jackpot.devices.Products.Gemm;
import io.jackpot.devices.Products.Precision;
import io.jackpot.explain.Explain;
import io.jackpot.inference.GenerateSettings;
import io.jackpot.inference.Generation;
import io.jackpot.inference.ScoreLines;
import io.jackpot.inference.TokenizeLines;
import io.jackpot.input.InputException;
import io.jackpot.problems.VerifyLines;
import io.jackpot.report.RunPicture;
import io.jackpot.report.RunReport;
import io.jackpot.train.Sft;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;
import tools.jackson.databind.node.ObjectNode;

/** All commands. */
final class Commands {
  private static final String PICTURE = "--svg";

  private Commands() {}

  private record ScoreSettings(
      @Setting(help = "model folder, GGUF file, builtin:policy or builtin:actor") String model,
      @Setting(help = "JSONL file of {\"ids\"}") String input,
      @Setting(value = "0", min = 0, max = 1024, help = "threads; 0 for one a processor")
          int threads,
      @Setting(value = "auto", help = "auto, cpu or tornado") DeviceChoice device,
      @Setting(value = "java", help = "a device's matrix products: java (ours) or vendor (cuBLAS)")
          Gemm gemm,
      @Setting(
              value = "f32",
              help = "what a device rounds their factors to: f32, bf16 or (vendor only) tf32")
          Precision matmulPrecision) {}

  private record TokenizeSettings(
      @Setting(help = "tokenizer.json, the model folder it is in, or a GGUF file") String tokenizer,
      @Setting(help = "JSONL file of {\"text\"}") String input) {}

  private record VerifySettings(
      @Setting(help = "JSONL file of {\"gold\", \"answer\"}") String input) {}

  private record ExplainSettings(
      @Setting(help = "JSON file of {\"options\", \"tokens\"}") String input) {}

  /** The root command with all others. */
  static CommandSpec all(Console console) {
    CommandSpec[] commands = {
      TrainCommand.command(console),
      Command.of(
          "sft",
          "Trains a model on completions to imitate.",
          SftSettings.class,
          settings ->
              console.out().println(Sft.run(settings, console.err(), Console.isTerminal()))),
      Command.of(
          "generate",
          "Continues prompts.",
          GenerateSettings.class,
          settings -> Generation.run(settings, console.out(), console.err())),
      EvalCommand.command(console),
      Command.of(
          "score",
          "Gives the log-probs of token ids, with entropies and the last logits.",
          ScoreSettings.class,
          settings ->
              ScoreLines.run(
                  settings.model,
                  Path.of(settings.input),
                  settings.device,
                  Products.of(settings.device, settings.gemm, settings.matmulPrecision),
                  settings.threads,
                  console.out(),
                  console.err())),
      Command.of(
          "tokenize",
          "Gives the token ids of texts.",
          TokenizeSettings.class,
          settings ->
              TokenizeLines.run(
                  Path.of(settings.tokenizer), Path.of(settings.input), console.out())),
      Command.of(
          "verify",
          "Judges answers by gold answers.",
          VerifySettings.class,
          settings -> VerifyLines.run(Path.of(settings.input), console.out())),
      Command.of(
          "explain",
          "Gives every quantity of the objective, and its gradients, for given logits.",
          ExplainSettings.class,
          settings -> print(console, Explain.explain(Path.of(settings.input)))),
      report(console),
      Simulation.command(console),
      ProblemsCommand.command(console),
      Doctor.command(console),
    };
    CommandSpec jackpot =
        Command.of(
            "jackpot",
            "Reinforcement learning of a policy from a smaller actor's rollouts.",
            parsed -> {
              throw new InputException("no command: expected one of " + names(commands));
            });
    jackpot
        .usageMessage()
        .footer("JACKPOT_STACKTRACE=1 shows where in the code an error came from.");
    for (CommandSpec command : commands) {
      jackpot.addSubcommand(command.name(), command);
    }
    return jackpot;
  }

  private static String names(CommandSpec[] commands) {
    return Arrays.stream(commands).map(CommandSpec::name).collect(Collectors.joining(", "));
  }

  private static CommandSpec report(Console console) {
    CommandSpec command =
        Command.of(
            "report",
            "Writes the page of a run, report.html, from its files.",
            (ParseResult parsed) -> {
              Path run = Path.of(parsed.matchedPositionalValue(0, ""));
              console.err().println("report: " + RunReport.write(run));
              if (parsed.hasMatchedOption(PICTURE)) {
                Path svg = Path.of(parsed.<String>matchedOptionValue(PICTURE, ""));
                RunPicture.write(run, svg);
                console.err().println("picture: " + svg);
              }
            });
    command.addOption(
        OptionSpec.builder(PICTURE)
            .type(String.class)
            .paramLabel("FILE")
            .description("also writes the run as one SVG picture")
            .build());
    return command.addPositional(
        PositionalParamSpec.builder()
            .index("0")
            .required(true)
            .type(String.class)
            .paramLabel("RUN")
            .description("the run's folder")
            .build());
  }

  /** Prints a result over several lines. */
  static void print(Console console, ObjectNode json) {
    console.out().println(json.toPrettyString());
  }
}
