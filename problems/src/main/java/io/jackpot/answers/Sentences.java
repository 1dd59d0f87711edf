package io.jackpot.answers;

/** Finds the ends of sentences with formulas. */
final class Sentences {
  private Sentences() {}

  /**
   * The end of the first sentence: a full stop, exclamation or question mark before white space, or
   * the end of the line, outside of formulas.
   */
  static int end(String text) {
    String close = "";
    boolean blank = true;
    for (int i = 0; i < text.length(); i++) {
      if (!close.isEmpty()) {
        if (text.startsWith(close, i)) {
          i += close.length() - 1;
          close = "";
        }
        continue;
      }
      char c = text.charAt(i);
      blank &= Character.isWhitespace(c);
      String opened = closing(text, i);
      if (!opened.isEmpty() && text.indexOf(opened, i + opened.length()) > 0) {
        close = opened;
        i += opened.length() - 1;
      } else if (c == '\\') {
        i++;
      } else if (c == '\n' && !blank) {
        return i;
      } else if ((c == '.' || c == '!' || c == '?') && endsHere(text, i)) {
        return i;
      }
    }
    return text.length();
  }

  private static String closing(String text, int i) {
    return text.startsWith("$$", i)
        ? "$$"
        : text.startsWith("$", i)
            ? "$"
            : text.startsWith("\\[", i) ? "\\]" : text.startsWith("\\(", i) ? "\\)" : "";
  }

  private static boolean endsHere(String text, int i) {
    int next = i + 1;
    while (next < text.length() && "*\"')".indexOf(text.charAt(next)) >= 0) {
      next++;
    }
    boolean factorial =
        text.charAt(i) == '!'
            && next < text.length()
            && text.charAt(next) == ' '
            && next + 1 < text.length()
            && !Character.isUpperCase(text.charAt(next + 1));
    boolean abbreviation =
        i >= 3 && text.charAt(i - 1) == 'm' && text.charAt(i - 2) == '.'; // 3:45 p.m.
    boolean option =
        text.charAt(i) == '.'
            && i >= 1
            && text.charAt(i - 1) >= 'A'
            && text.charAt(i - 1) <= 'J'
            && text.substring(0, i - 1).chars().allMatch(c -> c == '*' || Character.isWhitespace(c))
            && next < text.length();
    return !factorial
        && !abbreviation
        && !option
        && (next >= text.length() || Character.isWhitespace(text.charAt(next)));
  }
}
