package io.jackpot.cli;

import io.jackpot.config.ArithmeticSettings;
import io.jackpot.config.Setting;
import io.jackpot.input.InputException;
import io.jackpot.problems.ArithmeticProblems;
import io.jackpot.problems.MixtureProblems;
import io.jackpot.problems.ProblemFile;
import io.jackpot.problems.ProblemSource;
import java.nio.file.Path;
import picocli.CommandLine.Model.CommandSpec;

/** The command {@code problems}. */
final class ProblemsCommand {
  private ProblemsCommand() {}

  private record Settings(
      @Setting(min = 1, help = "number of problems") int count,
      @Setting(help = "JSONL file to write") String out,
      ArithmeticSettings arithmetic,
      @Setting(value = "0", help = "seed of all random numbers") long seed,
      @Setting(value = "0", min = 0, help = "number of the first problem") int from,
      @Setting(value = "0", min = 0, max = 1, help = "share of completions without scratchpad")
          double directShare,
      @Setting(value = "0", min = 0, max = 1, help = "share of steps with the result alone")
          double terseShare,
      @Setting(value = "0", min = 0, max = 1, help = "share of results replaced by a random one")
          double noise,
      @Setting(value = "false", help = "held-out problems, which training never uses")
          boolean heldOut) {

    @SuppressWarnings("UnusedMethod") // Called by reflection.
    Settings {
      if (heldOut && (directShare > 0 || terseShare > 0 || noise > 0)) {
        throw new InputException(
            "heldOut: expected directShare, terseShare and noise 0: held-out completions are correct");
      }
      if ((long) from + count > Integer.MAX_VALUE) {
        throw new InputException(
            "from %d, count %d: expected a last number of at most %d"
                .formatted(from, count, Integer.MAX_VALUE - 1));
      }
    }

    ProblemSource source() {
      return heldOut
          ? ArithmeticProblems.heldOut(arithmetic.operations(), arithmetic.modulus(), from + count)
          : new MixtureProblems(
              arithmetic.operations(), arithmetic.modulus(), seed, directShare, terseShare, noise);
    }
  }

  static CommandSpec command(Console console, Help help) {
    return Command.of(
        help,
        Settings.class,
        settings -> {
          ProblemFile.write(
              Path.of(settings.out), settings.source(), settings.from, settings.count);
          console.err().println("problems: " + settings.count + " written to " + settings.out);
        });
  }
}
