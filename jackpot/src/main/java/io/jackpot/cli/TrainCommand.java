package io.jackpot.cli;

import io.jackpot.config.Arm;
import io.jackpot.config.Group;
import io.jackpot.config.ResumeSettings;
import io.jackpot.config.Setting;
import io.jackpot.config.Settings;
import io.jackpot.config.TrainSettings;
import io.jackpot.input.Names;
import io.jackpot.models.ModelSource;
import io.jackpot.report.Interruption;
import io.jackpot.train.Training;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;
import tools.jackson.databind.node.ObjectNode;

/** The command {@code train}. */
final class TrainCommand {
  private static final Settings<TrainSettings> SETTINGS = Settings.of(TrainSettings.class);
  private static final Settings<Paths> PATHS = Settings.of(Paths.class);

  private static final int ARM_WIDTH = 18;

  private TrainCommand() {}

  private record Paths(
      @Setting(
              group = Group.RUN,
              common = true,
              value = "none",
              help = "JSON file of settings, or a run's config.json")
          @Nullable String config,
      @Setting(common = true, value = "none", help = "run folder (none: a new one in runs/)")
          @Nullable String out,
      ResumeSettings going) {}

  static CommandSpec command(Console console, Help help) {
    CommandSpec command =
        Command.of(help, (ParseResult parsed) -> console.out().println(run(parsed, console)));
    Options.add(command, help, PATHS, SETTINGS);
    command
        .usageMessage()
        .customSynopsis("bin/jackpot train [OPTIONS]")
        .footer(Stream.of(examples(), arms()).flatMap(List::stream).toArray(String[]::new));
    return command;
  }

  private static List<String> examples() {
    return List.of(
        "",
        "Examples:",
        "  bin/jackpot train",
        "      the built-in models on generated arithmetic, about a minute",
        "  bin/jackpot train --policy DIR --actor DIR --problems gsm8k/train.parquet \\",
        "      --held-out gsm8k/test.jsonl --prompt-template qwen-boxed --out runs/mine",
        "      models and problems of your own",
        "  bin/jackpot train --resume runs/mine --steps 200",
        "      goes on where a run stopped, or extends it");
  }

  private static List<String> arms() {
    return Stream.concat(
            Stream.of("", "Arms, which preset other settings:"),
            Arrays.stream(Arm.values())
                .flatMap(arm ->
                    Command.item("  " + Names.of(arm), ARM_WIDTH, arm.description()).stream()))
        .toList();
  }

  /** Runs to the end and returns the last line of metrics. */
  private static ObjectNode run(ParseResult parsed, Console console) {
    Paths paths = PATHS.build(PATHS.flags(Options.given(parsed, PATHS)));
    Map<String, @Nullable Object> flags = SETTINGS.flags(Options.given(parsed, SETTINGS));
    Training training = new Training(console.err(), Console.isTerminal(), Interruption.ofSignals());
    if (paths.going.resume() != null) {
      Stream.of("config", "out")
          .filter(key -> parsed.hasMatchedOption(Names.flag(key)))
          .findFirst()
          .ifPresent(key -> Options.refuse(key, SETTINGS));
      Options.requireChangeable(flags, SETTINGS);
      return training.resume(Path.of(paths.going.resume()), flags, paths.going.strict());
    }
    Map<String, @Nullable Object> file =
        paths.config == null ? new LinkedHashMap<>() : SETTINGS.file(Path.of(paths.config));
    // A run that is named as a model may go on later: its checkpoint of now is recorded.
    Stream.of("policy", "actor")
        .forEach(model ->
            flags.computeIfPresent(model, (_, name) -> ModelSource.resolve(name.toString())));
    Set<String> inFile = new HashSet<>(file.keySet());
    inFile.removeAll(flags.keySet());
    TrainSettings settings = SETTINGS.named(inFile, () -> TrainSettings.layered(file, flags));
    return training.start(
        settings, paths.out == null ? newRun(Path.of("runs"), settings) : Path.of(paths.out));
  }

  /** A folder in {@code runs} that does not exist yet: jackpot-seed0, jackpot-seed0-2 and so on. */
  static Path newRun(Path runs, TrainSettings settings) {
    String name = "%s-seed%d".formatted(Names.of(settings.arm()), settings.seed());
    return IntStream.iterate(1, number -> number + 1)
        .mapToObj(number -> runs.resolve(number == 1 ? name : name + "-" + number))
        .filter(Files::notExists)
        .findFirst()
        .orElseThrow();
  }
}
