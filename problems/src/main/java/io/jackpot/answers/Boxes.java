package io.jackpot.answers;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Finds the boxes of a text and reads the last of them. */
final class Boxes {
  private static final Pattern BOX = Pattern.compile("\\\\(?:boxed|fbox)(?![A-Za-z])\\s*+");
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
  private static final Pattern EQUAL =
      Pattern.compile(
          "\\s*+(=|≈|\\\\approx)\\s*+([^$\\n]{1,200}?)[.,;]?\\s*(?:\\$|\\\\[)\\]]|\\n|$)");
  private static final Pattern BASE = Pattern.compile("_\\{?(?:\\\\text\\{)?(\\w{1,5})\\}*");
  private static final Pattern ALTERNATIVE =
      Pattern.compile(
          BoxContext.CLOSE
              + "(?:\\\\text\\{\\s*)?\\bor\\b\\s*\\}?\\s*(?:\\$([^$\\n]{1,80})\\$|([-\\d][^\\s$]{0,30}))");
  private static final Pattern UNIT =
      Pattern.compile(
          BoxContext.CLOSE
              + "(\\\\(?:text|mathrm|mbox)\\{\\s*~?)?((?:square|sq|cubic)\\s+)?([A-Za-z]{1,15}|\\\\?%|[°¢])\\}?"
              + "(?:\\s*\\^\\{?([23])\\}?|([²³]))?(?![A-Za-z])(\\s*(?:and\\b.{0,12}?)?\\d)?");

  /** A later sentence that ends in a number. */
  private static final Pattern CONCLUSION =
      Pattern.compile(
          "(?:[.!?\\n]\\s*|,\\s*)(?:(?:thus|therefore|hence|so|then|finally)\\b|step \\d+\\b:|the (?:requested|final|desired|required|total)\\b)"
              + "[^.\\n]{0,100}?(?:=|\\bis\\b)[\\s$*\\\\(]{0,4}(-?\\d[\\d,/]*)",
          Pattern.CASE_INSENSITIVE);

  private static final Pattern PROSE = Pattern.compile("(?<![\\\\A-Za-z])[A-Za-z]{3,}");
  private static final Pattern CURRENCY =
      Pattern.compile("(\\\\\\$|[£€¥](?=\\s*\\$?\\s*$))[\\s$]*$");
  private static final Pattern BOLD =
      Pattern.compile("\\*\\*([^*\\n]{1,80})\\*\\*|\\$\\$([^$]{1,80})\\$\\$");
  private static final Pattern LABEL =
      Pattern.compile(
          "^\\\\text\\w*\\{\\s*(?:the )?(?:final )?answer(?: is)?[:\\s]*\\}",
          Pattern.CASE_INSENSITIVE);
  private static final int MOST = 20;
  private static final int LONGEST_GAP = 40;
  private static final int LONGEST_REST = 4_000;

  private Boxes() {}

  /** The index of the last box; −1 if there is none. */
  static int last(String text) {
    Matcher matcher = BOX.matcher(text);
    for (int at = text.lastIndexOf("box"); at > 0; at = text.lastIndexOf("box", at - 1)) {
      int start = text.charAt(at - 1) == 'f' ? at - 2 : at - 1;
      if (start >= 0 && matcher.region(start, text.length()).lookingAt()) {
        return start;
      }
    }
    return -1;
  }

  /**
   * The content of the last box and of those joined to it, or the answer of a later retraction;
   * null if there is none.
   *
   * @param readable whether a text can be read as an answer other than words
   */
  static @Nullable String answer(String text, int last, Predicate<String> readable) {
    List<String> contents = new ArrayList<>();
    int box = last;
    int end = text.length();
    int behind = 0;
    while (box >= 0 && contents.size() < MOST) {
      int start = contentStart(text, box);
      int close = contentEnd(text, start);
      if (contents.isEmpty()) {
        if (close < 0) {
          return null;
        }
        behind = close + 1;
      } else {
        String gap = close < 0 || close >= end ? "" : text.substring(close + 1, end);
        boolean joined =
            gap.length() <= LONGEST_GAP
                && BETWEEN_BOXES.matcher(gap).matches()
                && JOINER.matcher(gap).find();
        if (!joined) {
          if (gap.isEmpty() && close + 1 == end) {
            return null;
          }
          break;
        }
      }
      boolean braces = text.charAt(start) == '{';
      contents.addFirst(
          text.substring(braces ? start + 1 : start, braces ? close : close + 1).strip());
      end = box;
      box = box == 0 ? -1 : last(text.substring(Math.max(0, box - 2_000), box));
      box = box < 0 ? -1 : box + Math.max(0, end - 2_000);
    }
    if (contents.stream().anyMatch(String::isEmpty) || !BoxContext.isAnswer(text, end, behind)) {
      return null;
    }
    String rest = text.substring(behind, Math.min(text.length(), behind + LONGEST_REST));
    @Nullable String later = Denials.retraction(rest);
    if (later != null) {
      return readable.test(later) ? later : null;
    }
    String answer = String.join(", ", contents.stream().distinct().toList());
    if (namesAnother(rest, answer, readable)) {
      return null;
    }
    return LABEL.matcher(continued(text, end, answer, rest, readable)).replaceFirst("");
  }

  /** Whether a later formula, emphasis or conclusion, or the last line, names another answer. */
  private static boolean namesAnother(String rest, String answer, Predicate<String> readable) {
    Matcher bold = BOLD.matcher(rest);
    while (bold.find()) {
      String other = Wrapping.strip(bold.group());
      if (!other.equals(answer) && readable.test(other)) {
        return true;
      }
    }
    Matcher conclusion = CONCLUSION.matcher(rest);
    while (conclusion.find()) {
      if (!answer.contains(conclusion.group(1))) {
        return true;
      }
    }
    String lines = rest.stripTrailing();
    int line = lines.lastIndexOf('\n');
    String last = line < 0 ? "" : Wrapping.strip(lines.substring(line));
    return !last.isEmpty()
        && !PROSE.matcher(last).find()
        && !last.equals(answer)
        && readable.test(last);
  }

  /**
   * Adds what belongs to the answer outside of the box: a value, a base, a unit or an alternative.
   */
  private static String continued(
      String text, int start, String answer, String rest, Predicate<String> readable) {
    Matcher equal = EQUAL.matcher(rest);
    if (equal.lookingAt()) {
      Matcher or = ALTERNATIVE.matcher(rest.substring(equal.end()));
      String values = answer + " " + equal.group(1) + " " + equal.group(2);
      return or.lookingAt() ? values + " or " + other(or) : values;
    }
    Matcher base = BASE.matcher(rest);
    if (base.lookingAt()) {
      return answer + "_{" + base.group(1) + "}";
    }
    Matcher alternative = ALTERNATIVE.matcher(rest);
    if (alternative.lookingAt()) {
      return answer + " or " + other(alternative);
    }
    Matcher currency = CURRENCY.matcher(text.substring(Math.max(0, start - 5), start));
    if (currency.find()) {
      return currency.group(1) + answer;
    }
    Matcher unit = UNIT.matcher(rest);
    if (unit.lookingAt() && isUnit(unit.group(3), unit.group(1) != null)) {
      String power =
          unit.group(4) != null ? "^" + unit.group(4) : unit.group(5) == null ? "" : unit.group(5);
      String size = unit.group(2) == null ? "" : unit.group(2);
      String more = unit.group(6) == null ? "" : unit.group(6);
      String amount = answer + "\\text{ " + size + unit.group(3) + "}" + power + more;
      return more.isEmpty() && !readable.test(amount) ? answer : amount;
    }
    return answer;
  }

  private static String other(Matcher alternative) {
    return Wrapping.strip(
        alternative.group(1) == null ? alternative.group(2) : alternative.group(1));
  }

  private static boolean isUnit(String word, boolean inText) {
    boolean sign = !Character.isLetter(word.charAt(0));
    boolean known = Units.isUnit(word) && !word.equals("in");
    return sign || known || Units.isUnitLetter(word) || (inText && Units.isUnit(word));
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
