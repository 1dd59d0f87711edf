package io.jackpot.train;

import io.jackpot.config.ArithmeticSettings;
import io.jackpot.config.Settings;
import io.jackpot.config.TrainSettings;
import io.jackpot.problems.Problem;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The commands to go on with when a run has ended, as a POSIX shell takes them: text from its
 * policy, an evaluation of it, and one of the policy that it began with, to compare. The page of
 * the run shows both evaluations.
 */
public final class NextCommands {
  /** The system property with the launcher's path. */
  private static final String LAUNCHER = "jackpot.command";

  private static final Pattern PLAIN = Pattern.compile("[\\w./:=,+-]+");

  private final TrainSettings settings;
  private final Path run;

  private NextCommands(TrainSettings settings, Path run) {
    this.settings = settings;
    this.run = run;
  }

  /**
   * The lines to print.
   *
   * @param step the last step
   * @param problems some of the run's problems, at least one
   * @param hasChat whether the policy has a chat template
   */
  static List<String> of(
      TrainSettings settings, Path run, int step, List<Problem> problems, boolean hasChat) {
    NextCommands commands = new NextCommands(settings, run);
    Path evals = run.resolve("evals");
    return List.of(
        "next: text from the policy; its accuracy, and that of the policy at the start",
        "  " + commands.generate(problems, hasChat),
        "  " + commands.eval(run.toString(), evals.resolve("step-" + step)),
        "  " + commands.eval(settings.policy(), evals.resolve("start")));
  }

  /** The command that resumes a run of {@code command}. */
  public static String resume(String command, Path run) {
    return joined(
        List.of(System.getProperty(LAUNCHER, "bin/jackpot"), command, "--resume", run.toString()));
  }

  private String generate(List<Problem> problems, boolean hasChat) {
    Problem shortest =
        problems.stream()
            .min(Comparator.comparingInt(each -> each.prompt().length()))
            .orElseThrow();
    List<String> words = command("generate", run.toString());
    words.addAll(List.of("--prompt", shortest.prompt()));
    boolean chat =
        shortest.isConversation() && hasChat && settings.template().promptTemplate() == null;
    add(words, "--prompt-template", chat ? "chat" : settings.template().promptTemplate());
    add(words, "--system-prompt", settings.template().systemPrompt());
    add(words, "--max-response-tokens", settings.maxResponseTokens());
    return joined(words);
  }

  private String eval(String model, Path out) {
    List<String> words = command("eval", model);
    if (settings.heldOut() == null) {
      ArithmeticSettings usual = Settings.of(ArithmeticSettings.class).build(Map.of());
      ArithmeticSettings own = settings.arithmetic();
      add(words, "--operations", own.operations() == usual.operations() ? null : own.operations());
      add(words, "--modulus", own.modulus() == usual.modulus() ? null : own.modulus());
    } else {
      add(words, "--problems", settings.heldOut());
      add(words, "--prompt-field", settings.fields().promptField());
      add(words, "--answer-field", settings.fields().answerField());
    }
    add(words, "--prompt-template", settings.template().promptTemplate());
    add(words, "--system-prompt", settings.template().systemPrompt());
    add(words, "--limit", settings.evalProblems());
    add(words, "--max-response-tokens", settings.maxResponseTokens());
    add(words, "--out", out);
    return joined(words);
  }

  private static List<String> command(String name, String model) {
    return new ArrayList<>(
        List.of(System.getProperty(LAUNCHER, "bin/jackpot"), name, "--model", model));
  }

  private static void add(List<String> words, String flag, @Nullable Object value) {
    if (value != null) {
      words.addAll(List.of(flag, value.toString()));
    }
  }

  private static String joined(List<String> words) {
    return words.stream().map(NextCommands::quoted).collect(Collectors.joining(" "));
  }

  private static String quoted(String word) {
    return PLAIN.matcher(word).matches() ? word : "'" + word.replace("'", "'\\''") + "'";
  }
}
