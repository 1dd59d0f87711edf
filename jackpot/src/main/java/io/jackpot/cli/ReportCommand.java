package io.jackpot.cli;

import io.jackpot.report.RunPicture;
import io.jackpot.report.RunReport;
import java.nio.file.Path;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;

/** The command {@code report}. */
final class ReportCommand {
  private static final String PICTURE = "--svg";

  private ReportCommand() {}

  static CommandSpec command(Console console, Help help) {
    CommandSpec command =
        Command.of(
            help,
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
            .description("also write the run as an SVG picture")
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
}
