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
      Pattern.compile("(?:[\\s~&]|" + APPEARANCE + "|[})\\]]|\\*{1,3}(?!\\s*[\\w\\\\(]))*+");
  private static final Pattern NOT =
      Pattern.compile(
          "(?:\\bnot|n['’]t|\\\\(?:l?not|neg))[\\s:*_{}$=(\\[]*(?:\\\\[(\\[]\\s*)?$",
          Pattern.CASE_INSENSITIVE);
  private static final Pattern OPENED = Pattern.compile("(?:\\${1,2}|\\\\[(\\[])$");
  private static final Pattern CLOSED = Pattern.compile("\\${1,2}|\\\\[)\\]]");
  private static final Pattern COMMAND_BEFORE =
      Pattern.compile("\\\\([A-Za-z]+)\\*?(?:\\[[^\\]]*\\])?((?:" + GROUP + ")*)$");
  private static final Pattern COMMAND_AFTER = Pattern.compile("\\\\([A-Za-z]+|[{}])");
  private static final Pattern LETTERS_BEFORE = Pattern.compile("(?<![\\\\A-Za-z])[A-Za-z]+$");
  private static final Pattern LETTERS_AFTER = Pattern.compile("[A-Za-z]+");

  /** A digit and a separator, which continue in a box that follows at once. */
  private static final Pattern NUMBER_BEFORE = Pattern.compile("\\d[.,:]$");

  private static final Pattern NUMBER_AFTER = Pattern.compile("(?:\\{?[.,:]\\}?)?\\d");
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
  private static final Pattern LETTER_AFTER = Pattern.compile("[A-Za-z](?![A-Za-z])");
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
    if (command.find()) {
      return lead.startsWith("{") || joinsBefore(command, before.substring(0, command.start()));
    }
    if (before.endsWith("\\{") || (formula && ITEM_BEFORE.matcher(before).find())) {
      return true;
    }
    boolean attached = lead.isEmpty() || !Character.isWhitespace(lead.charAt(0));
    if (attached && NUMBER_BEFORE.matcher(before).find()) {
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
        || joins(String.valueOf(last))
        || INEQUALITY_BEFORE.matcher(before).find();
  }

  private static boolean joinsBefore(Matcher command, String before) {
    String name = command.group(1);
    String sign = String.valueOf(Lexicon.sign(name));
    String argument = command.group(2);
    if (Lexicon.TEXT.contains(name) && !argument.isEmpty()) {
      return SIGN_IN_SENTENCE_BEFORE.matcher(argument.substring(1, argument.length() - 1)).find();
    }
    boolean bullet = sign.equals("*") && OPENED.matcher(before).find();
    return !bullet && (joins(name) || sign.equals("mod"));
  }

  private static boolean touchesAfter(String text, boolean formula) {
    String trail = trail(text);
    String after = text.substring(trail.length());
    Matcher closed = CLOSED.matcher(after);
    if (formula && closed.lookingAt()) {
      return LETTER_AFTER.matcher(after.substring(closed.end())).lookingAt()
          || SIGN_IN_SENTENCE_AFTER.matcher(after.substring(closed.end())).lookingAt();
    }
    if (after.isEmpty() || after.startsWith("\\\\") || DEGREES.matcher(after).lookingAt()) {
      return false;
    }
    boolean attached = trail.isEmpty() || !Character.isWhitespace(trail.charAt(0));
    if ((attached && NUMBER_AFTER.matcher(after).lookingAt())
        || (formula && ITEM_AFTER.matcher(after).lookingAt())) {
      return true;
    }
    Matcher command = COMMAND_AFTER.matcher(after);
    if (command.lookingAt()) {
      String name = command.group(1);
      return trail.indexOf('\n') < 0 && (joins(name) || "→".equals(Lexicon.sign(name)));
    }
    if (!formula) {
      return after.startsWith("==")
          || (attached && FACTOR_IN_SENTENCE_AFTER.matcher(after).lookingAt())
          || SIGN_IN_SENTENCE_AFTER.matcher(trail.endsWith("\n") ? "" : after).lookingAt();
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
