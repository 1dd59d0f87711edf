package io.jackpot.cli;

import io.jackpot.audit.Audit;
import io.jackpot.config.Setting;
import io.jackpot.config.Settings;
import java.nio.file.Path;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;

/** The command {@code audit}. */
final class AuditCommand {
  private static final Settings<Limits> LIMITS = Settings.of(Limits.class);

  private AuditCommand() {}

  private record Limits(
      @Setting(
              value = "1e-4",
              min = 0,
              help =
                  "largest difference of what is recomputed from models in float32, relative above 1")
          double tolerance) {}

  /** A logged number is not what is recomputed; exit status 1. */
  static final class DifferenceException extends RuntimeException {
    private static final long serialVersionUID = 1;

    DifferenceException(String message) {
      super(message);
    }
  }

  static CommandSpec command(Console console, Help help) {
    CommandSpec command =
        Command.of(
            help,
            (ParseResult parsed) -> {
              Path run = Path.of(parsed.matchedPositionalValue(0, ""));
              Limits limits = LIMITS.build(LIMITS.flags(Options.given(parsed, LIMITS)));
              Audit.Result result = Audit.of(run, limits.tolerance, console.err());
              console.print(result.json());
              if (!result.beyond().isEmpty()) {
                throw new DifferenceException(
                    run + ": beyond tolerance: " + String.join("; ", result.beyond()));
              }
            });
    Options.add(command, help, LIMITS);
    command
        .usageMessage()
        .footer(
            "",
            "The tokens are those of train --token-log. Prints the worst difference of each",
            "quantity; the exit status is 1 if one is beyond its tolerance.");
    return command.addPositional(
        PositionalParamSpec.builder()
            .index("0")
            .required(true)
            .type(String.class)
            .paramLabel("RUN")
            .description("the run's folder")
            .build());
  }
}
