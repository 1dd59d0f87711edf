package io.jackpot.answers;

import static io.jackpot.answers.AnswerToken.Kind.FUNCTION;
import static io.jackpot.answers.AnswerToken.Kind.NUMBER;
import static io.jackpot.answers.AnswerToken.Kind.SIGN;
import static io.jackpot.answers.AnswerToken.Kind.SYMBOL;
import static io.jackpot.answers.AnswerToken.Kind.WORD;

import io.jackpot.math.MathException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Splits an answer in LaTeX, in plain text or in a mixture of both into tokens. */
final class AnswerLexer {
  private static final int MOST_TOKENS = 1_000;
  private static final int DEEPEST_TEXT = 8;
  private static final Pattern ROW_SPACE =
      Pattern.compile("\\s?\\[-?[\\d.]{1,6}\\s?(?:pt|em|ex|mm|cm)]");
  private static final String SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿ";
  private static final String SUBSCRIPTS = "₀₁₂₃₄₅₆₇₈₉₊₋ₙ";
  private static final String SCRIPT_VALUES = "0123456789+-n";
  private static final String VULGAR = "½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞";
  private static final String VULGAR_VALUES = "121323143415253545165618385878";
  private static final String[] LONG_SIGNS = {
    "+/-", "**", "<=", ">=", "!=", "==", "=<", "=>", "->"
  };
  private static final String[] THEIR_NAMES = {"±", "^", "≤", "≥", "≠", "=", "≤", "→", "→"};

  private final String text;
  private final boolean inText;
  private final int textDepth;
  private final List<AnswerToken> tokens;
  private int at;
  private int brackets;
  private boolean spaced;
  private boolean vector;
  private boolean crossed;

  private AnswerLexer(String text, boolean inText, int textDepth, List<AnswerToken> tokens) {
    this.text = text;
    this.inText = inText;
    this.textDepth = textDepth;
    this.tokens = tokens;
  }

  /**
   * All tokens of an answer; the last is the end.
   *
   * @throws MathException if a character or command is unknown, or there are too many tokens
   */
  static List<AnswerToken> tokens(String text) {
    List<AnswerToken> tokens = new ArrayList<>();
    new AnswerLexer(text, false, 0, tokens).run();
    tokens.add(new AnswerToken(AnswerToken.Kind.END, "", true));
    return tokens;
  }

  private void run() {
    while (at < text.length()) {
      char c = text.charAt(at);
      if (Character.isWhitespace(c) || Character.isSpaceChar(c) || c == '~' || c == '\u200b') {
        at++;
        spaced = true;
      } else if (isDigit(at) || (c == '.' && startsNumber(at + 1))) {
        NumberLexer number = new NumberLexer(text, at, brackets > 0);
        at = number.end();
        add(NUMBER, number.text());
      } else if (c == '.' && inText) {
        at++; // After an abbreviation or a word.
      } else if (c == '\\') {
        command();
      } else if (isLatin(c)) {
        letters();
      } else {
        other(c);
      }
    }
  }

  private boolean startsNumber(int i) {
    return isDigit(i) || text.startsWith("\\overline{", i) || text.startsWith("\\bar{", i);
  }

  private boolean isDigit(int i) {
    return i < text.length() && Character.digit(text.charAt(i), 10) >= 0;
  }

  private static boolean isLatin(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }

  private void add(AnswerToken.Kind kind, String what) {
    if (tokens.size() >= MOST_TOKENS) {
      throw new MathException("too long");
    }
    tokens.add(new AnswerToken(kind, what, spaced));
    spaced = false;
    if (kind == SIGN) {
      switch (what) {
        case "(", "[", "\\{" -> brackets++;
        case ")", "]", "\\}" -> brackets--;
        default -> {}
      }
    }
  }

  private void command() {
    int start = ++at;
    while (at < text.length() && isLatin(text.charAt(at))) {
      at++;
    }
    if (at == start) {
      punctuation();
      return;
    }
    String name = text.substring(start, at);
    if (Lexicon.IGNORED.contains(name)) {
      boolean bracket = name.equals("left") || name.equals("right");
      if (bracket && at < text.length() && text.charAt(at) == '.') {
        at++;
      }
      spaced |= name.contains("quad") || name.contains("space");
    } else if (Lexicon.INVISIBLE.contains(name)) {
      argument();
    } else if (Lexicon.TEXT.contains(name)) {
      int before = tokens.size();
      textArgument(name);
      if (Lexicon.BOLD.contains(name) && tokens.size() == before + 1) {
        vector(tokens.getLast().is(SYMBOL));
      }
    } else if (name.equals("begin") || name.equals("end")) {
      add(SIGN, name + " " + argument());
    } else if (name.equals("not")) {
      skipSpace();
      if (at < text.length() && text.charAt(at) == '=') {
        at++;
        add(SIGN, "≠");
      } else {
        throw new MathException("\\not");
      }
    } else if (Lexicon.sign(name) != null) {
      crossed |= vector && name.equals("times");
      add(SIGN, String.valueOf(Lexicon.sign(name)));
    } else if (Lexicon.symbol(name) != null) {
      add(SYMBOL, String.valueOf(Lexicon.symbol(name)));
    } else if (Lexicon.ACCENTS.contains(name)) {
      vector(Lexicon.VECTORS.contains(name));
      add(SIGN, "accent " + name);
    } else if (Lexicon.function(name) != null) {
      add(FUNCTION, String.valueOf(Lexicon.function(name)));
    } else {
      throw new MathException("\\" + name + ": unknown");
    }
  }

  /** Notes a vector. The cross product of two of them is not the product of numbers. */
  private void vector(boolean isVector) {
    if (isVector && crossed) {
      throw new MathException("a cross product");
    }
    vector |= isVector;
  }

  /** Reads the character after a backslash that is not a letter. */
  private void punctuation() {
    if (at >= text.length()) {
      return;
    }
    char c = text.charAt(at++);
    switch (c) {
      case '{', '}' -> add(SIGN, "\\" + c);
      case '%', '$', '&', '_' -> add(SIGN, String.valueOf(c));
      case '|' -> add(SIGN, "∥");
      case '\\' -> {
        add(SIGN, "\\\\");
        Matcher space = ROW_SPACE.matcher(text).region(at, text.length());
        at = space.lookingAt() ? space.end() : at;
      }
      case ',', ';', ':', '!', '>', '(', ')', '[', ']', '-' -> spaced = true;
      default -> {
        if (!Character.isWhitespace(c)) {
          throw new MathException("\\" + c + ": unknown");
        }
        spaced = true;
      }
    }
  }

  private void skipSpace() {
    while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
      at++;
    }
  }

  /** Reads the argument of a command: the text in braces, or one character. */
  private String argument() {
    skipSpace();
    if (at >= text.length()) {
      throw new MathException("an argument is missing");
    }
    if (text.charAt(at) != '{') {
      return text.substring(at, ++at);
    }
    int end = Wrapping.closingBrace(text, at);
    if (end < 0) {
      throw new MathException("a brace is missing");
    }
    String argument = text.substring(at + 1, end);
    at = end + 1;
    return argument;
  }

  private void textArgument(String command) {
    if (textDepth >= DEEPEST_TEXT) {
      throw new MathException("nested too deeply");
    }
    String argument = argument();
    if (command.equals("mathbb")) {
      add(SYMBOL, Lexicon.NUMBER_SET + argument);
      return;
    }
    boolean space = spaced || (!argument.isEmpty() && Character.isWhitespace(argument.charAt(0)));
    AnswerLexer inner = new AnswerLexer(argument, true, textDepth + 1, tokens);
    inner.spaced = space;
    inner.run();
    spaced = inner.spaced;
  }

  private void letters() {
    int start = at;
    while (at < text.length()
        && (isLatin(text.charAt(at))
            || ((text.charAt(at) == '\'' || text.charAt(at) == '’')
                && inText
                && at + 1 < text.length()
                && isLatin(text.charAt(at + 1))))) {
      at++;
    }
    String run = text.substring(start, at);
    boolean afterNumber = !tokens.isEmpty() && tokens.getLast().is(NUMBER);
    if (run.length() == 1) {
      // 5 \text{m} is five metres, but 5 m may be five times m.
      add(inText && afterNumber && Units.isUnitLetter(run) ? WORD : SYMBOL, run);
    } else if (run.equalsIgnoreCase("and") || run.equalsIgnoreCase("or")) {
      add(SIGN, run.toLowerCase(Locale.ROOT));
    } else if (run.equals("sqrt") || run.equals("mod") || run.equals("frac")) {
      add(SIGN, run);
    } else if (Lexicon.function(run) != null
        && !(Lexicon.WORDLIKE.contains(run) && !argumentFollows())) {
      add(FUNCTION, String.valueOf(Lexicon.function(run)));
    } else if (run.equals("choose")) {
      throw new MathException("choose");
    } else if (Lexicon.symbol(run) != null && (!inText || run.equals("pi"))) {
      add(SYMBOL, String.valueOf(Lexicon.symbol(run)));
    } else if (!inText && functionOfOneLetter(run)) {
      add(FUNCTION, String.valueOf(Lexicon.function(run.substring(0, run.length() - 1))));
      add(SYMBOL, run.substring(run.length() - 1));
    } else if (inText || Lexicon.isWord(run)) {
      add(WORD, run);
    } else {
      for (int i = 0; i < run.length(); i++) {
        add(SYMBOL, run.substring(i, i + 1));
      }
    }
  }

  private boolean argumentFollows() {
    return at < text.length() && (text.charAt(at) == '(' || text.startsWith("^", at));
  }

  /** Whether the letters are a function and its argument, as in sinx. */
  private static boolean functionOfOneLetter(String run) {
    String name = run.substring(0, run.length() - 1);
    char last = run.charAt(run.length() - 1);
    return name.length() > 1 && last >= 'x' && last <= 'z' && Lexicon.function(name) != null;
  }

  private void other(char c) {
    for (int i = 0; i < LONG_SIGNS.length; i++) {
      if (text.startsWith(LONG_SIGNS[i], at)) {
        at += LONG_SIGNS[i].length();
        add(SIGN, THEIR_NAMES[i]);
        return;
      }
    }
    if (text.startsWith("...", at)) {
      at += 3;
      add(SIGN, "...");
    } else if (SUPERSCRIPTS.indexOf(c) >= 0) {
      script("^", SUPERSCRIPTS);
    } else if (SUBSCRIPTS.indexOf(c) >= 0) {
      script("_", SUBSCRIPTS);
    } else if (VULGAR.indexOf(c) >= 0) {
      int place = 2 * VULGAR.indexOf(c);
      at++;
      add(SIGN, "frac");
      add(NUMBER, VULGAR_VALUES.substring(place, place + 1));
      add(NUMBER, VULGAR_VALUES.substring(place + 1, place + 2));
    } else if (c == '∛') {
      at++;
      for (String sign : new String[] {"sqrt", "["}) {
        add(SIGN, sign);
      }
      add(NUMBER, "3");
      add(SIGN, "]");
    } else {
      at++;
      String name = String.valueOf(c);
      @Nullable String sign = Lexicon.sign(name);
      @Nullable String symbol = Lexicon.symbol(name);
      if (sign != null) {
        crossed |= vector && c == '×';
        add(SIGN, sign);
      } else if (symbol != null) {
        add(SYMBOL, symbol);
      } else if (Character.isLetter(c)) {
        foreignWord();
      } else if (c == '$' || c == '`') {
        spaced = true;
      } else {
        throw new MathException(c + ": unknown");
      }
    }
  }

  private void foreignWord() {
    int start = at - 1;
    while (at < text.length() && Character.isLetter(text.charAt(at))) {
      at++;
    }
    add(WORD, text.substring(start, at));
  }

  private void script(String sign, String alphabet) {
    add(SIGN, sign);
    add(SIGN, "{");
    StringBuilder digits = new StringBuilder();
    for (; at < text.length() && alphabet.indexOf(text.charAt(at)) >= 0; at++) {
      char value = SCRIPT_VALUES.charAt(alphabet.indexOf(text.charAt(at)));
      if (Character.isDigit(value)) {
        digits.append(value);
        continue;
      }
      if (!digits.isEmpty()) {
        add(NUMBER, digits.toString());
        digits.setLength(0);
      }
      add(value == 'n' ? SYMBOL : SIGN, String.valueOf(value));
    }
    if (!digits.isEmpty()) {
      add(NUMBER, digits.toString());
    }
    add(SIGN, "}");
  }
}
