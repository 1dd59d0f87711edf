package io.jackpot.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/** What Python's strings can do; each operation charges for the characters that it touches. */
final class Texts {
  /** Units of work for the upper case of a character that may be several. */
  private static final int CASE = 64;

  private Texts() {}

  /** Whether Python's strip removes the character. */
  static boolean isSpace(int c) {
    return (c >= 9 && c <= 13)
        || (c >= 28 && c <= 32)
        || c == 0x85
        || c == 0xa0
        || Character.isSpaceChar(c);
  }

  static String part(Budget budget, String text, int from, int to) {
    budget.text(to - from);
    return text.substring(from, to);
  }

  static String joined(Budget budget, String a, String b) {
    budget.text((long) a.length() + b.length());
    return a + b;
  }

  static String strip(
      Budget budget, String text, @Nullable String chars, boolean left, boolean right) {
    IntPredicate goes =
        chars == null
            ? Texts::isSpace
            : c -> {
              budget.characters(chars.length());
              return chars.indexOf(c) >= 0;
            };
    budget.characters(text.length());
    int from = 0;
    int to = text.length();
    while (left && from < to && goes.test(text.codePointAt(from))) {
      from += Character.charCount(text.codePointAt(from));
    }
    while (right && to > from && goes.test(text.codePointBefore(to))) {
      to -= Character.charCount(text.codePointBefore(to));
    }
    return part(budget, text, from, to);
  }

  /**
   * Splits a text.
   *
   * @param separator null for white space
   * @param most the most places to split at; without limit if negative
   */
  static List<@Nullable Object> split(
      Budget budget, String text, @Nullable String separator, long most) {
    if (separator == null) {
      return words(budget, text, most);
    }
    if (separator.isEmpty()) {
      throw new IllegalArgumentException("split: an empty separator");
    }
    List<@Nullable Object> parts = new ArrayList<>();
    TextSearch search = new TextSearch(budget, text, separator);
    int from = 0;
    for (int at = search.next(); at >= 0 && (most < 0 || parts.size() < most); at = search.next()) {
      add(budget, parts, text, from, at);
      from = at + separator.length();
    }
    add(budget, parts, text, from, text.length());
    return parts;
  }

  private static void add(
      Budget budget, List<@Nullable Object> parts, String text, int from, int to) {
    budget.list(1);
    parts.add(part(budget, text, from, to));
  }

  private static List<@Nullable Object> words(Budget budget, String text, long most) {
    budget.characters(text.length());
    List<@Nullable Object> words = new ArrayList<>();
    int at = 0;
    while (true) {
      at = skip(text, at, true);
      if (at == text.length()) {
        return words;
      }
      int end = most >= 0 && words.size() == most ? text.length() : skip(text, at, false);
      add(budget, words, text, at, end);
      at = end;
    }
  }

  /** The end of the white space, or of the other characters, that begin at {@code from}. */
  private static int skip(String text, int from, boolean space) {
    int at = from;
    while (at < text.length() && isSpace(text.codePointAt(at)) == space) {
      at += Character.charCount(text.codePointAt(at));
    }
    return at;
  }

  static List<@Nullable Object> splitFromEnd(
      Budget budget, String text, String separator, long most) {
    List<@Nullable Object> parts = split(budget, text, separator, -1);
    if (most < 0 || parts.size() <= most + 1) {
      return parts;
    }
    int first = parts.size() - (int) most;
    budget.list(most + 1);
    List<@Nullable Object> tail = new ArrayList<>();
    tail.add(join(budget, parts.subList(0, first), separator));
    tail.addAll(parts.subList(first, parts.size()));
    return tail;
  }

  static List<@Nullable Object> lines(Budget budget, String text) {
    budget.characters(text.length());
    List<@Nullable Object> lines = new ArrayList<>();
    text.lines()
        .forEach(line -> {
          budget.list(1);
          budget.text(line.length());
          lines.add(line);
        });
    return lines;
  }

  /** The upper case; by characters, as the JDK takes quadratic time for those that grow. */
  static String upper(Budget budget, String text) {
    BoundedText upper = new BoundedText(budget);
    for (int i = 0; i < text.length(); ) {
      int c = text.codePointAt(i);
      if (c >= 0x80 && Character.isLowerCase(c)) {
        budget.characters(CASE);
        upper.append(Character.toString(c).toUpperCase(Locale.ROOT));
      } else {
        upper.appendCodePoint(Character.toUpperCase(c));
      }
      i += Character.charCount(c);
    }
    return upper.toString();
  }

  /** The lower case; by characters, as the JDK takes quadratic time for some of them. */
  static String lower(Budget budget, String text) {
    BoundedText lower = new BoundedText(budget);
    boolean insideWord = false;
    for (int i = 0; i < text.length(); ) {
      int c = text.codePointAt(i);
      i += Character.charCount(c);
      if (c == 'Σ' && insideWord && !goesOn(budget, text, i)) {
        lower.append('ς');
      } else if (c == 'İ') {
        lower.append("i\u0307");
      } else {
        lower.appendCodePoint(Character.toLowerCase(c));
      }
      insideWord = isCased(c) || (insideWord && isIgnored(c));
    }
    return lower.toString();
  }

  /** Whether a word goes on at {@code from}: with a letter that has a case. */
  private static boolean goesOn(Budget budget, String text, int from) {
    int at = from;
    while (at < text.length() && isIgnored(text.codePointAt(at))) {
      at += Character.charCount(text.codePointAt(at));
    }
    budget.characters(at - from);
    return at < text.length() && isCased(text.codePointAt(at));
  }

  private static boolean isCased(int c) {
    return Character.isLowerCase(c) || Character.isUpperCase(c) || Character.isTitleCase(c);
  }

  /** Whether a character neither begins nor ends a word (Unicode's Case_Ignorable). */
  private static boolean isIgnored(int c) {
    return switch (Character.getType(c)) {
      case Character.NON_SPACING_MARK,
          Character.ENCLOSING_MARK,
          Character.FORMAT,
          Character.MODIFIER_LETTER,
          Character.MODIFIER_SYMBOL ->
          true;
      default -> "'.:\u00b7\u2018\u2019\u2024\u2027".indexOf(c) >= 0;
    };
  }

  /** Converts the first letter of each word to title case, the others to lower case. */
  static String title(Budget budget, String text) {
    budget.characters(4L * text.length());
    BoundedText title = new BoundedText(budget);
    boolean inside = false;
    for (int i = 0; i < text.length(); ) {
      int c = text.codePointAt(i);
      title.appendCodePoint(inside ? Character.toLowerCase(c) : Character.toTitleCase(c));
      inside = Character.isLetter(c);
      i += Character.charCount(c);
    }
    return title.toString();
  }

  static String capitalize(Budget budget, String text) {
    int first = text.isEmpty() ? 0 : text.offsetByCodePoints(0, 1);
    return joined(
        budget,
        upper(budget, text.substring(0, first)),
        lower(budget, part(budget, text, first, text.length())));
  }

  static String replace(Budget budget, String text, String old, String with, long most) {
    if (old.isEmpty()) {
      return spread(budget, text, with, most);
    }
    BoundedText replaced = new BoundedText(budget);
    TextSearch search = new TextSearch(budget, text, old);
    int from = 0;
    long left = most < 0 ? Long.MAX_VALUE : most;
    for (int at = search.next(); at >= 0 && left > 0; at = search.next()) {
      replaced.append(text, from, at).append(with);
      from = at + old.length();
      left--;
    }
    return replaced.append(text, from, text.length()).toString();
  }

  /** The text with {@code with} before each character and at the end. */
  private static String spread(Budget budget, String text, String with, long most) {
    BoundedText spread = new BoundedText(budget);
    long left = most < 0 ? Long.MAX_VALUE : most;
    for (int i = 0; i < text.length(); ) {
      spread.repeat(with, left > 0 ? 1 : 0).appendCodePoint(text.codePointAt(i));
      i += Character.charCount(text.codePointAt(i));
      left--;
    }
    return spread.repeat(with, left > 0 ? 1 : 0).toString();
  }

  static boolean startsWith(Budget budget, String text, String part) {
    budget.characters(part.length());
    return text.startsWith(part);
  }

  static boolean endsWith(Budget budget, String text, String part) {
    budget.characters(part.length());
    return text.endsWith(part);
  }

  static boolean contains(Budget budget, String text, String part) {
    return part.isEmpty() || new TextSearch(budget, text, part).next() >= 0;
  }

  /** The first place of a part, in characters; -1 if there is none. */
  static long first(Budget budget, String text, String part) {
    return part.isEmpty() ? 0 : place(text, new TextSearch(budget, text, part).next());
  }

  /** The last place of a part, in characters; -1 if there is none. */
  static long last(Budget budget, String text, String part) {
    int last = part.isEmpty() ? text.length() : -1;
    if (!part.isEmpty()) {
      TextSearch search = new TextSearch(budget, text, part);
      for (int at = search.nextOverlapping(); at >= 0; at = search.nextOverlapping()) {
        last = at;
      }
    }
    budget.characters(text.length());
    return place(text, last);
  }

  /** The index in characters of an index in UTF-16 units. */
  private static long place(String text, int at) {
    return at < 0 ? -1 : text.codePointCount(0, at);
  }

  static long count(Budget budget, String text, String part) {
    if (part.isEmpty()) {
      return length(budget, text) + 1;
    }
    TextSearch search = new TextSearch(budget, text, part);
    long count = 0;
    while (search.next() >= 0) {
      count++;
    }
    return count;
  }

  static String join(Budget budget, List<? extends @Nullable Object> items, String separator) {
    BoundedText joined = new BoundedText(budget);
    boolean first = true;
    for (Object item : items) {
      budget.items(1);
      joined.append(first ? "" : separator).append(Values.text(budget, item));
      first = false;
    }
    return joined.toString();
  }

  static String repeat(Budget budget, String text, long times) {
    return new BoundedText(budget).repeat(text, times).toString();
  }

  static String reverse(Budget budget, String text) {
    budget.text(2L * text.length());
    return new StringBuilder(text).reverse().toString();
  }

  static boolean every(Budget budget, String text, IntPredicate holds) {
    budget.characters(text.length());
    return !text.isEmpty() && text.codePoints().allMatch(holds);
  }

  /** The number of characters. */
  static long length(Budget budget, String text) {
    budget.characters(text.length() / 4);
    return text.codePointCount(0, text.length());
  }

  /** The characters as texts. */
  static List<@Nullable Object> characters(Budget budget, String text) {
    budget.list(text.length());
    budget.objects(2L * text.length());
    List<@Nullable Object> characters = new ArrayList<>(text.length());
    text.codePoints().forEach(c -> characters.add(Character.toString(c)));
    return characters;
  }
}
