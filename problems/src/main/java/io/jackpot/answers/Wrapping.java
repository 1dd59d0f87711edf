package io.jackpot.answers;

import java.util.regex.Pattern;

/** Removes delimiters, emphasis and punctuation around an answer. */
final class Wrapping {
  private static final String[][] PAIRS = {
    {"$$", "$$"},
    {"$", "$"},
    {"\\(", "\\)"},
    {"\\[", "\\]"},
    {"**", "**"},
    {"__", "__"},
    {"`", "`"},
    {"*", "*"},
    {"\"", "\""},
    {"“", "”"},
    {"\\boxed{", "}"},
    {"\\fbox{", "}"}
  };

  /** Stars around a part: two anywhere except between factors, one at the beginning. */
  private static final Pattern EMPHASIS =
      Pattern.compile(
          "(?<![\\w)\\]}*])(\\*\\*|(?<![\\s\\S])\\*)(?=[^\\s*])([^*\\n]{1,200})(?<=[^\\s*])\\1(?![\\w(*])");

  private static final int LONGEST = 4_000;

  private Wrapping() {}

  static String strip(String text) {
    String rest = text.strip();
    if (rest.length() > LONGEST) {
      return rest; // Too long to be read.
    }
    rest = EMPHASIS.matcher(rest).replaceAll("$2");
    for (int rounds = 0; rounds < 12; rounds++) {
      String before = rest;
      for (String[] pair : PAIRS) {
        rest = unwrapped(rest, pair[0], pair[1]);
      }
      rest = withoutEnd(rest);
      if (rest.equals(before)) {
        break;
      }
    }
    return rest;
  }

  private static String unwrapped(String text, String open, String close) {
    int end = text.length() - close.length();
    if (!text.startsWith(open) || !text.endsWith(close) || end < open.length()) {
      return text;
    }
    boolean same =
        close.equals("}")
            ? closingBrace(text, open.length() - 1) == end
            : unescaped(text, close, open.length()) == end;
    return same ? text.substring(open.length(), end).strip() : text;
  }

  /**
   * The index of the brace that closes the one at {@code open}, or −1. Braces after a backslash are
   * characters, not groups.
   */
  static int closingBrace(String text, int open) {
    int depth = 0;
    for (int i = open; i < text.length(); i++) {
      switch (text.charAt(i)) {
        case '\\' -> i++;
        case '{' -> depth++;
        case '}' -> {
          if (--depth == 0) {
            return i;
          }
        }
        default -> {}
      }
    }
    return -1;
  }

  /** The index of the first delimiter without a backslash before it. */
  private static int unescaped(String text, String delimiter, int from) {
    int at = text.indexOf(delimiter, from);
    while (at > 0 && text.charAt(at - 1) == '\\') {
      at = text.indexOf(delimiter, at + 1);
    }
    return at;
  }

  /** Removes full stops, commas, white space and unmatched emphasis from the end. */
  private static String withoutEnd(String text) {
    int end = text.length();
    while (end > 0) {
      char c = text.charAt(end - 1);
      boolean point =
          c == '.'
              && !text.startsWith("..", Math.max(0, end - 2))
              && !text.startsWith("\\right", end - 7)
              && !isAbbreviation(text, end);
      if (point || c == ',' || c == ';' || Character.isWhitespace(c)) {
        end--;
      } else if (c == '*' && end > 1 && text.indexOf("**") == end - 2) {
        end -= 2;
      } else {
        break;
      }
    }
    return text.substring(0, end);
  }

  private static boolean isAbbreviation(String text, int end) {
    return end >= 4 && text.charAt(end - 2) == 'm' && text.charAt(end - 3) == '.';
  }
}
