package io.jackpot.cli;

import io.jackpot.config.Arm;
import io.jackpot.config.Setting;
import io.jackpot.config.Settings;
import io.jackpot.config.TrainSettings;
import io.jackpot.input.InputException;
import io.jackpot.input.Names;
import io.jackpot.models.ModelSource;
import io.jackpot.report.Interruption;
import io.jackpot.train.Training;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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

  private TrainCommand() {}

  private record Paths(
      @Setting(value = "none", help = "JSON file of settings, or a run's config.json")
          @Nullable String config,
      @Setting(value = "none", help = "run folder (none: a new one in runs/)") @Nullable String out,
      @Setting(
              value = "none",
              help =
                  "run folder to resume from its last checkpoint; --steps extends a finished run")
          @Nullable String resume,
      @Setting(
              value = "false",
              help = "with --resume: refuse other ops than before, or vectors of another width")
          boolean strict) {}

  static CommandSpec command(Console console) {
    CommandSpec command =
        Command.of(
            "train",
            "Trains a policy on a smaller actor's rollouts. Without options: the built-in models on"
                + " generated arithmetic.",
            (ParseResult parsed) -> console.out().println(run(parsed, console)));
    Options.add(command, PATHS);
    Options.add(command, SETTINGS);
    command.usageMessage().footerHeading("%nArms, which preset other defaults:%n").footer(arms());
    return command;
  }

  private static String[] arms() {
    return Arrays.stream(Arm.values())
        .map(arm -> "  %-17s %s".formatted(Names.of(arm), arm.description()))
        .toArray(String[]::new);
  }

  /** Runs to the end and returns the last line of metrics. */
  private static ObjectNode run(ParseResult parsed, Console console) {
    Paths paths = PATHS.build(PATHS.flags(Options.given(parsed, PATHS)));
    Map<String, String> given = Options.given(parsed, SETTINGS);
    Map<String, @Nullable Object> flags = SETTINGS.flags(given);
    Training training = new Training(console.err(), Console.isTerminal(), Interruption.ofSignals());
    if (paths.resume != null) {
      Stream.concat(given.keySet().stream(), Stream.of("config", "out"))
          .filter(key ->
              parsed.hasMatchedOption(Names.flag(key)) && !SETTINGS.changeable().contains(key))
          .findFirst()
          .ifPresent(TrainCommand::refuse);
      return training.resume(Path.of(paths.resume), flags, paths.strict);
    }
    if (paths.strict) {
      throw new InputException("--strict: expected --resume with it, there is nothing to compare");
    }
    Map<String, @Nullable Object> file =
        paths.config == null ? new LinkedHashMap<>() : SETTINGS.file(Path.of(paths.config));
    // A run that is named as a model may go on later: its checkpoint of now is recorded.
    Stream.of("policy", "actor")
        .forEach(model ->
            flags.computeIfPresent(model, (_, name) -> ModelSource.resolve(name.toString())));
    TrainSettings settings = TrainSettings.layered(file, flags);
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

  private static void refuse(String key) {
    List<String> flags = SETTINGS.changeable().stream().map(Names::flag).toList();
    throw new InputException(
        "%s: cannot be changed with --resume, which continues with the settings of the run; only %s and %s can"
            .formatted(
                Names.flag(key),
                String.join(", ", flags.subList(0, flags.size() - 1)),
                flags.getLast()));
  }
}
