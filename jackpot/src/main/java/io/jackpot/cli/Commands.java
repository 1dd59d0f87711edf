package io.jackpot.cli;

import io.jackpot.inference.GenerateSettings;
import io.jackpot.inference.Generation;
import io.jackpot.input.InputException;
import java.util.Arrays;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.CommandSpec;

/** All commands. */
final class Commands {
  private Commands() {}

  /** The root command with all others. */
  static CommandSpec all(Console console) {
    CommandSpec[] commands = {
      TrainCommand.command(console),
      SftCommand.command(console),
      Command.of(
          "generate",
          "Continues prompts.",
          GenerateSettings.class,
          settings -> Generation.run(settings, console.out(), console.err(), Console.isTerminal())),
      EvalCommand.command(console),
      FileCommands.score(console),
      FileCommands.tokenize(console),
      FileCommands.verify(console),
      FileCommands.explain(console),
      AuditCommand.command(console),
      ReportCommand.command(console),
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
    jackpot.usageMessage().footer("JACKPOT_STACKTRACE=1 makes an error print its stack trace.");
    for (CommandSpec command : commands) {
      jackpot.addSubcommand(command.name(), command);
    }
    return jackpot;
  }

  private static String names(CommandSpec[] commands) {
    return Arrays.stream(commands).map(CommandSpec::name).collect(Collectors.joining(", "));
  }
}
