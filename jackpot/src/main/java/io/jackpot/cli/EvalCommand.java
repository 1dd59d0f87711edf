package io.jackpot.cli;

import io.jackpot.config.ResumeSettings;
import io.jackpot.config.Setting;
import io.jackpot.config.Settings;
import io.jackpot.inference.EvalResults;
import io.jackpot.inference.EvalSettings;
import io.jackpot.inference.Evaluation;
import io.jackpot.input.InputException;
import io.jackpot.input.Names;
import io.jackpot.report.Interruption;
import io.jackpot.report.Interruption.InterruptedRunException;
import io.jackpot.report.RunReport;
import io.jackpot.train.NextCommands;
import io.jackpot.weights.AtomicFiles;
import io.jackpot.weights.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** The command {@code eval}. */
final class EvalCommand {
  private static final Settings<EvalSettings> SETTINGS = Settings.of(EvalSettings.class);
  private static final Settings<Paths> PATHS = Settings.of(Paths.class);

  private EvalCommand() {}

  private record Paths(
      @Setting(
              common = true,
              value = "none",
              help = "folder for responses, results and page, or a .json file for results")
          @Nullable String out,
      ResumeSettings going) {}

  static CommandSpec command(Console console, Help help) {
    CommandSpec command = Command.of(help, (ParseResult parsed) -> run(parsed, console));
    Options.add(command, help, SETTINGS, PATHS);
    Command.examples(
        command,
        "--model builtin:policy --samples-per-prompt 4",
        """
        --model DIR --problems test.jsonl --temperature 0.6 \\
              --sampling-top-p 0.95 --out E\
        """,
        "--resume E");
    return command;
  }

  private static void run(ParseResult parsed, Console console) {
    Paths paths = PATHS.build(PATHS.flags(Options.given(parsed, PATHS)));
    Map<String, @Nullable Object> flags = SETTINGS.flags(Options.given(parsed, SETTINGS));
    boolean terminal = Console.isTerminal();
    Interruption interruption = Interruption.ofSignals();
    Path out = paths.out == null ? null : Path.of(paths.out);
    Path file = out != null && isFile(out) ? out : null;
    if (paths.going.resume() != null) {
      if (out != null) {
        throw new InputException("--out and --resume: expected at most one");
      }
      Path resumed = Path.of(paths.going.resume());
      EvalResults results =
          resumable(
              resumed,
              console,
              () ->
                  Evaluation.resume(
                      resumed,
                      settings -> change(settings, flags),
                      paths.going.strict(),
                      interruption,
                      console.err(),
                      terminal));
      print(results, resumed, console);
      return;
    }
    EvalSettings settings = SETTINGS.named(Set.of(), () -> SETTINGS.build(flags));
    if (file != null && Files.exists(file) && !hasResults(file)) {
      throw new InputException(
          file + ": found a file without results of an evaluation, expected a new name for --out");
    }
    Path folder = file == null ? out : null;
    EvalResults results =
        resumable(
            folder,
            console,
            () -> Evaluation.run(settings, folder, interruption, console.err(), terminal));
    if (file != null) {
      Json.write(file, results.toJson());
    }
    print(results, folder, console);
  }

  /** Says how an evaluation that is interrupted, or whose disk fails, goes on. */
  private static EvalResults resumable(
      @Nullable Path folder, Console console, Supplier<EvalResults> work) {
    try {
      return work.get();
    } catch (InterruptedRunException e) {
      console
          .err()
          .println(
              folder == null
                  ? "interrupted: with --out DIR an evaluation can be resumed"
                  : "interrupted; to resume:\n  " + NextCommands.resume("eval", folder));
      throw e;
    } catch (InputException e) {
      if (folder == null || !Evaluation.hasStarted(folder) || !AtomicFiles.isOfDisk(e)) {
        throw e;
      }
      throw new InputException(
          "%s; once it can be written: %s"
              .formatted(e.getMessage(), NextCommands.resume("eval", folder)),
          e);
    }
  }

  /** Results go to a file if it is named as one or is there as one. */
  private static boolean isFile(Path out) {
    return Files.exists(out) ? !Files.isDirectory(out) : out.toString().endsWith(".json");
  }

  /** Whether it is a file that an evaluation has written, so that another may replace it. */
  private static boolean hasResults(Path file) {
    try {
      return Json.read(file).path("datasets").isArray();
    } catch (InputException e) {
      return false;
    }
  }

  private static void print(EvalResults results, @Nullable Path folder, Console console) {
    console.err().print(results.table());
    console.err().flush();
    console.print(results.toJson());
    if (folder != null) {
      showInRun(folder, console);
    }
  }

  /** Updates the page of the run that contains the evaluation. */
  private static void showInRun(Path folder, Console console) {
    RunReport.runOf(folder)
        .ifPresent(run -> {
          try {
            console.err().println("eval: " + RunReport.write(run));
          } catch (InputException e) {
            console.err().println("warning: the run's page was not updated: " + e.getMessage());
          }
        });
  }

  private static EvalSettings change(EvalSettings before, Map<String, @Nullable Object> flags) {
    Map<String, @Nullable Object> values = new LinkedHashMap<>(SETTINGS.values(before));
    flags.forEach((key, value) -> {
      if (!SETTINGS.changeable().contains(key) && !Objects.equals(value, values.get(key))) {
        throw new InputException(
            "%s: found %s, but this evaluation started with %s; omit it, or give --out for a new evaluation"
                .formatted(Names.flag(key), value, values.get(key)));
      }
    });
    return SETTINGS.build(values, flags);
  }
}
