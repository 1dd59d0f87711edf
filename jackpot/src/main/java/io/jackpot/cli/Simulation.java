package io.jackpot.cli;

import io.jackpot.config.Setting;
import io.jackpot.explain.Simulate;
import io.jackpot.explain.SimulateOptions;
import io.jackpot.explain.SimulateTable;
import io.jackpot.input.InputException;
import io.jackpot.report.SimulationPicture;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import tools.jackson.databind.node.ObjectNode;

/** The command {@code simulate}. */
final class Simulation {
  private Simulation() {}

  private record Settings(
      @Setting(value = "1000", min = 1, help = "size of the vocabulary") int vocabulary,
      @Setting(value = "3", min = 0, max = 20, help = "standard deviation of the policy's logits")
          double spread,
      @Setting(
              value = "0.1,0.2,0.3,0.5,0.75,1,1.5,2",
              min = 0,
              max = 20,
              help = "standard deviations of the noise on the actor's logits, one row each")
          List<Double> noise,
      @Setting(value = "32", min = 1, help = "pairs of distributions per row") int samples,
      @Setting(value = "0", help = "seed of all random numbers") long seed,
      @Setting(value = "none", min = 0, above = true, help = "thresholds (none: 1)")
          @Nullable List<Double> lambda,
      @Setting(
              value = "none",
              min = 0,
              above = true,
              max = 1,
              help = "mean acceptances to solve the threshold for, instead of lambda")
          @Nullable List<Double> acceptance,
      @Setting(value = "false", help = "print a table in place of the JSON") boolean table,
      @Setting(value = "none", help = "also write a picture, an SVG file") @Nullable String svg) {

    @SuppressWarnings("UnusedMethod") // Called by reflection.
    Settings {
      if (lambda != null && acceptance != null) {
        throw new InputException("lambda, acceptance: found both, expected at most one");
      }
    }

    SimulateOptions options() {
      List<Double> acceptances = Objects.requireNonNullElse(acceptance, List.of());
      List<Double> one = acceptances.isEmpty() ? List.of(1.0) : List.of();
      List<Double> lambdas = Objects.requireNonNullElse(lambda, one);
      return new SimulateOptions(vocabulary, spread, noise, samples, seed, lambdas, acceptances);
    }
  }

  static CommandSpec command(Console console, Help help) {
    CommandSpec command =
        Command.of(
            help,
            Settings.class,
            settings -> {
              ObjectNode answer = Simulate.run(settings.options());
              if (settings.svg != null) {
                SimulationPicture.write(answer, Path.of(settings.svg));
                console.err().println("picture: " + settings.svg);
              }
              if (settings.table) {
                console.out().print(SimulateTable.of(answer));
              } else {
                console.print(answer);
              }
            });
    Command.examples(
        command, "--table", "--acceptance 0.7,0.9 --table", "--lambda 1,2 --svg figure2.svg");
    return command;
  }
}
