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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Parses Oniguruma's regular expressions in Ruby syntax, as the Python library tokenizers uses
 * them. They differ from Java's: {@code \s}, {@code \d} and {@code \w} are Unicode's, {@code ^} and
 * {@code $} match at every line, {@code \h} is a hexadecimal digit, and an interval with a plus,
 * {@code {1,3}+}, is repeated, not possessive.
 *
 * <p>Back references, calls, conditionals and {@code \X} are not supported. Case-insensitive
 * matching compares one code point at a time.
 */
final class RegexParser {
  /** Deepest nesting of groups. */
  private static final int DEEPEST = 50;

  /** Greatest bound of an interval. */
  private static final int MOST_TIMES = 1000;

  private static final int LONGEST = 10_000;

  /** Most quantifiers in a row. */
  private static final int MOST_QUANTIFIERS = 10;

  private static final CodePoints NO_LINE_FEED = CodePoints.range('\n', '\n').complement();
  private static final CodePoints LINE_BREAK = CodePoints.parse("A-D 85 2028-2029");

  /** {@code \w} outside a class, which in Oniguruma has more members than inside one. */
  static final CodePoints WORD =
      new CodePoints.Builder()
          .add(UnicodeProperties.get("word"))
          .add(CodePoints.parse("B2-B3 B9 BC-BE"))
          .build();

  private static final CodePoints NO_WORD = WORD.complement();

  private final RegexReader in;
  private final Map<Integer, One> ofAnyCase = new HashMap<>();
  private int depth;
  private boolean ignoreCase;
  private boolean extended;
  private boolean dotAll;

  private RegexParser(RegexReader in) {
    this.in = in;
  }

  /**
   * @throws IllegalArgumentException if the pattern is not valid or not supported
   */
  static RegexNode parse(String pattern) {
    RegexReader in = new RegexReader(pattern);
    if (pattern.length() > LONGEST) {
      throw in.error("it is longer than " + LONGEST);
    }
    RegexNode node = new RegexParser(in).choice();
    if (!in.isAtEnd()) {
      throw in.error("unmatched )");
    }
    return node;
  }

  private RegexNode choice() {
    if (++depth > DEEPEST) {
      throw in.error("more than " + DEEPEST + " groups within each other");
    }
    List<RegexNode> branches = new ArrayList<>();
    do {
      branches.add(sequence());
    } while (in.take('|'));
    depth--;
    return branches.size() == 1 ? branches.getFirst() : new Choice(branches);
  }

  private RegexNode sequence() {
    List<RegexNode> parts = new ArrayList<>();
    while (!in.isAtEnd() && in.peek() != '|' && in.peek() != ')') {
      if (extended && (Character.isWhitespace(in.peek()) || in.peek() == '#')) {
        skipComment();
      } else {
        RegexNode atom = atom();
        parts.add(atom instanceof Place || atom instanceof Look ? atom : quantified(atom));
      }
    }
    return parts.size() == 1 ? parts.getFirst() : new Sequence(parts);
  }

  private void skipComment() {
    boolean comment = in.next() == '#';
    while (comment && !in.isAtEnd() && in.next() != '\n') {
      continue;
    }
  }

  private RegexNode quantified(RegexNode atom) {
    RegexNode node = atom;
    for (int quantifiers = 0; !in.isAtEnd(); quantifiers++) {
      int min = 0;
      int max = -1;
      boolean interval = false;
      if (in.take('?')) {
        max = 1;
      } else if (in.take('+')) {
        min = 1;
      } else if (!in.take('*')) {
        int start = in.place();
        int[] bounds = interval();
        if (bounds.length == 0) {
          in.goTo(start);
          return node;
        }
        min = bounds[0];
        max = bounds[1];
        interval = true;
      }
      if (quantifiers == MOST_QUANTIFIERS) {
        throw in.error("more than " + MOST_QUANTIFIERS + " quantifiers one after the other");
      }
      if (node instanceof Literal(int c)) {
        node = new One(in.newSet(CodePoints.range(c, c)));
      }
      if (interval && min == max && in.take('?')) {
        // {n}? is an optional {n}, not a lazy one.
        node = new Repeat(new Repeat(node, min, max, Greed.GREEDY), 0, 1, Greed.GREEDY);
      } else if (in.take('?')) {
        node = new Repeat(node, min, max, Greed.LAZY);
      } else {
        boolean possessive = !interval && in.take('+');
        node = new Repeat(node, min, max, possessive ? Greed.POSSESSIVE : Greed.GREEDY);
      }
    }
    return node;
  }

  /** The bounds of {@code {n}}, {@code {n,}}, {@code {,m}} or {@code {n,m}}; else empty. */
  private int[] interval() {
    if (!in.take('{')) {
      return new int[0];
    }
    int min = in.number();
    int max = in.take(',') ? in.number() : min;
    boolean open = max < 0;
    if (!in.take('}') || (min < 0 && max < 0)) {
      return new int[0];
    }
    min = Math.max(min, 0);
    if (min > MOST_TIMES || max > MOST_TIMES || (max < min && !open)) {
      throw in.error("expected bounds in order and at most " + MOST_TIMES);
    }
    return new int[] {min, open ? -1 : max};
  }

  private RegexNode atom() {
    int c = in.next();
    return switch (c) {
      case '(' -> group();
      case '[' -> new One(new RegexClass(in, ignoreCase).parse());
      case '.' -> new One(dotAll ? UnicodeProperties.get("any") : NO_LINE_FEED);
      case '^' -> Place.LINE_START;
      case '$' -> Place.LINE_END;
      case '\\' -> escape();
      case '*', '+', '?' -> throw in.error("nothing to repeat before " + Character.toString(c));
      default -> literal(c);
    };
  }

  private RegexNode group() {
    boolean[] options = {ignoreCase, extended, dotAll};
    RegexNode node;
    if (!in.take('?')) {
      node = choice();
    } else if (in.take('#')) {
      while (!in.isAtEnd() && in.peek() != ')') {
        in.next();
      }
      node = new Sequence(List.of());
    } else if (in.take(':')) {
      node = choice();
    } else if (in.take('>')) {
      node = new Atomic(choice());
    } else if (in.take('=')) {
      node = new Look(choice(), true, false);
    } else if (in.take('!')) {
      node = new Look(choice(), true, true);
    } else if (in.take("<=")) {
      node = behind(choice(), false);
    } else if (in.take("<!")) {
      node = behind(choice(), true);
    } else if (in.take('<') || in.take('\'')) {
      while (Character.isLetterOrDigit(in.peek()) || in.peek() == '_') {
        in.next();
      }
      if (!in.take('>') && !in.take('\'')) {
        throw in.error("expected the name of a group");
      }
      node = choice();
    } else {
      options();
      if (in.peek() == ')') {
        // Applies to the rest of the enclosing group, including its other alternatives.
        in.next();
        node = choice();
        restore(options);
        return node;
      }
      in.next();
      node = choice();
    }
    if (!in.take(')')) {
      throw in.error("expected )");
    }
    restore(options);
    return node;
  }

  private Look behind(RegexNode body, boolean negated) {
    if (body.length().max() < 0) {
      throw in.error("a look behind of no greatest length");
    }
    return new Look(body, false, negated);
  }

  private void options() {
    boolean on = true;
    while (in.peek() != ')' && in.peek() != ':') {
      switch (in.next()) {
        case '-' -> on = false;
        case 'i' -> ignoreCase = on;
        case 'x' -> extended = on;
        case 'm' -> dotAll = on;
        default ->
            throw in.error("unknown kind of group; there are (?: (?> (?= (?! (?<= (?<! (?imx");
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
        switch (in.peek()) {
          case 'A' -> Place.TEXT_START;
          case 'z' -> Place.TEXT_END;
          case 'Z' -> Place.TEXT_END_OR_LAST_NEWLINE;
          case 'b' -> Place.WORD_BOUNDARY;
          case 'B' -> Place.NO_WORD_BOUNDARY;
          default -> null;
        };
    if (place != null) {
      in.next();
      return place;
    }
    if (in.take('R')) {
      RegexNode lineEnd = new Sequence(List.of(new Literal('\r'), new Literal('\n')));
      return new Atomic(new Choice(List.of(lineEnd, new One(LINE_BREAK))));
    }
    if (in.take('w')) {
      return new One(WORD);
    }
    if (in.take('W')) {
      return new One(NO_WORD);
    }
    @Nullable CodePoints set = in.setEscape();
    return set == null ? literal(in.codePointEscape()) : new One(set);
  }

  private RegexNode literal(int c) {
    return ignoreCase && CaseFolding.CASED.contains(c)
        ? ofAnyCase.computeIfAbsent(c, this::ofAnyCase)
        : new Literal(c);
  }

  private One ofAnyCase(int c) {
    return new One(in.newSet(new CodePoints.Builder().add(c, c).ignoreCase().build()));
  }
}
