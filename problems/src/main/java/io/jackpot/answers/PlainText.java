package io.jackpot.answers;

import java.util.regex.Pattern;

/**
 * The text of an answer without what does not change its meaning: dollar signs, spaces, the sizes
 * of brackets and fractions, braces around one letter or digit, and full stops at the end. Answers
 * with the same plain text are equal even if their notation cannot be read.
 */
final class PlainText {
  private static final int LONGEST = 10_000;
  private static final Pattern SIZE = Pattern.compile("\\\\(?:left|right)(?![A-Za-z])");
  private static final Pattern FRACTION = Pattern.compile("\\\\[dt]frac(?![A-Za-z])");
  private static final Pattern STYLE = Pattern.compile("\\\\(?:display|text)style(?![A-Za-z])");

  /** A group of one letter or digit, not beside a digit: 3{1}/2 is not 3 1/2. */
  private static final Pattern ONE =
      Pattern.compile("(?<!\\d\\s{0,3})\\{\\s*(\\w)\\s*\\}(?!\\s*\\d)");

  /** An index or exponent of one letter or digit. */
  private static final Pattern SCRIPT = Pattern.compile("[_^](?:\\d(?!\\d)|[A-Za-z])");

  private static final Pattern SPACE = Pattern.compile("(?<!\\\\)\\$|\\\\[,;:! ]|~|\\s");

  /**
   * White space that separates nothing. Between letters or digits it may, and after a comma before
   * three digits: 3 1/2 is not 31/2, and 1, 234 is not 1,234.
   */
  private static final Pattern IDLE =
      Pattern.compile("(?<![\\p{L}\\p{N}]) (?!(?<=\\d, )\\d{3}(?!\\d))| (?![\\p{L}\\p{N}])");

  private static final Pattern FULL_STOP = Pattern.compile("(?<!\\.)\\.$");

  private PlainText() {}

  static boolean areEqual(String left, String right) {
    return left.length() <= LONGEST && right.length() <= LONGEST && of(left).equals(of(right));
  }

  private static String of(String text) {
    String plain = SIZE.matcher(text).replaceAll(" ");
    plain = STYLE.matcher(plain).replaceAll(" ");
    plain = ONE.matcher(plain).replaceAll(" $1 ");
    plain = SCRIPT.matcher(plain.replaceAll("([_^])\\s+", "$1")).replaceAll("$0 ");
    plain = FRACTION.matcher(plain).replaceAll("\\\\frac");
    plain = SPACE.matcher(plain).replaceAll(" ").strip().replaceAll(" +", " ");
    return FULL_STOP.matcher(IDLE.matcher(plain).replaceAll("")).replaceFirst("");
  }
}
