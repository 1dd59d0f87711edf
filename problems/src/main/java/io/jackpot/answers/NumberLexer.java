package io.jackpot.answers;

/**
 * Reads a number with separators between thousands: commas, {@code {,}}, {@code \,}, thin and plain
 * spaces. A comma separates thousands only if three digits follow each time. Inside brackets, where
 * commas usually separate coordinates, the next digit must be a zero.
 */
final class NumberLexer {
  private static final String[] SEPARATORS = {
    ", \\! ", ",\\! ", "\\!,\\!", "\\!,", ",\\!", "{,}\\!", "{,}", ",", "\\,", "\\;", "\\:", "\\ ",
    "\u2009", "\u202f", "\u00a0", " ", "'"
  };

  private final String text;
  private final StringBuilder digits = new StringBuilder();
  private int at;

  NumberLexer(String text, int start, boolean inBrackets) {
    this.text = text;
    at = start;
    readDigits();
    if (!digits.isEmpty() && digits.length() <= 3 && digits.charAt(0) != '0') {
      readGroups(inBrackets);
    }
    readFraction();
    readExponent();
  }

  /** Digits with at most one point, repeated digits in parentheses, and an optional exponent. */
  String text() {
    return digits.toString();
  }

  int end() {
    return at;
  }

  private boolean isDigit(int i) {
    return i < text.length() && Character.digit(text.charAt(i), 10) >= 0;
  }

  private void readDigits() {
    while (isDigit(at)) {
      digits.append((char) ('0' + Character.digit(text.charAt(at++), 10)));
    }
  }

  private void readGroups(boolean inBrackets) {
    for (String separator : SEPARATORS) {
      if (!isGroup(at, separator)) {
        continue;
      }
      int end = at;
      while (isGroup(end, separator)) {
        end += separator.length() + 3;
      }
      boolean comma = separator.equals(",");
      if (comma && end < text.length() && text.charAt(end) == ',' && isDigit(end + 1)) {
        return; // 1,234,5 is a list.
      }
      if (comma && inBrackets && text.charAt(at + 1) != '0') {
        return;
      }
      if (separator.equals(" ") && end < text.length() && text.charAt(end) == '/') {
        return;
      }
      while (at < end) {
        at += separator.length();
        int groupEnd = at + 3;
        for (; at < groupEnd; at++) {
          digits.append((char) ('0' + Character.digit(text.charAt(at), 10)));
        }
      }
      return;
    }
  }

  /** Whether a separator and exactly three digits begin at an index. */
  private boolean isGroup(int i, String separator) {
    int start = i + separator.length();
    return text.startsWith(separator, i)
        && isDigit(start)
        && isDigit(start + 1)
        && isDigit(start + 2)
        && !isDigit(start + 3);
  }

  private void readFraction() {
    boolean comma = text.startsWith("{,}", at) && isDigit(at + 3);
    boolean point =
        at < text.length() && text.charAt(at) == '.' && (isDigit(at + 1) || repeatEnd(at + 1) > 0);
    if (!comma && !point) {
      return;
    }
    at += comma ? 3 : 1;
    digits.append('.');
    readDigits();
    int end = repeatEnd(at);
    if (end > 0) {
      digits.append('(');
      for (; at < end; at++) {
        if (isDigit(at)) {
          digits.append((char) ('0' + Character.digit(text.charAt(at), 10)));
        }
      }
      digits.append(')');
    }
  }

  /** The end of repeated digits that begin at {@code start}, as {@code \overline{3}}; 0 if none. */
  private int repeatEnd(int start) {
    for (String mark : new String[] {"\\overline{", "\\bar{", "\\dot{"}) {
      if (text.startsWith(mark, start)) {
        int end = start + mark.length();
        while (isDigit(end)) {
          end++;
        }
        boolean closed =
            end > start + mark.length() && end < text.length() && text.charAt(end) == '}';
        return closed ? end + 1 : 0;
      }
    }
    return 0;
  }

  private void readExponent() {
    int start = at;
    if (start < text.length() && (text.charAt(start) == 'e' || text.charAt(start) == 'E')) {
      int sign = start + 1;
      boolean signed =
          sign < text.length() && (text.charAt(sign) == '-' || text.charAt(sign) == '+');
      int first = signed ? sign + 1 : sign;
      if (isDigit(first)) {
        digits.append('e').append(signed && text.charAt(sign) == '-' ? "-" : "");
        at = first;
        readDigits();
      }
    }
  }
}
