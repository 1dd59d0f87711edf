package io.jackpot.problems;

import java.math.BigDecimal;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Judges the number that a text ends in. What counts as the answer is what follows the last of
 *
 * <ul>
 *   <li>{@code #}, any number of them, up to the end of the line or a {@code $};
 *   <li>{@code \boxed{…}}, with balanced braces;
 *   <li>"answer is" or "answer:", up to the end of the sentence, if no digit comes after it,
 * </ul>
 *
 * and a text with none of them must be an answer as a whole. It is read as an integer, a decimal
 * (with an exponent or commas between thousands, where it has them) or a fraction, and compared
 * exactly: 0.50 is 1/2, 0.333 is not 1/3. Whatever else stands there, a unit or a second number,
 * makes it unreadable: an answer taken for right wrongly does more harm than one passed over.
 */
public final class FinalAnswerVerifier implements Verifier {
  private static final String BOXED = "\\boxed{";
  private static final Pattern PROSE =
      Pattern.compile("\\banswer(?:\\s++is\\b\\s*+:?|\\s*+:)", Pattern.CASE_INSENSITIVE);
  private static final Pattern SENTENCE_END = Pattern.compile("\\.(?=\\s)|\\R");
  private static final Pattern DIGIT = Pattern.compile("\\p{Nd}");

  /** Dollars, emphasis and a full stop around a number, as in {@code $42$} or {@code **42**.}. */
  private static final Pattern WRAPPED =
      Pattern.compile("(?:\\\\?\\$|\\*\\*|\\s)*+(.*?)(?:\\$|\\*\\*|\\s)*\\.?(?:\\$|\\*\\*|\\s)*");

  /** Three digits of exponent at most, so that arithmetic on what is read is always cheap. */
  private static final Pattern DECIMAL =
      Pattern.compile(
          "[-+]?(?:(?:[1-9]\\d{0,2}(?:,\\d{3})+|\\d+)(?:\\.\\d+)?|\\.\\d+)(?:[eE][-+]?\\d{1,3})?");

  private static final Pattern FRACTION = Pattern.compile("([-+]?\\d+)\\s*/\\s*(\\d+)");
  private static final int LONGEST = 200;

  /** A number as numerator and denominator, which need not be integers. */
  private record Answer(String text, BigDecimal numerator, BigDecimal denominator) {
    boolean equalsNumber(Answer other) {
      return numerator.multiply(other.denominator).compareTo(other.numerator.multiply(denominator))
          == 0;
    }
  }

  /** {@inheritDoc} The gold answer is read as the response is. */
  @Override
  public Verification verify(String gold, String response) {
    @Nullable Answer expected = read(gold);
    @Nullable Answer given = read(response);
    Verdict verdict;
    if (expected == null) {
      verdict = Verdict.BAD_GOLD;
    } else if (given == null) {
      verdict = Verdict.UNPARSED;
    } else {
      verdict = given.equalsNumber(expected) ? Verdict.CORRECT : Verdict.WRONG;
    }
    return new Verification(verdict, given == null ? null : given.text());
  }

  private static @Nullable Answer read(String text) {
    @Nullable String answer = extract(text);
    return answer == null ? null : number(answer);
  }

  /** The text of the answer; null where none can be made out. */
  private static @Nullable String extract(String text) {
    int mark = text.lastIndexOf('#');
    int boxed = text.lastIndexOf(BOXED);
    int proseStart = -1;
    int proseEnd = -1;
    Matcher prose = PROSE.matcher(text);
    while (prose.find()) {
      proseStart = prose.start();
      proseEnd = prose.end();
    }
    int last = Math.max(mark, Math.max(boxed, proseStart));
    if (last < 0) {
      return text;
    }
    if (last == mark) {
      return afterMark(text.substring(mark + 1));
    }
    return last == boxed ? inBraces(text, boxed + BOXED.length()) : sentence(text, proseEnd);
  }

  /** Up to the end of the line or a dollar sign that does not stand before the answer. */
  private static String afterMark(String rest) {
    String line = rest.lines().findFirst().orElse("").strip();
    int end = line.indexOf('$', line.startsWith("$") ? 1 : 0);
    return end < 0 ? line : line.substring(0, end);
  }

  private static @Nullable String inBraces(String text, int start) {
    int depth = 1;
    for (int i = start; i < text.length(); i++) {
      char c = text.charAt(i);
      depth += c == '{' ? 1 : c == '}' ? -1 : 0;
      if (depth == 0) {
        return text.substring(start, i);
      }
    }
    return null;
  }

  private static @Nullable String sentence(String text, int start) {
    String rest = text.substring(start).strip();
    Matcher end = SENTENCE_END.matcher(rest);
    if (!end.find()) {
      return rest;
    }
    // "The answer is 42. No, 43." has no answer to rely on.
    return DIGIT.matcher(rest).region(end.end(), rest.length()).find()
        ? null
        : rest.substring(0, end.start());
  }

  private static @Nullable Answer number(String text) {
    String stripped = text.strip();
    if (stripped.length() > LONGEST) {
      return null;
    }
    Matcher wrapped = WRAPPED.matcher(stripped);
    String number = (wrapped.matches() ? wrapped.group(1) : stripped).replace('−', '-');
    if (DECIMAL.matcher(number).matches()) {
      return new Answer(number, new BigDecimal(number.replace(",", "")), BigDecimal.ONE);
    }
    Matcher fraction = FRACTION.matcher(number);
    if (!fraction.matches()) {
      return null;
    }
    BigDecimal denominator = new BigDecimal(fraction.group(2));
    return denominator.signum() == 0
        ? null
        : new Answer(number, new BigDecimal(fraction.group(1)), denominator);
  }
}
