package io.jackpot.tokenizer;

import org.jspecify.annotations.Nullable;

/** A cursor in the text of a regular expression; reads characters, numbers and escapes. */
final class RegexReader {
  private static final int MOST_SETS = 100;

  private final String pattern;
  private int at;
  private int sets;

  RegexReader(String pattern) {
    this.pattern = pattern;
  }

  boolean isAtEnd() {
    return at >= pattern.length();
  }

  int place() {
    return at;
  }

  void goTo(int place) {
    at = place;
  }

  /** A number of up to six digits, or -1. */
  int number() {
    int start = at;
    while (!isAtEnd() && peek() >= '0' && peek() <= '9' && at - start < 6) {
      at++;
    }
    return start == at ? -1 : Integer.parseInt(pattern.substring(start, at));
  }

  /** The set of an escape such as {@code \p{L}}; null if the escape is not a set. */
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
    return newSet(negated ? set.complement() : set);
  }

  /** Counts a set that is created for this pattern alone; their number is limited. */
  CodePoints newSet(CodePoints set) {
    if (++sets > MOST_SETS) {
      throw error("more than " + MOST_SETS + " sets of characters");
    }
    return set;
  }

  /** The code point of an escape whose backslash has been read. */
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

  /** The text up to {@code end}, which is read as well. */
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
