package io.jackpot.tokenizer;

import io.jackpot.tokenizer.RegexNode.Atomic;
import io.jackpot.tokenizer.RegexNode.Choice;
import io.jackpot.tokenizer.RegexNode.Greed;
import io.jackpot.tokenizer.RegexNode.Literal;
import io.jackpot.tokenizer.RegexNode.Look;
import io.jackpot.tokenizer.RegexNode.One;
import io.jackpot.tokenizer.RegexNode.Place;
import io.jackpot.tokenizer.RegexNode.Repeat;
import io.jackpot.tokenizer.RegexNode.Sequence;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads the regular expressions of Oniguruma in its Ruby syntax, which is what the Python library
 * tokenizers takes. It differs from Java's: {@code \s}, {@code \d} and {@code \w} are Unicode's,
 * {@code ^} and {@code $} stand at every line, {@code \h} is a hexadecimal digit, and an interval
 * with a plus, {@code {1,3}+}, is repeated, not possessive.
 *
 * <p>Left out are back references, calls, conditionals and {@code \X}. Case is ignored one code
 * point at a time.
 */
final class RegexParser {
  /** Groups within groups. */
  private static final int DEEPEST = 50;

  /** Greatest bound of an interval. */
  private static final int MOST_TIMES = 1000;

  private static final int LONGEST = 10_000;
  private static final int MOST_CLASSES = 200;

  private static final CodePoints NO_LINE_FEED = CodePoints.range('\n', '\n').complement();
  private static final CodePoints LINE_BREAK = CodePoints.parse("A-D 85 2028-2029");

  /** Outside of a class Oniguruma counts some more as {@code \w} than in one. */
  static final CodePoints WORD =
      new CodePoints.Builder()
          .add(UnicodeProperties.get("word"))
          .add(CodePoints.parse("B2-B3 B9 BC-BE"))
          .build();

  private static final CodePoints NO_WORD = WORD.complement();

  private final String pattern;
  private int at;
  private int depth;
  private int classes;
  private boolean ignoreCase;
  private boolean extended;
  private boolean dotAll;

  private RegexParser(String pattern) {
    this.pattern = pattern;
  }

  /**
   * @throws IllegalArgumentException if the pattern is not valid or uses what is left out
   */
  static RegexNode parse(String pattern) {
    RegexParser parser = new RegexParser(pattern);
    if (pattern.length() > LONGEST) {
      throw parser.error("it is longer than " + LONGEST);
    }
    RegexNode node = parser.choice();
    if (parser.at < pattern.length()) {
      throw parser.error("unmatched )");
    }
    return node;
  }

  private RegexNode choice() {
    if (++depth > DEEPEST) {
      throw error("more than " + DEEPEST + " groups within each other");
    }
    List<RegexNode> branches = new ArrayList<>();
    do {
      branches.add(sequence());
    } while (take('|'));
    depth--;
    return branches.size() == 1 ? branches.getFirst() : new Choice(branches);
  }

  private RegexNode sequence() {
    List<RegexNode> parts = new ArrayList<>();
    while (at < pattern.length() && peek() != '|' && peek() != ')') {
      if (extended && (Character.isWhitespace(peek()) || peek() == '#')) {
        skipComment();
      } else {
        RegexNode atom = atom();
        parts.add(atom instanceof Place || atom instanceof Look ? atom : quantified(atom));
      }
    }
    return parts.size() == 1 ? parts.getFirst() : new Sequence(parts);
  }

  private void skipComment() {
    boolean comment = next() == '#';
    while (comment && at < pattern.length() && next() != '\n') {
      continue;
    }
  }

  private RegexNode quantified(RegexNode atom) {
    RegexNode node = atom;
    while (at < pattern.length()) {
      int min = 0;
      int max = -1;
      boolean interval = false;
      if (take('?')) {
        max = 1;
      } else if (take('+')) {
        min = 1;
      } else if (!take('*')) {
        int start = at;
        int[] bounds = interval();
        if (bounds.length == 0) {
          at = start;
          return node;
        }
        min = bounds[0];
        max = bounds[1];
        interval = true;
      }
      if (interval && min == max && take('?')) {
        // A fixed number has nothing to be lazy about: all of it or none.
        node = new Repeat(new Repeat(node, min, max, Greed.GREEDY), 0, 1, Greed.GREEDY);
      } else if (take('?')) {
        node = new Repeat(node, min, max, Greed.LAZY);
      } else {
        boolean possessive = !interval && take('+');
        node = new Repeat(node, min, max, possessive ? Greed.POSSESSIVE : Greed.GREEDY);
      }
    }
    return node;
  }

  /** {@code {n}}, {@code {n,}}, {@code {,m}} or {@code {n,m}}; empty if it is something else. */
  private int[] interval() {
    if (!take('{')) {
      return new int[0];
    }
    int min = number();
    int max = take(',') ? number() : min;
    boolean open = pattern.charAt(at - 1) == ',';
    if (!take('}') || (min < 0 && max < 0)) {
      return new int[0];
    }
    min = Math.max(min, 0);
    if (min > MOST_TIMES || max > MOST_TIMES || (max < min && !open)) {
      throw error("expected bounds in order and at most " + MOST_TIMES);
    }
    return new int[] {min, open ? -1 : max};
  }

  private int number() {
    int start = at;
    while (at < pattern.length() && peek() >= '0' && peek() <= '9' && at - start < 6) {
      at++;
    }
    return start == at ? -1 : Integer.parseInt(pattern.substring(start, at));
  }

  private RegexNode atom() {
    int c = next();
    return switch (c) {
      case '(' -> group();
      case '[' -> {
        if (++classes > MOST_CLASSES) {
          throw error("more than " + MOST_CLASSES + " classes");
        }
        yield new One(new RegexClass(this).parse());
      }
      case '.' -> new One(dotAll ? UnicodeProperties.get("any") : NO_LINE_FEED);
      case '^' -> Place.LINE_START;
      case '$' -> Place.LINE_END;
      case '\\' -> escape();
      case '*', '+', '?' -> throw error("nothing to repeat before " + Character.toString(c));
      default -> literal(c);
    };
  }

  private RegexNode group() {
    boolean[] options = {ignoreCase, extended, dotAll};
    RegexNode node;
    if (!take('?')) {
      node = choice();
    } else if (take('#')) {
      while (at < pattern.length() && peek() != ')') {
        at++;
      }
      node = new Sequence(List.of());
    } else if (take(':')) {
      node = choice();
    } else if (take('>')) {
      node = new Atomic(choice());
    } else if (take('=')) {
      node = new Look(choice(), true, false);
    } else if (take('!')) {
      node = new Look(choice(), true, true);
    } else if (take("<=")) {
      node = behind(choice(), false);
    } else if (take("<!")) {
      node = behind(choice(), true);
    } else if (take('<') || take('\'')) {
      while (Character.isLetterOrDigit(peek()) || peek() == '_') {
        at++;
      }
      if (!take('>') && !take('\'')) {
        throw error("expected the name of a group");
      }
      node = choice();
    } else {
      options();
      if (peek() == ')') {
        // For the rest of the group that this stands in, all its alternatives included.
        at++;
        node = choice();
        restore(options);
        return node;
      }
      at++;
      node = choice();
    }
    if (!take(')')) {
      throw error("expected )");
    }
    restore(options);
    return node;
  }

  private Look behind(RegexNode body, boolean negated) {
    if (body.length().max() < 0) {
      throw error("a look behind of no greatest length");
    }
    return new Look(body, false, negated);
  }

  private void options() {
    boolean on = true;
    while (peek() != ')' && peek() != ':') {
      switch (next()) {
        case '-' -> on = false;
        case 'i' -> ignoreCase = on;
        case 'x' -> extended = on;
        case 'm' -> dotAll = on;
        default -> throw error("unknown kind of group; there are (?: (?> (?= (?! (?<= (?<! (?imx");
      }
    }
  }

  private void restore(boolean[] options) {
    ignoreCase = options[0];
    extended = options[1];
    dotAll = options[2];
  }

  private RegexNode escape() {
    @Nullable Place place =
        switch (peek()) {
          case 'A' -> Place.TEXT_START;
          case 'z' -> Place.TEXT_END;
          case 'Z' -> Place.TEXT_END_OR_LAST_NEWLINE;
          case 'b' -> Place.WORD_BOUNDARY;
          case 'B' -> Place.NO_WORD_BOUNDARY;
          default -> null;
        };
    if (place != null) {
      at++;
      return place;
    }
    if (take('R')) {
      RegexNode lineEnd = new Sequence(List.of(new Literal('\r'), new Literal('\n')));
      return new Atomic(new Choice(List.of(lineEnd, new One(LINE_BREAK))));
    }
    if (take('w')) {
      return new One(WORD);
    }
    if (take('W')) {
      return new One(NO_WORD);
    }
    @Nullable CodePoints set = setEscape();
    return set == null ? literal(codePointEscape()) : new One(set);
  }

  /** The set of an escape that stands for one, such as {@code \p{L}}; null if it does not. */
  @Nullable CodePoints setEscape() {
    int c = peek();
    @Nullable String property =
        switch (c) {
          case 'd', 'D' -> "digit";
          case 's', 'S' -> "space";
          case 'w', 'W' -> "word";
          case 'h', 'H' -> "xdigit";
          case 'p', 'P' -> "";
          default -> null;
        };
    if (property == null) {
      return null;
    }
    at++;
    boolean negated = c < 'a';
    if (property.isEmpty()) {
      if (!take('{')) {
        throw error("expected {NAME} after \\p");
      }
      negated ^= take('^');
      property = until("}");
    }
    return property(property, negated);
  }

  CodePoints property(String name, boolean negated) {
    CodePoints set = UnicodeProperties.find(name);
    if (set == null) {
      throw error(
          "unknown property \"" + name + "\"; there are general categories, scripts and some more");
    }
    return negated ? set.complement() : set;
  }

  /** The code point that an escape stands for; the backslash has been taken. */
  int codePointEscape() {
    int c = next();
    return switch (c) {
      case 'n' -> '\n';
      case 't' -> '\t';
      case 'r' -> '\r';
      case 'f' -> '\f';
      case 'v' -> 0x0B;
      case 'a' -> 7;
      case 'e' -> 0x1B;
      case '0', '1', '2', '3', '4', '5', '6', '7' -> {
        at--;
        if (c != '0' && !(isDigit(0, 8) && isDigit(1, 8))) {
          throw error("back references are not supported");
        }
        yield digits(8, 3);
      }
      case 'u' -> {
        if (!(isDigit(0, 16) && isDigit(1, 16) && isDigit(2, 16) && isDigit(3, 16))) {
          throw error("expected four hexadecimal digits after \\u");
        }
        yield digits(16, 4);
      }
      case 'x' -> {
        if (!take('{')) {
          yield digits(16, 2);
        }
        int value = digits(16, 6);
        if (!take('}') || value > Character.MAX_CODE_POINT) {
          throw error("expected a hexadecimal code point and } after \\x{");
        }
        yield value;
      }
      default -> {
        if (c < 128 && Character.isLetterOrDigit(c)) {
          throw error("\\" + (char) c + " is not supported");
        }
        yield c;
      }
    };
  }

  private boolean isDigit(int offset, int radix) {
    return at + offset < pattern.length()
        && Character.digit(pattern.charAt(at + offset), radix) >= 0;
  }

  private int digits(int radix, int most) {
    int value = 0;
    for (int i = 0; i < most && isDigit(0, radix); i++) {
      value = value * radix + Character.digit(pattern.charAt(at++), radix);
    }
    return value;
  }

  private RegexNode literal(int c) {
    return ignoreCase && CaseFolding.CASED.contains(c)
        ? new One(new CodePoints.Builder().add(c, c).ignoreCase().build())
        : new Literal(c);
  }

  boolean ignoresCase() {
    return ignoreCase;
  }

  int peek() {
    if (at >= pattern.length()) {
      throw error("it ends too early");
    }
    return pattern.codePointAt(at);
  }

  int next() {
    int c = peek();
    at += Character.charCount(c);
    return c;
  }

  boolean take(char expected) {
    boolean there = at < pattern.length() && pattern.charAt(at) == expected;
    at += there ? 1 : 0;
    return there;
  }

  boolean take(String expected) {
    boolean there = pattern.startsWith(expected, at);
    at += there ? expected.length() : 0;
    return there;
  }

  boolean isNext(String expected) {
    return pattern.startsWith(expected, at);
  }

  /** The text up to {@code end}, which is taken too. */
  String until(String end) {
    int stop = pattern.indexOf(end, at);
    if (stop < 0) {
      throw error("expected " + end);
    }
    String text = pattern.substring(at, stop);
    at = stop + end.length();
    return text;
  }

  IllegalArgumentException error(String problem) {
    return new IllegalArgumentException(
        "regular expression " + pattern + ": at character " + at + ": " + problem);
  }
}
