package io.jackpot.answers;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Finds the boxes of a text and reads the last of them. */
final class Boxes {
  private static final Pattern BOX =
      Pattern.compile("\\\\(?:framebox|boxed|fbox)(?![A-Za-z])\\s*+");
  private static final String SPACE = "(?:[\\s$.)\\]]|\\\\(?:q?quad\\b|[)\\],;:! ]))*+";
  private static final Pattern BETWEEN_BOXES =
      Pattern.compile(
          SPACE
              + "(?:[,;•&*-]|\\d\\.)?"
              + SPACE
              + "(?:\\\\text\\{)?\\s*(?:,?\\s*\\b(?:and|or)\\b)?[\\s$}\\\\(\\[]*"
              + "(?:\\\\q?quad\\s*)?(?:[a-zA-Z](?:_\\{?\\w\\}?)?\\s*=\\s*)?");
  private static final Pattern JOINER =
      Pattern.compile("[,;•&]|\\n\\s*(?:[-*]|\\d\\.)|\\\\q?quad|\\b(?:and|or)\\b");
  private static final Pattern BASE = Pattern.compile("_\\{?(?:\\\\text\\{)?(\\w{1,5})\\}*");

  /** The rest of a formula that goes on with an equals sign. */
  private static final Pattern EQUAL =
      Pattern.compile(
          "\\s*+((?:=|≈|\\\\approx)[^$]{1,200}?)[.,;]?\\s*(?:\\$|\\\\[)\\]]|\\\\end|$)");

  private static final String WORD = "(?:[A-Za-z]{1,15}|\\\\?%|[°¢])";
  private static final String POWER = "\\}?(?:\\s*\\^\\s*\\{?[23]\\}?|[²³])?";

  /** A unit after a box: in the formula, or as the next word of the sentence. */
  private static final Pattern UNIT =
      Pattern.compile(
          "(?:[^\\S\\n]|[$)\\]}*]|\\\\[)\\],;:! ])*+(\\\\(?:text|mathrm|mbox)\\{\\s*~?)?"
              + "((?:(?:square|sq|cubic)\\s+)?("
              + WORD
              + ")"
              + POWER
              + "(?:\\s*/\\s*([A-Za-z]{1,10})"
              + POWER
              + ")?)(?![A-Za-z])(\\s*(?:and\\b.{0,12}?)?\\d)?");

  private static final Pattern CURRENCY =
      Pattern.compile("(\\\\\\$|[£€¥](?=\\s*\\$?\\s*$))[\\s$]*$");
  private static final Pattern LABEL =
      Pattern.compile(
          "^\\\\text\\w*\\{\\s*(?:the )?(?:final )?answer(?: is)?[:\\s]*\\}",
          Pattern.CASE_INSENSITIVE);
  private static final int LONGEST_NAME = 6;
  private static final int MOST = 20;
  private static final int LONGEST_GAP = 40;
  private static final int LONGEST_REST = 300;

  private Boxes() {}

  /** The index of the last box; −1 if there is none. */
  static int last(String text) {
    Matcher matcher = BOX.matcher(text);
    for (int at = text.lastIndexOf("box"); at > 0; at = text.lastIndexOf("box", at - 1)) {
      int start = text.lastIndexOf('\\', at);
      if (start >= 0
          && at - start <= LONGEST_NAME
          && matcher.region(start, text.length()).lookingAt()) {
        return start;
      }
    }
    return -1;
  }

  /**
   * The content of the last box and of those joined to it, with a base or a unit that follows; null
   * if a box is empty, not closed, denied or part of something larger.
   *
   * @param reader reads an answer; null if it cannot be read
   */
  static @Nullable String answer(String text, int last, Function<String, @Nullable Answer> reader) {
    List<String> contents = new ArrayList<>();
    int box = last;
    int start = text.length();
    int end = 0;
    while (box >= 0 && contents.size() < MOST) {
      int from = contentStart(text, box);
      int close = contentEnd(text, from);
      if (contents.isEmpty()) {
        if (close < 0) {
          return null;
        }
        end = close + 1;
      } else {
        String gap = close < 0 || close >= start ? "" : text.substring(close + 1, start);
        boolean joined =
            gap.length() <= LONGEST_GAP
                && BETWEEN_BOXES.matcher(gap).matches()
                && JOINER.matcher(gap).find();
        if (!joined) {
          if (gap.isEmpty() && close + 1 == start) {
            return null;
          }
          break;
        }
      }
      boolean braces = text.charAt(from) == '{';
      contents.addFirst(
          text.substring(braces ? from + 1 : from, braces ? close : close + 1).strip());
      start = box;
      box = box == 0 ? -1 : last(text.substring(Math.max(0, box - 2_000), box));
      box = box < 0 ? -1 : box + Math.max(0, start - 2_000);
    }
    if (contents.stream().anyMatch(String::isEmpty) || BoxContext.isDenied(text, start)) {
      return null;
    }
    String content = String.join(", ", contents.stream().distinct().toList());
    String answer = LABEL.matcher(content).replaceFirst("");
    String rest = text.substring(end, Math.min(text.length(), end + LONGEST_REST));
    Matcher unit = UNIT.matcher(rest);
    if (unit.lookingAt() && isUnit(unit)) {
      String more = unit.group(5) == null ? "" : unit.group(5);
      String quantity = answer + "\\text{ " + unit.group(2).replaceAll("[{}]", "") + "}";
      if (reader.apply(quantity) instanceof Answer.Quantity) {
        return BoxContext.isPart(text, start, end + unit.end(2)) ? null : quantity + more;
      }
    }
    if (BoxContext.isPart(text, start, end) && !isText(reader.apply(answer))) {
      return null;
    }
    return continued(text, start, answer, rest, reader);
  }

  /** Adds what touches a box and belongs to it: a base, an equal value or a currency. */
  private static String continued(
      String text,
      int start,
      String answer,
      String rest,
      Function<String, @Nullable Answer> reader) {
    Matcher base = BASE.matcher(rest);
    if (base.lookingAt()) {
      return answer + "_{" + base.group(1) + "}";
    }
    Matcher equal = EQUAL.matcher(rest);
    if (equal.lookingAt() && reader.apply(answer + equal.group(1)) != null) {
      return answer + equal.group(1);
    }
    Matcher currency = CURRENCY.matcher(text.substring(Math.max(0, start - 5), start));
    return currency.find() ? currency.group(1) + answer : answer;
  }

  /** Whether an answer is an option or words, which no operator can touch. */
  private static boolean isText(@Nullable Answer answer) {
    return answer instanceof Answer.Choice || answer instanceof Answer.Words;
  }

  private static boolean isUnit(Matcher unit) {
    String word = unit.group(3);
    boolean inText = unit.group(1) != null;
    boolean sign = !Character.isLetter(word.charAt(0));
    boolean known = Units.isUnit(word) && (inText || !word.equals("in"));
    String rate = unit.group(4) == null ? "s" : unit.group(4);
    return (sign || known || Units.isUnitLetter(word))
        && (Units.isUnit(rate) || Units.isUnitLetter(rate));
  }

  private static int contentStart(String text, int box) {
    Matcher matcher = BOX.matcher(text).region(box, text.length());
    return matcher.lookingAt() ? matcher.end() : text.length();
  }

  /** The index of the closing brace, or of the last character without braces; −1 if none. */
  private static int contentEnd(String text, int start) {
    if (start >= text.length()) {
      return -1;
    }
    if (text.charAt(start) == '{') {
      return Wrapping.closingBrace(text, start);
    }
    int end = start;
    while (end < text.length() && Character.isLetterOrDigit(text.charAt(end))) {
      end++;
    }
    return end > start ? end - 1 : -1;
  }
}
