package io.jackpot.answers;

import io.jackpot.answers.Answer.Based;
import io.jackpot.answers.Answer.Choice;
import io.jackpot.answers.Answer.Clock;
import io.jackpot.answers.Answer.Value;
import io.jackpot.answers.Answer.Words;
import io.jackpot.math.Budget;
import io.jackpot.math.Equality;
import io.jackpot.math.Expr;
import io.jackpot.math.MathException;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads the text of an answer: notations that are not parsed first, then mathematics, then words.
 */
final class AnswerReader {
  private static final int LONGEST = 2_000;
  private static final int MOST_WORDS = 12;

  private static final Pattern DOLLAR = Pattern.compile("(?<!\\\\)\\$");
  private static final Pattern TYPEFACE =
      Pattern.compile(
          "\\\\(?:text(?:bf|rm|it|sf|normal)?|math(?:rm|bf|sf|it)|mbox|bf|rm|bold|left|right)(?![A-Za-z])|[{}$~]|\\\\[ ,;:!]");
  private static final Pattern FOR_ALL =
      Pattern.compile(
          "(?:[,\\s]|\\\\q?quad|\\\\[,;: ])*+(?:\\\\text\\{\\s*for (?:all|every|any)\\b|\\\\forall\\b).*",
          Pattern.DOTALL);
  private static final Pattern ROWS =
      Pattern.compile(
          "\\\\begin\\{(aligned|cases|gathered|align\\*?)}(?:[^<>\\\\]|\\\\\\\\|\\\\(?:[dt]?frac|sqrt|pi)(?![A-Za-z])){1,500}\\\\end\\{\\1}");
  private static final Pattern LEAD =
      Pattern.compile("\\\\text\\w*\\{([^{}]{0,80}\\b(?:is|are)\\s*:?\\s*)}(.+)");
  private static final Pattern ALTERING =
      Pattern.compile(
          "\\b(?:not?|never|if|than|half|twice|minus|negative|wrong|incorrect|false|suppose|assume|least|most)\\b",
          Pattern.CASE_INSENSITIVE);

  private static final String INDEX = "(?:_\\{?\\w{1,3}}?)";
  private static final String ARGUMENT = "\\s*\\([^=]{1,20}\\)";
  private static final String BAR = "(?:\\||\\\\\\||\\\\[lr]vert)";

  /** Notations for quantities that are not parsed, before an equals sign. */
  private static final Pattern QUANTITY =
      Pattern.compile(
          String.join(
              "|",
              "((?:[A-Za-z]" + INDEX + "?(?:'{1,2}|\\^\\{?(?:-1|\\\\prime)}?)" + ARGUMENT, // f'(x)
              "[A-Za-z]" + INDEX + ARGUMENT, // f_2(x)
              "[A-Za-z]\\([A-Za-z]\\([^=()]{1,10}\\)\\)", // f(g(x))
              "\\([A-Za-z]\\s*\\\\circ\\s*[A-Za-z]\\)" + ARGUMENT, // (f ∘ g)(x)
              "\\\\frac\\{d[^{}=]{0,6}}\\{d[^{}=]{1,6}}[^=]{0,20}", // dy/dx
              "[a-z]'{1,2}", // y'
              BAR + "\\s*(?:[zwuv]|\\\\(?:vec|mathbf)\\{\\w})\\s*" + BAR, // |z|
              BAR + "\\s*[A-Z]\\s*\\\\c[au]p\\s*[A-Z]\\s*" + BAR, // |A ∩ B|
              "\\\\(?:sum|prod)_\\{[^{}]{1,20}}[^=]{0,40}",
              "\\\\(?:max|min|sup|inf|lim|det|int|deg|dim|Pr)(?![a-z])[^=<>]{0,60}))\\s*=\\s*([^=<>]{1,300})"));

  private static final Pattern LETTER =
      Pattern.compile("(?i:option|choice|answer)?\\s*+(?!\\(.]|\\[.\\))[(\\[]?([A-J])[)\\].:]?");
  private static final Pattern SMALL_LETTER = Pattern.compile("\\(([a-j])\\)");
  private static final Pattern LETTER_AND_TEXT =
      Pattern.compile(
          "(?i:option|choice)?\\s*+(?:\\(([A-J])\\)[:.]?|([A-J])[.):])\\s*+(\\S.*)",
          Pattern.DOTALL);
  private static final Pattern JOINER = Pattern.compile("(?:or|and)\\b|[,;/&]");
  private static final Pattern OPTION = Pattern.compile("\\([A-J]\\)|\\b[A-J][.)](?:\\s|$)");
  private static final Pattern BASED =
      Pattern.compile(
          "(-?[0-9A-Z]+(?:\\.[0-9A-Z]+)?)_(?:\\{?(\\d{1,2})}?|\\{\\\\text\\{(\\d{1,2})}})");
  private static final String HALF = "\\s*+([ap])\\.?\\s*+m\\.?";
  private static final Pattern CLOCK =
      Pattern.compile(
          "(\\d{1,2})(?::([0-5]\\d)(?:" + HALF + ")?|\\s*:\\s*([0-5]\\d)" + HALF + "|" + HALF + ")",
          Pattern.CASE_INSENSITIVE);
  private static final Pattern WORDS = Pattern.compile("[\\p{L}\\p{M}\\p{N}\\s'’\".,:;()/&!?-]+");
  private static final Pattern WORD = Pattern.compile("\\p{L}{2}|[\\p{L}&&[^\\p{IsLatin}]]");
  private static final Pattern ARTICLE = Pattern.compile("\\b(?:the|a|an)\\b");

  private static final Set<String> ALL_REALS =
      Set.of("all real numbers", "all reals", "real numbers", "any real number");

  private final Budget budget;
  private final Set<String> numbers;

  AnswerReader(Budget budget) {
    this(budget, Set.of());
  }

  /**
   * @param numbers the names that are numbers before brackets, where others are functions
   */
  AnswerReader(Budget budget, Set<String> numbers) {
    this.budget = budget;
    this.numbers = numbers;
  }

  /**
   * Reads an answer.
   *
   * @param written the answer, without white space around it
   * @throws MathException if it is not an answer, has no value, or costs too much to read
   */
  Answer read(String written) {
    String text = withoutDelimiters(written);
    if (text.isEmpty() || text.length() > LONGEST) {
      throw new MathException("an answer of " + text.length() + " characters");
    }
    budget.spend(text.length());
    Matcher forAll = FOR_ALL.matcher(text);
    if (forAll.find() && forAll.start() > 0) {
      return read(text.substring(0, forAll.start()));
    }
    if (text.startsWith("\\begin{") && ROWS.matcher(text).matches()) {
      return read(rows(text));
    }
    Matcher lead = LEAD.matcher(text);
    if (lead.matches() && !ALTERING.matcher(lead.group(1)).find()) {
      return read(lead.group(2));
    }
    @Nullable Answer quantity = quantity(text);
    if (quantity != null) {
      return quantity;
    }
    String plain = TYPEFACE.matcher(text.replace("\\!", "")).replaceAll(" ").strip();
    @Nullable Answer special = special(plain, text);
    if (special != null) {
      return special;
    }
    Answer answer;
    try {
      answer = AnswerParser.parse(text, numbers);
    } catch (MathException e) {
      return words(plain, e);
    }
    // Three letters or more in a row are a name unless something else makes them a product.
    if (plain.length() > 2 && plain.chars().allMatch(Character::isLetter) && isLetters(answer)) {
      return new Words(plain.toLowerCase(Locale.ROOT));
    }
    new AnswerCheck(new Equality(budget)).check(answer);
    return answer;
  }

  /** Removes dollar signs that come in pairs; a single one is a currency. */
  private static String withoutDelimiters(String text) {
    Matcher dollar = DOLLAR.matcher(text);
    boolean pairs = text.length() <= LONGEST && dollar.results().count() % 2 == 0;
    return pairs ? dollar.replaceAll(" ").strip() : text;
  }

  /** The rows of an environment of equations, as a list. */
  private static String rows(String text) {
    return text.replaceAll("\\\\(?:begin|end)\\{\\w+\\*?}|&", "").strip().replace("\\\\", ", ");
  }

  /**
   * Reads an equation for a notation that is not parsed, as in f'(x) = 2x; null for other texts.
   */
  private @Nullable Answer quantity(String text) {
    Matcher matcher = QUANTITY.matcher(text);
    if (!matcher.matches()) {
      return null;
    }
    String name = matcher.group(1).replaceAll("\\s", "");
    Answer value = read(matcher.group(2).strip());
    boolean related =
        !(value instanceof Value(Expr expr))
            || expr.isConstant()
            || expr.variables().stream().anyMatch(name::contains);
    return related
        ? new Answer.Relation(
            List.of(new Value(new Expr.Sym("quantity " + name)), value), List.of('='))
        : null;
  }

  private static boolean isLetters(Answer answer) {
    return answer instanceof Value(Expr expr)
        && expr instanceof Expr.Product(var factors)
        && factors.stream().allMatch(f -> f instanceof Expr.Sym(String name) && name.length() == 1);
  }

  private @Nullable Answer special(String plain, String text) {
    Matcher matcher = LETTER.matcher(plain);
    if (matcher.matches() || matcher.usePattern(SMALL_LETTER).reset().matches()) {
      return new Choice(Character.toUpperCase(matcher.group(1).charAt(0)), null);
    }
    matcher = LETTER_AND_TEXT.matcher(plain);
    if (matcher.matches() && !JOINER.matcher(matcher.group(3)).lookingAt()) {
      if (OPTION.matcher(matcher.group(3)).find()) {
        throw new MathException("several options");
      }
      String letter = matcher.group(1) == null ? matcher.group(2) : matcher.group(1);
      return new Choice(letter.charAt(0), optionText(text, letter));
    }
    matcher = BASED.matcher(text.replace("\\text{", "").replace("\\mathrm{", ""));
    if (matcher.matches() || matcher.usePattern(BASED).reset(plain.replace(" ", "")).matches()) {
      String base = matcher.group(2) == null ? matcher.group(3) : matcher.group(2);
      return based(matcher.group(1), Integer.parseInt(base));
    }
    matcher = CLOCK.matcher(plain);
    if (matcher.matches()) {
      @Nullable String minute = first(matcher, 2, 4);
      @Nullable String half = first(matcher, 3, 5, 6);
      return new Clock(
          Integer.parseInt(matcher.group(1)),
          minute == null ? 0 : Integer.parseInt(minute),
          half == null ? null : half.toLowerCase(Locale.ROOT));
    }
    return null;
  }

  /** The first of several groups that matched, or null. */
  private static @Nullable String first(Matcher matcher, int... groups) {
    for (int group : groups) {
      if (matcher.group(group) != null) {
        return matcher.group(group);
      }
    }
    return null;
  }

  /** The text after an option's letter, or null if it cannot be read. */
  private @Nullable Answer optionText(String text, String letter) {
    int place = text.indexOf(letter);
    for (int at = text.indexOf('('); at >= 0 && at < place; at = -1) {
      place = text.indexOf(letter, at);
    }
    String rest = text.substring(place + 1).replaceFirst("^[)\\].:}\\s~$]++(?:\\\\ )?", "");
    int open = rest.indexOf('{');
    boolean closesOuter = open < 0 || rest.indexOf('}') < open;
    if (closesOuter
        && rest.endsWith("}")
        && Wrapping.closingBrace("{" + rest, 0) == rest.length()) {
      rest = rest.substring(0, rest.length() - 1);
    }
    try {
      Answer answer = read(rest.strip());
      return answer instanceof Choice ? null : answer;
    } catch (MathException e) {
      budget.spend(1);
      return null;
    }
  }

  private static Answer based(String digits, int base) {
    if (base < 2 || base > 36) {
      throw new MathException("base " + base);
    }
    for (int i = digits.startsWith("-") ? 1 : 0; i < digits.length(); i++) {
      if (digits.charAt(i) != '.' && Character.digit(digits.charAt(i), base) < 0) {
        throw new MathException(digits.charAt(i) + ": no digit to the base " + base);
      }
    }
    return new Based(digits, base);
  }

  private static Answer words(String plain, MathException why) {
    if (!WORDS.matcher(plain).matches() || !WORD.matcher(plain).find()) {
      throw why;
    }
    String normal =
        ARTICLE
            .matcher(
                plain
                    .toLowerCase(Locale.ROOT)
                    .replace('’', '\'')
                    .replaceAll("[.,:](?!\\d)|[;()!?\"]", " "))
            .replaceAll(" ")
            .strip()
            .replaceAll("\\s+", " ");
    if (normal.isEmpty() || normal.split(" ", -1).length > MOST_WORDS) {
      throw why;
    }
    if (ALL_REALS.contains(normal)) {
      return new Value(new Expr.Sym(Lexicon.NUMBER_SET + "R"));
    }
    @Nullable Long number = NumberWords.value(normal);
    return number == null ? new Words(normal) : new Value(Expr.num(number));
  }
}
