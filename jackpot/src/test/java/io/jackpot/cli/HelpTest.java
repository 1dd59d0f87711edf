package io.jackpot.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.UnmatchedArgumentException;

/** The help of each command: its width, its names and its examples. */
class HelpTest extends CommandRunner {
  private static final int WIDTH = 80;
  private static final String PROGRAM = "  bin/jackpot ";

  /** A word of a shell's line: in quotes, or without spaces. */
  private static final Pattern WORD = Pattern.compile("\"([^\"]*)\"|'([^']*)'|(\\S+)");

  static List<String> commands() {
    return List.copyOf(complete().subcommands().keySet());
  }

  private static CommandSpec complete() {
    return Commands.complete(new Console(new PrintWriter(System.out), new PrintWriter(System.err)));
  }

  private static CommandSpec spec(CommandSpec all, String command) {
    return Objects.requireNonNull(all.subcommands().get(command)).getCommandSpec();
  }

  @ParameterizedTest
  @MethodSource("commands")
  void noLineIsWiderThanATerminal(String command) {
    for (String help : List.of("--help", "--help-all")) {
      assertThat(jackpot(command, help).out().lines())
          .isNotEmpty()
          .allMatch(text -> text.length() <= WIDTH);
      assertThat(jackpot(help).out().lines()).allMatch(text -> text.length() <= WIDTH);
    }
  }

  @ParameterizedTest
  @MethodSource("commands")
  void examplesAreLinesOfTheirOwnWithPresentNames(String command) {
    String[] footer = spec(complete(), command).usageMessage().footer();
    assertThat(footer).allMatch(text -> text.length() <= WIDTH);
    examples(footer).forEach(HelpTest::parse);
  }

  @Test
  void thereAreExamples() {
    String[] footer = spec(complete(), "eval").usageMessage().footer();
    assertThat(examples(footer)).hasSize(3);
    for (String earlier : List.of("--samples 4", "--k=1,4 --top-p=0.9")) {
      assertThatThrownBy(() -> parse("eval --model builtin:policy " + earlier))
          .hasMessageContaining("earlier name");
    }
    assertThatThrownBy(() -> parse("eval --modle builtin:policy"))
        .isInstanceOf(UnmatchedArgumentException.class);
  }

  @Test
  void aSettingIsShownByItsPresentName() {
    String sft = jackpot("sft", "--help").out();
    assertThat(sft)
        .contains("\n      --learning-rate=N")
        .doesNotContain("--lr,", ", --learning-rate");
    assertThat(sft.replaceAll("\\s+", " ")).contains("--lr is its earlier name");
    // Settings in a description have their flags, and file names are not torn apart.
    String eval = jackpot("eval", "--help").out();
    assertThat(eval).contains("--samples-per-prompt)", "a.jsonl,name=b.jsonl");
  }

  /** The command lines after {@code bin/jackpot}. */
  private static List<String> examples(String... footer) {
    List<String> examples = new ArrayList<>();
    String all = String.join("\n", footer).replaceAll("\\s*\\\\\\n\\s*", " ");
    all.lines()
        .filter(line -> line.startsWith(PROGRAM))
        .map(line -> line.substring(PROGRAM.length()).replaceFirst(" (>|\\|) .*", ""))
        .forEach(examples::add);
    return examples;
  }

  private static void parse(String example) {
    String[] words = WORD.matcher(example).results().map(HelpTest::unquoted).toArray(String[]::new);
    CommandSpec all = complete();
    new CommandLine(all).parseArgs(words);
    CommandSpec command = spec(all, words[0]);
    Stream<String> flags = Arrays.stream(words).filter(word -> word.startsWith("--"));
    flags.forEach(flag -> {
      OptionSpec option = command.findOption(flag.replaceFirst("=.*", ""));
      if (option != null
          && !option.usageHelp()
          && !flag.replaceFirst("=.*", "").equals(option.names()[0])) {
        throw new IllegalStateException(flag + ": an earlier name of " + option.names()[0]);
      }
    });
  }

  private static String unquoted(MatchResult word) {
    return Stream.of(1, 2, 3)
        .map(word::group)
        .filter(text -> text != null)
        .findFirst()
        .orElseThrow();
  }
}
