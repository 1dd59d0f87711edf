package io.jackpot.cli;

import io.jackpot.input.InputException;
import io.jackpot.input.Names;
import java.util.List;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;

/** The command {@code completion}: scripts with which shells complete commands and options. */
final class CompletionCommand {
  private static final List<String> SHELLS = List.of("bash", "zsh", "fish");

  private CompletionCommand() {}

  static CommandSpec command(Console console, Help help) {
    CommandSpec command =
        Command.of(
            help,
            (ParseResult parsed) ->
                console.out().print(script(parsed.matchedPositionalValue(0, ""), console)));
    command
        .usageMessage()
        .footer(
            "",
            "Examples:",
            "  source <(bin/jackpot completion bash)        in ~/.bashrc; zsh the same way",
            "  bin/jackpot completion fish | source         in config.fish");
    return command.addPositional(
        PositionalParamSpec.builder()
            .index("0")
            .required(true)
            .type(String.class)
            .paramLabel("SHELL")
            .completionCandidates(SHELLS)
            .description("bash, zsh or fish")
            .build());
  }

  private static String script(String shell, Console console) {
    CommandSpec jackpot = Commands.complete(console);
    return switch (shell) {
      // The script is for both: in zsh it loads bashcompinit.
      case "bash", "zsh" -> AutoComplete.bash("jackpot", new CommandLine(jackpot));
      case "fish" -> fish(jackpot);
      default ->
          throw new InputException(
              "%s: found no completions for it, expected bash, zsh or fish; nearest is %s"
                  .formatted(shell, Names.nearest(shell, SHELLS)));
    };
  }

  private static String fish(CommandSpec jackpot) {
    StringBuilder script = new StringBuilder();
    jackpot
        .subcommands()
        .forEach((name, command) -> {
          CommandSpec spec = command.getCommandSpec();
          script.append(
              "complete -c jackpot -n __fish_use_subcommand -f -a %s -d %s\n"
                  .formatted(name, quoted(spec.usageMessage().description()[0])));
          spec.options().stream()
              .filter(option -> !option.hidden())
              .forEach(option -> script.append(fish(name, option)));
        });
    return script.toString();
  }

  private static String fish(String command, OptionSpec option) {
    String values =
        option.completionCandidates() == null
            ? ""
            : " -x -a " + quoted(String.join(" ", option.completionCandidates()));
    String argument = option.arity().max() == 0 ? "" : values.isEmpty() ? " -r" : values;
    return "complete -c jackpot -n '__fish_seen_subcommand_from %s' -l %s%s -d %s\n"
        .formatted(
            command,
            option.longestName().substring(2),
            argument,
            quoted(String.join(" ", option.description())));
  }

  private static String quoted(String text) {
    return "'" + text.replace("%%", "%").replace("\\", "\\\\").replace("'", "\\'") + "'";
  }
}
