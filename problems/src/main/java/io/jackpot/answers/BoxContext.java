package io.jackpot.answers;

import java.util.regex.Pattern;

/**
 * Decides by its context whether a box is an answer: {@code x = \boxed{27}\text{ cm}} is one,
 * {@code 10 + \boxed{27}} is not. In a formula, only text that is known not to alter the box may
 * stand beside it; in a sentence, any text except what is known to alter it.
 */
final class BoxContext {
  private static final int WINDOW = 120;
  private static final int PARAGRAPH = 2_000;

  /** White space, sizes, typefaces and other commands for appearance. */
  private static final String SPACE =
      "(?:[\\s~&]|\\\\[,;:! ]|\\\\(?:displaystyle|left|right|big|[Ll]arge|LARGE|[Hh]uge|bf|rm|hfill"
          + "|nonumber|notag|hline|qedhere|bullet|star)(?![A-Za-z])|\\\\(?:[hv]space|phantom)\\{[^{}]*\\})*+";

  private static final String LETTERS = "\\\\(?:text\\w*|mathrm|mathbf|mbox|operatorname)\\{";
  private static final String BOX = "\\\\f?box(?:ed)?\\{";
  private static final String ARROWS =
      "(?:(?:[Ll]ong)?(?:[Rr]ight|[Ll]eftright)arrow|implies|leadsto|iff|to|therefore|because|q?quad"
          + "|approx|equiv)(?![A-Za-z])";
  private static final String OPERATORS =
      "\\\\(?:times|cdot|div|pm|mp|sqrt|[dt]?frac|binom|sin|cos|tan|cot|sec|csc|log|ln|lg|exp|leq?"
          + "|geq?|lt|gt|neq?|not|cup|cap|setminus|ast|pi|theta|alpha|beta|infty|[pb]?mod)";

  /** Text that may precede a box in a formula. */
  private static final Pattern FORMULA_BEFORE =
      Pattern.compile(
          "(?:^|\\$|\\\\[(\\[]|(?<!\\\\not|[!<>])=|[:≈→⇒∴]|(?<!\\d)[.;]|\\\\\\\\(?:\\[\\w+\\])?|\\\\in|\\\\"
              + ARROWS
              + "|\\\\(?:begin|end|tag|label)\\{[^{}]*\\}(?:\\{[^{}]*\\})?"
              + "|(?:"
              + LETTERS
              + "|"
              + BOX
              + ")[^{}]*[\\w:][^{}]*\\}"
              + "|(?:^|[=\\s$\\[(]|\\\\(?:text\\w*|math\\w+|boldsymbol|bm|(?:text)?color\\{\\w+\\}|underline|f?box(?:ed)?))\\{)"
              + SPACE
              + "$");

  /** Text that may follow a box in a formula. */
  private static final Pattern FORMULA_AFTER =
      Pattern.compile(
          SPACE
              + "[})]*+"
              + SPACE
              + "(?:$|\\$|\\\\[)\\]$]|[°=:;?≈]|\\.(?!\\d)"
              + "|\\\\?%(?="
              + SPACE
              + "(?:$|\\$|\\\\[)\\]]|[.,;]))"
              + "|,(?="
              + SPACE
              + "(?:$|\\$|\\\\[)\\]]|\\\\(?:text|q?quad|end)))"
              + "|\\^\\{?\\s*(?:\\\\circ|°)|_|\\\\\\\\|"
              + LETTERS
              + "|\\\\(?:end|tag|label|qed|(?:black)?square|pmod|degree|checkmark|q?quad(?!\\s*-?\\d)|approx|because)(?![A-Za-z]))");

  /** Text before a box in a sentence that makes it part of something larger. */
  private static final Pattern SENTENCE_BEFORE =
      Pattern.compile(
          "(?:[\\d)\\]}√]|\\d\\.|(?<!\\\\)%|\\\\(?:sout|x?cancel|h?phantom)\\{|(?<![A-Za-z\\\\])[A-Za-z]|[-−]|"
              + OPERATORS
              + "\\{?"
              + "|(?:[\\^_]|\\\\sqrt(?:\\[\\w+\\])?|\\\\[dt]?frac(?:\\{[^{}]*\\})?)\\{)$"
              + "|(?:\\+/-|(?:^|\\n)\\s*(?:\\d+|[<–~])|[+/^_×·÷±≤≥≠]|[\\d)}$][^\\S\\n]*[-−*]|(?:^|[\\s$(])[\\w)}$]+\\s?[<>]|"
              + OPERATORS
              + ")\\s*$");

  /** Text after a box in a sentence that makes it part of something larger. */
  private static final Pattern SENTENCE_AFTER =
      Pattern.compile(
          "\\d|[A-Za-z](?![A-Za-z])|[²³]|[–:]\\d|[(\\[√]|[-−](?=[\\d\\\\(]|[A-Za-z](?![A-Za-z]))"
              + "|\\s*(?:\\^(?!\\{?\\s*(?:\\\\circ|°))|[/+×·÷±<>≤≥≠](?=\\s*[\\w\\\\($])"
              + "|\\*(?!\\*)(?=\\s*[\\d\\\\(])|[-−]\\s*[\\d\\\\(]|"
              + OPERATORS
              + "(?![A-Za-z]))"
              + "|\\.\\d|(?:,|\\{,\\})\\s?-?\\d");

  /** Characters between a box and the words of the sentence. */
  static final String CLOSE = "(?:[\\s$)\\]}*]|\\\\[)\\],;:! ])*+";

  private static final String NAME = "(?:[A-Za-z]\\w?(?:_\\w)?\\s*=\\s*)?";

  /** Words after a box that continue its number, or add an answer. */
  private static final Pattern GOES_ON =
      Pattern.compile(
          CLOSE
              + "(?:"
              + LETTERS
              + "\\s*)?(?:(?:and\\b\\s*\\}?|,)[\\s$(\\[]*(?:[a-z]\\s*(?:[<>≤≥]|\\\\(?:le|ge|ne))|\\\\[dt]?frac|"
              + NAME
              + "-?\\d)"
              + "|(?:and\\s+a(?:\\s+half|nother)|hundred|thousand|million|billion|trillion|dozen|lakh|crore|gross|k"
              + "|(?:th|rd|nd)\\s+root|halves|factorial|over\\s+\\d|to\\s+the|(?:less|more)\\s+than|remainder|divides"
              + "|squared|cubed|times|plus|minus|divided|multiplied|percent\\s+of|to\\s+\\$?\\d)\\b)",
          Pattern.CASE_INSENSITIVE);

  /** Words before a box that begin its number, or another answer. */
  private static final Pattern BEGUN =
      Pattern.compile(
          "(?:\\b(?:minus|negative|plus|times|twice|thrice|half(?:\\s+of)?|double|triple|root\\s+of"
              + "|(?:more|less|fewer|greater|larger|smaller)\\s+than|between|multiples?\\s+of|except"
              + "|(?:square|cube|reciprocal|negative|inverse)\\s+of|without|but|over|up\\s+to|mod(?:ulo)?"
              + "|(?:divided|multiplied|divisible)\\s+by)"
              + "|\\$-?\\d+(?:\\$,|\\\\q?quad)|\\(y,\\s?x\\)\\s*=|\\d[\\s$)\\]\\\\,]*(?:"
              + LETTERS
              + ")?\\s*\\b(?:or|and)\\b\\s*\\}?)[\\s$(\\[\\\\}]*"
              + NAME
              + "$",
          Pattern.CASE_INSENSITIVE);

  private static final Pattern LAST_TEXT =
      Pattern.compile("(?:" + LETTERS + "|" + BOX + ")[^{}]*\\}\\s*$");

  private BoxContext() {}

  /**
   * Whether the boxes between two indices are the answer of the text.
   *
   * @param start the beginning of the first box
   * @param end the index after the closing brace of the last box
   */
  static boolean isAnswer(String text, int start, int end) {
    String before = text.substring(Math.max(0, start - WINDOW), start);
    String after = text.substring(end, Math.min(text.length(), end + WINDOW));
    if (Denials.isNotNext(before)
        || Denials.isNotAfterwards(after)
        || Denials.isHypothesis(before)
        || BEGUN.matcher(before).find()
        || GOES_ON.matcher(after).lookingAt()) {
      return false;
    }
    return isFormula(text, start, end)
        ? FORMULA_BEFORE.matcher(before).find() && FORMULA_AFTER.matcher(after).lookingAt()
        : !SENTENCE_BEFORE.matcher(LAST_TEXT.matcher(before).replaceFirst(" ")).find()
            && !SENTENCE_AFTER.matcher(after).lookingAt();
  }

  /** Whether a box is inside a formula. */
  private static boolean isFormula(String text, int start, int end) {
    String open = "";
    for (int i = Math.max(Math.max(0, start - PARAGRAPH), text.lastIndexOf("\n\n", start));
        i < start;
        i++) {
      if (text.charAt(i) == '\\') {
        i++;
        open =
            switch (text.charAt(i)) {
              case '(', '[' -> "\\";
              case ')', ']' -> "";
              case 'b' -> text.startsWith("begin{", i) ? "\\" : open;
              case 'e' -> text.startsWith("end{", i) ? "" : open;
              default -> open;
            };
      } else if (text.charAt(i) == '$') {
        String dollars = text.startsWith("$$", i) ? "$$" : "$";
        i += dollars.length() - 1;
        open = open.isEmpty() ? dollars : "";
      }
    }
    // A dollar sign that nothing closes on its line is money.
    int line = text.indexOf('\n', end);
    String rest = text.substring(end, line < 0 ? text.length() : line);
    return open.equals("$") ? rest.indexOf('$') >= 0 : !open.isEmpty();
  }
}
