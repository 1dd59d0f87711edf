package io.jackpot.answers;

import java.util.regex.Pattern;

/**
 * What stands before and after a box: {@code x = \boxed{27}\text{ cm}} is an answer, {@code 10 +
 * \boxed{27}} is not. Within a formula only what is known to leave the box as it is may stand
 * beside it; in a sentence anything may but what is known to change it.
 */
final class BoxContext {
  private static final int WINDOW = 120;
  private static final int PARAGRAPH = 2_000;

  /** White space, sizes, typefaces, and what else is only to be seen. */
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

  /** What a formula may have before a box. */
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

  /** What it may have after one. */
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

  /** What makes a box part of something in a sentence, before it: at once, or after space. */
  private static final Pattern SENTENCE_BEFORE =
      Pattern.compile(
          "(?:[\\d)\\]}√]|\\d\\.|(?<!\\\\)%|\\\\(?:sout|x?cancel|h?phantom)\\{|(?<![A-Za-z\\\\])[A-Za-z]|[-−]|"
              + OPERATORS
              + "\\{?"
              + "|(?:[\\^_]|\\\\sqrt(?:\\[\\w+\\])?|\\\\[dt]?frac(?:\\{[^{}]*\\})?)\\{)$"
              + "|(?:\\+/-|(?:^|\\n)\\s*(?:\\d+|[<–~])|[+/^_×·÷±≤≥≠]|[\\d)}$][^\\S\\n]*[-−*]|(?:^|[\\s$(])[\\w)}$]+\\s?[<>]|"
              + OPERATORS
              + ")\\s*$");

  /** The same after it. */
  private static final Pattern SENTENCE_AFTER =
      Pattern.compile(
          "\\d|[A-Za-z](?![A-Za-z])|[²³]|[–:]\\d|[(\\[√]|[-−](?=[\\d\\\\(]|[A-Za-z](?![A-Za-z]))"
              + "|\\s*(?:\\^(?!\\{?\\s*(?:\\\\circ|°))|[/+×·÷±<>≤≥≠](?=\\s*[\\w\\\\($])"
              + "|\\*(?!\\*)(?=\\s*[\\d\\\\(])|[-−]\\s*[\\d\\\\(]|"
              + OPERATORS
              + "(?![A-Za-z]))"
              + "|\\.\\d|(?:,|\\{,\\})\\s?-?\\d");

  /** Between a box and the words of the sentence. */
  static final String CLOSE = "(?:[\\s$)\\]}*]|\\\\[)\\],;:! ])*+";

  private static final String NAME = "(?:[A-Za-z]\\w?(?:_\\w)?\\s*=\\s*)?";

  /** Words that make one number of a box and what follows, and further answers. */
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

  /** The same before it. */
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
   * @param start of the box, or of the first of several
   * @param end behind its closing brace
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

  /** Whether the place is between delimiters of a formula. */
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
