package io.jackpot.config;

import io.jackpot.input.InputException;
import io.jackpot.input.Names;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The steps of a run whose tokens are logged, and how many responses of each. */
public record TokenLogSettings(
    @Setting(
            group = Group.RUN,
            value = "none",
            list = true,
            changeable = true,
            help = "steps whose tokens are logged: all, or steps and ranges as in 1,2,10-12")
        @Nullable String tokenLog,
    @Setting(
            value = "4",
            min = 1,
            absent = "all",
            changeable = true,
            help = "responses of each of these steps that are logged, or all")
        @Nullable Integer tokenLogResponses) {
  private static final String ALL = "all";
  private static final Pattern STEPS = Pattern.compile("(\\d{1,9})(?:-(\\d{1,9}))?");

  private record Range(int first, int last) {}

  /**
   * @throws InputException if it names no steps
   */
  public TokenLogSettings {
    ranges(tokenLog);
  }

  /** Whether the tokens of a step are logged. */
  public boolean logs(int step) {
    return ranges(tokenLog).stream().anyMatch(range -> range.first <= step && step <= range.last);
  }

  /** Whether any step is asked for. */
  public boolean logsAny() {
    return tokenLog != null;
  }

  /** The logged steps from {@code first} to {@code last}, both included. */
  public IntStream steps(int first, int last) {
    return IntStream.rangeClosed(first, last).filter(this::logs);
  }

  private static List<Range> ranges(@Nullable String text) {
    if (text == null) {
      return List.of();
    }
    return text.equals(ALL)
        ? List.of(new Range(0, Integer.MAX_VALUE))
        : Arrays.stream(text.split(",", -1)).map(part -> range(part, text)).toList();
  }

  private static Range range(String part, String text) {
    Matcher steps = STEPS.matcher(part);
    if (steps.matches()) {
      int first = Integer.parseInt(steps.group(1));
      int last = steps.group(2) == null ? first : Integer.parseInt(steps.group(2));
      if (first <= last) {
        return new Range(first, last);
      }
    }
    throw new InputException(
        "%s: found %s, expected all, or steps and ranges of steps as in 1,2,10-12"
            .formatted(Names.flag("tokenLog"), text));
  }
}
