package io.jackpot.answers;

import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Decides whether a box is part of something larger. Only what touches it counts: an operator, a
 * relation other than equality, a factor, a digit, an index, the argument of a command, or a "not".
 * Text and white space do not touch a box in a sentence; white space in a formula separates
 * nothing.
 */
final class BoxContext {
  private static final int WINDOW = 120;
  private static final int PARAGRAPH = 2_000;

  /** Signs that join a box to what stands on their other side; see {@link Lexicon#sign}. */
  private static final Set<String> OPERATORS =
      Lexicon.words(
          "frac binom sqrt * / - + ± ∓ ≤ ≥ < > ≠ ∪ ∩ ∖ | ⌊ ⌈ ^ _ ! '",
          "\\{ \\} \\bmod \\choose \\over");

  /** Signs that may stand before a box, and after one, without a part in its value. */
  private static final Set<String> BEFORE = Lexicon.words("= ≈ ≡ ∈ → : , ; and or £ €");

  private static final Set<String> AFTER = Lexicon.words("= ≈ mod : , ; and or % ° £ €");

  /** Commands that are no mathematics: layout, and the end of a proof. */
  private static final Set<String> LAYOUT =
      Lexicon.words(
          "begin end item par noindent centering newline linebreak nonumber notag label hfill",
          "footnote qed qedhere blacksquare square Box checkmark therefore because");

  /** Operators that begin a formula of its own. */
  private static final Set<String> PREFIXES = Lexicon.words("frac binom sqrt | ⌊ ⌈ \\\\{ \\\\}");

  private static final String PROOF = "∎∴∵";
  private static final String SIGNS = "/^×·÷±∓<≤≥≠√∪∩∖";
  private static final String APPEARANCE =
      "\\\\[,;:! ]|\\\\(?!q?quad)(?:" + String.join("|", Lexicon.IGNORED) + ")(?![A-Za-z])";
  private static final String GROUP = "\\{[^{}]*(?:\\{[^{}]*\\}[^{}]*)*\\}";
  private static final String TEXT =
      "\\\\(?:" + String.join("|", Lexicon.TEXT) + "|boxed|fbox)\\s*\\{";

  /** Appearance, emphasis, and the beginnings of groups and brackets around a box. */
  private static final Pattern LEAD =
      Pattern.compile(
          "(?:[\\s~&]|"
              + APPEARANCE
              + "|\\\\(?:"
              + String.join("|", Lexicon.INVISIBLE)
              + ")"
              + GROUP
              + "|"
              + TEXT
              + "\\s*\\}|"
              + TEXT
              + "|(?<!\\\\)[{(\\[]|(?:\\*{1,3}|_{1,2})(?=[^\\s*_])|<\\w{1,10}>)*+$");

  private static final Pattern TRAIL =
      Pattern.compile(
          "(?:[\\s~&]|"
              + APPEARANCE
              + "|\\\\(?:"
              + String.join("|", Lexicon.INVISIBLE)
              + ")"
              + GROUP
              + "|[})\\]]|\\*{1,3}(?!\\s*[\\w\\\\(]))*+");
  private static final Pattern NOT =
      Pattern.compile(
          "(?:\\bnot|n['’]t|\\\\(?:l?not|neg))[\\s:*_{}$=(\\[]*(?:\\\\[(\\[]\\s*)?$",
          Pattern.CASE_INSENSITIVE);

  /** A formula that ends in a factor, before a box outside of it. */
  private static final Pattern FORMULA_BEFORE =
      Pattern.compile("(?:\\d|[)\\]}]|(?<![A-Za-z\\\\])[A-Za-z])\\$$");

  private static final Pattern OPENED = Pattern.compile("(?:\\${1,2}|\\\\[(\\[])$");
  private static final Pattern CLOSED = Pattern.compile("\\${1,2}|\\\\[)\\]]");
  private static final Pattern COMMAND_BEFORE =
      Pattern.compile("\\\\([A-Za-z]+)\\*?(?:\\[[^\\]]*\\])?((?:" + GROUP + ")*)$");
  private static final Pattern COMMAND_AFTER = Pattern.compile("\\\\([A-Za-z]+|[{}])");
  private static final Pattern LETTERS_BEFORE = Pattern.compile("(?<![\\\\A-Za-z])[A-Za-z]+$");
  private static final Pattern LETTERS_AFTER = Pattern.compile("[A-Za-z]+");

  /** A digit and a separator, which continue in a box that follows at once. */
  private static final Pattern NUMBER_BEFORE = Pattern.compile("\\d[.,:]$");

  private static final Pattern NUMBER_AFTER =
      Pattern.compile("(?:\\{?[.,:]\\}?)?(?:\\d|\\\\(?:overline|bar|dot)(?![A-Za-z]))");

  /** What continues a formula after a box: dots, or a colon and an operand. */
  private static final Pattern CONTINUED =
      Pattern.compile("\\.\\.|(?::|\\\\colon(?![A-Za-z]))(?:\\s|" + APPEARANCE + ")*[\\w\\\\({]");

  private static final Pattern QUADS = Pattern.compile("(?:\\\\q?quad(?![A-Za-z])\\s*)+");

  /** The argument of a command for text if it begins with an operator or digit, or is a letter. */
  private static final Pattern OPERAND_IN_TEXT =
      Pattern.compile(
          "\\s*\\{?[\\s~]*(?:[-+*/^]|\\d|[A-Za-z](?=[\\s~]*(?:\\}|$)|\\W*$)).*", Pattern.DOTALL);

  private static final Pattern ROW_BEFORE = Pattern.compile("\\\\\\\\(?:\\[\\w+\\])?$");
  private static final Pattern INEQUALITY_BEFORE = Pattern.compile("[<>]=$");

  /** A separator of a list in a formula. */
  private static final Pattern ITEM_BEFORE = Pattern.compile("[\\w)}\\]]\\s*(?:[,;]|\\\\&)$");

  private static final Pattern ITEM_AFTER =
      Pattern.compile(
          "(?:(?:[,;]|\\\\&)(?:[\\s~]|\\\\[,;:! ])*|\\\\q?quad\\s*)(?:-?\\s*\\d|[A-Za-z](?![A-Za-z])|\\\\[dt]?frac)");

  private static final Pattern DEGREES = Pattern.compile("\\^\\{?\\s*(?:\\\\circ|°)");
  private static final Pattern REMARK = Pattern.compile("\\(\\s*\\\\?[A-Za-z]{3,}");

  private static final String OPERAND = "(?:[\\d)\\]}$]|(?<![A-Za-z\\\\])[A-Za-z])";

  /** Signs before a box in a sentence. A hyphen or star may be a bullet, and > a quotation. */
  private static final Pattern SIGN_IN_SENTENCE_BEFORE =
      Pattern.compile(
          "(?:[-−]|(?:\\+/-|−|["
              + SIGNS
              + "])\\s*|"
              + OPERAND
              + "[^\\S\\n]*(?<![-=])[-–+*>][^\\S\\n]*|(?:^|\\n)\\s*(?:\\d+|[–~])[^\\S\\n]+)$");

  private static final Pattern SIGN_IN_SENTENCE_AFTER =
      Pattern.compile(
          "[^\\S\\n]*(?:\\^|["
              + SIGNS
              + "+>]\\s*(?:[\\d\\\\($]|[A-Za-z](?![A-Za-z]))|[-−–*](?!\\*)[^\\S\\n]*(?:[\\d\\\\(]|[A-Za-z](?![A-Za-z])))");

  /** A line that ends, and emphasis that begins the next one. */
  private static final Pattern NEW_LINE = Pattern.compile("\\n\\**$");

  private static final Pattern FACTOR_IN_SENTENCE_AFTER =
      Pattern.compile("[A-Za-z](?![A-Za-z])|[²³√]|[(\\[]\\s*-?(?:[\\d\\\\]|[A-Za-z](?![A-Za-z]))");

  private BoxContext() {}

  /** Whether a "not" is attached to a box that begins at an index. */
  static boolean isDenied(String text, int start) {
    return NOT.matcher(text.substring(Math.max(0, start - WINDOW), start)).find();
  }

  /**
   * Whether the boxes between two indices are part of something larger.
   *
   * @param start the beginning of the first box
   * @param end the index after the last box, and after a unit that belongs to it
   */
  static boolean isPart(String text, int start, int end) {
    String before = text.substring(Math.max(0, start - WINDOW), start);
    String after = text.substring(end, Math.min(text.length(), end + WINDOW));
    boolean formula = isFormula(text, start, end);
    String lead = lead(before);
    String trail = trail(after);
    if (formula && brackets(lead, "([") != brackets(trail, ")]")) {
      return true;
    }
    return touchesBefore(before, formula) || touchesAfter(after, formula);
  }

  private static String lead(String before) {
    Matcher lead = LEAD.matcher(before);
    return lead.find() ? lead.group() : "";
  }

  private static String trail(String after) {
    Matcher trail = TRAIL.matcher(after);
    return trail.lookingAt() ? trail.group() : "";
  }

  private static long brackets(String text, String kinds) {
    return text.chars().filter(c -> kinds.indexOf(c) >= 0).count();
  }

  private static boolean touchesBefore(String text, boolean formula) {
    String lead = lead(text);
    String before = text.substring(0, text.length() - lead.length());
    Matcher opened = OPENED.matcher(before);
    if (formula && opened.find()) {
      return touchesBefore(before.substring(0, opened.start()), false);
    }
    if (before.isEmpty() || ROW_BEFORE.matcher(before).find()) {
      return false;
    }
    char last = before.charAt(before.length() - 1);
    Matcher command = COMMAND_BEFORE.matcher(before);
    boolean attached = lead.isEmpty() || !Character.isWhitespace(lead.charAt(0));
    if (command.find()) {
      String earlier = before.substring(0, command.start());
      return lead.startsWith("{") || joinsBefore(command, earlier, formula, attached);
    }
    if (before.endsWith("\\{") || (formula && ITEM_BEFORE.matcher(before).find())) {
      return true;
    }
    if (attached && (NUMBER_BEFORE.matcher(before).find() || isUnknownSign(last, BEFORE))) {
      return true;
    }
    if (!formula && attached && last == '$' && FORMULA_BEFORE.matcher(before).find()) {
      return true;
    }
    if (!formula) {
      Matcher letters = LETTERS_BEFORE.matcher(before);
      boolean factor =
          Character.isDigit(last)
              || ")]}".indexOf(last) >= 0
              || (letters.find() && letters.group().length() == 1);
      return (attached && factor) || SIGN_IN_SENTENCE_BEFORE.matcher(before + lead).find();
    }
    if (isLatin(last)) {
      Matcher letters = LETTERS_BEFORE.matcher(before);
      return letters.find() && !isWord(letters.group());
    }
    return Character.isDigit(last)
        || ")]}".indexOf(last) >= 0
        || (last == '.' && attached)
        || isUnknownSign(last, BEFORE)
        || joins(String.valueOf(last))
        || INEQUALITY_BEFORE.matcher(before).find();
  }

  private static boolean joinsBefore(
      Matcher command, String before, boolean formula, boolean attached) {
    String name = command.group(1);
    String sign = String.valueOf(Lexicon.sign(name));
    String argument = command.group(2);
    if (Lexicon.TEXT.contains(name) && !argument.isEmpty()) {
      return (formula && OPERAND_IN_TEXT.matcher(argument).matches())
          || SIGN_IN_SENTENCE_BEFORE.matcher(argument.substring(1, argument.length() - 1)).find();
    }
    boolean bullet = (sign.equals("*") || name.equals("star")) && OPENED.matcher(before).find();
    boolean touches = formula || (attached && argument.isEmpty());
    boolean arrow = name.endsWith("arrow") || name.equals("leadsto");
    return !bullet
        && !arrow
        && (joins(name) || sign.equals("mod") || (touches && !standsApart(name, BEFORE)));
  }

  private static boolean touchesAfter(String text, boolean formula) {
    String trail = trail(text);
    String after = text.substring(trail.length());
    Matcher closed = CLOSED.matcher(after);
    if (formula && closed.lookingAt()) {
      return touchesAfter(after.substring(closed.end()), false);
    }
    if (after.isEmpty() || after.startsWith("\\\\") || DEGREES.matcher(after).lookingAt()) {
      return false;
    }
    boolean attached = trail.isEmpty() || !Character.isWhitespace(trail.charAt(0));
    if ((attached && NUMBER_AFTER.matcher(after).lookingAt())
        || (formula && ITEM_AFTER.matcher(after).lookingAt())
        || (formula && CONTINUED.matcher(after).lookingAt())) {
      return true;
    }
    Matcher quads = QUADS.matcher(after);
    if (formula && quads.lookingAt()) {
      return SIGN_IN_SENTENCE_AFTER.matcher(after.substring(quads.end())).lookingAt()
          || startsWithOperator(after.substring(quads.end()));
    }
    if (!formula && closed.lookingAt()) {
      String next = after.substring(closed.end());
      return trail.indexOf('\n') < 0 && startsWithOperator(next);
    }
    Matcher command = COMMAND_AFTER.matcher(after);
    if (command.lookingAt()) {
      String name = command.group(1);
      if (!formula && trail.indexOf('\n') >= 0) {
        return false;
      }
      boolean touches = formula || attached;
      if (touches && Lexicon.TEXT.contains(name)) {
        return OPERAND_IN_TEXT.matcher(after.substring(command.end())).matches();
      }
      return joins(name)
          || "→".equals(Lexicon.sign(name))
          || (touches && !standsApart(name, AFTER));
    }
    if ((formula || attached) && isUnknownSign(after.charAt(0), AFTER)) {
      return true;
    }
    if (!formula) {
      return after.startsWith("==")
          || (attached && FACTOR_IN_SENTENCE_AFTER.matcher(after).lookingAt())
          || (!NEW_LINE.matcher(trail).find() && SIGN_IN_SENTENCE_AFTER.matcher(after).lookingAt());
    }
    char first = after.charAt(0);
    if (isLatin(first)) {
      Matcher letters = LETTERS_AFTER.matcher(after);
      return letters.lookingAt() && !isWord(letters.group());
    }
    return Character.isDigit(first)
        || after.startsWith("==")
        || ((first == '(' || first == '[') && !REMARK.matcher(after).lookingAt())
        || (first != '_' && joins(String.valueOf(first)));
  }

  /** Whether a text begins with an operator that takes what is before it. */
  private static boolean startsWithOperator(String text) {
    Matcher command = COMMAND_AFTER.matcher(text);
    if (!command.lookingAt()) {
      return SIGN_IN_SENTENCE_AFTER.matcher(text).lookingAt();
    }
    String sign = String.valueOf(Lexicon.sign(command.group(1)));
    return OPERATORS.contains(sign) && !PREFIXES.contains(sign);
  }

  /** Whether a command beside a box has no part in its value. */
  private static boolean standsApart(String name, Set<String> signs) {
    return LAYOUT.contains(name)
        || Lexicon.IGNORED.contains(name)
        || Lexicon.INVISIBLE.contains(name)
        || Lexicon.TEXT.contains(name)
        || signs.contains(String.valueOf(Lexicon.sign(name)));
  }

  /** Whether a character is a mathematical sign beyond ASCII that no value can stand beside. */
  private static boolean isUnknownSign(char c, Set<String> signs) {
    String sign = String.valueOf(Lexicon.sign(String.valueOf(c)));
    return c > 127
        && Character.getType(c) == Character.MATH_SYMBOL
        && PROOF.indexOf(c) < 0
        && !sign.equals("→")
        && !signs.contains(sign);
  }

  /** Whether a command or character is an operator, a function or a symbol. */
  private static boolean joins(String name) {
    String sign = Lexicon.sign(name);
    return OPERATORS.contains("\\" + name)
        || (sign != null
            ? OPERATORS.contains(sign)
            : Lexicon.symbol(name) != null
                || Lexicon.function(name) != null
                || Lexicon.ACCENTS.contains(name));
  }

  private static boolean isWord(String letters) {
    return Lexicon.isWord(letters) || Lexicon.sign(letters) != null;
  }

  private static boolean isLatin(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
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
