package io.jackpot.cli;

import io.jackpot.inference.GenerateSettings;
import io.jackpot.inference.Generation;
import io.jackpot.input.InputException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** All commands. */
final class Commands {
  /** Shows the help of a command, as its {@code --help} does. */
  static final String HELP = "help";

  static final String VERSION = "--version";

  private static final List<Entry> ALL =
      List.of(
          new Entry(
              "train", "Trains a policy on a smaller actor's rollouts.", TrainCommand::command),
          new Entry("sft", "Trains a model to imitate completions.", SftCommand::command),
          new Entry("generate", "Continues prompts.", Commands::generate),
          new Entry(
              "eval", "Measures mean@k and pass@k of a model on problems.", EvalCommand::command),
          new Entry("score", "Prints log-probs of token ids, and entropies.", FileCommands::score),
          new Entry("tokenize", "Prints the token ids of texts.", FileCommands::tokenize),
          new Entry("verify", "Judges answers against gold answers.", VerifyCommand::command),
          new Entry(
              "explain",
              "Prints every quantity of the method for given logits.",
              ExplainCommand::command),
          new Entry(
              "simulate",
              "Shows how much closer rejection brings an actor to the policy.",
              Simulation::command),
          new Entry("audit", "Recomputes the logged tokens of a run.", AuditCommand::command),
          new Entry("report", "Writes the page of a run from its files.", ReportCommand::command),
          new Entry(
              "problems",
              "Writes generated problems with completions, for sft and eval.",
              ProblemsCommand::command),
          new Entry(
              "doctor", "Reports on this machine: JDK, vectors, memory, devices.", Doctor::command),
          new Entry("completion", "Prints completions for a shell.", CompletionCommand::command));

  private Commands() {}

  /** Makes a command: its name, its description, and whether its help shows every setting. */
  @FunctionalInterface
  private interface Maker {
    CommandSpec make(Console console, Help help);
  }

  private record Entry(String name, String description, Maker maker) {}

  /**
   * The root command with all others. Reading the settings of a command takes time, so only the one
   * that {@code args} name has options.
   */
  static CommandSpec all(Console console, String... args) {
    boolean every = Arrays.asList(args).contains(Command.HELP_ALL);
    CommandSpec jackpot = root(console);
    for (Entry entry : ALL) {
      Help help = new Help(entry.name, entry.description, every);
      boolean named = args.length > 0 && args[0].equals(entry.name);
      jackpot.addSubcommand(
          entry.name, named ? entry.maker.make(console, help) : Command.of(help, _ -> {}));
    }
    return jackpot;
  }

  /** The root command with all others and all their options. */
  static CommandSpec complete(Console console) {
    CommandSpec jackpot = root(console);
    for (Entry entry : ALL) {
      Help help = new Help(entry.name, entry.description, true);
      jackpot.addSubcommand(entry.name, entry.maker.make(console, help));
    }
    return jackpot;
  }

  private static CommandSpec root(Console console) {
    CommandSpec jackpot =
        Command.of(
            new Help(
                "jackpot",
                "Reinforcement learning of a policy from a smaller actor's rollouts.",
                false),
            parsed -> {
              if (!parsed.hasMatchedOption(VERSION)) {
                throw new InputException("no command: expected one of " + names());
              }
              Version.print(console.out());
            });
    jackpot.addOption(
        OptionSpec.builder(VERSION).description("version, JDK and what computes").build());
    jackpot
        .usageMessage()
        .footer(
            "",
            "bin/jackpot help COMMAND shows the options of a command, --help-all the rare",
            "ones too. JACKPOT_STACKTRACE=1 makes an error print its stack trace.");
    return jackpot;
  }

  /** The command line with {@code help COMMAND} written as {@code COMMAND --help}. */
  static String[] withoutHelp(String... args) {
    if (args.length == 0 || !args[0].equals(HELP)) {
      return args;
    }
    List<String> rest = Arrays.asList(args).subList(1, args.length);
    boolean known =
        rest.isEmpty() || ALL.stream().anyMatch(entry -> entry.name.equals(rest.get(0)));
    return Stream.concat(rest.stream(), known ? Stream.of("--help") : Stream.empty())
        .toArray(String[]::new);
  }

  private static CommandSpec generate(Console console, Help help) {
    CommandSpec generate =
        Command.of(
            help,
            GenerateSettings.class,
            settings ->
                Generation.run(settings, console.out(), console.err(), Console.isTerminal()));
    Command.examples(
        generate,
        "--model builtin:policy --prompt 3+7*2-5*4+1=",
        """
        --model DIR --prompt "Name a prime." \\
              --prompt-template chat\
        """);
    return generate;
  }

  private static String names() {
    return ALL.stream().map(Entry::name).collect(Collectors.joining(", "));
  }
}
