package io.jackpot.jinja;

/**
 * Finds a text in another in linear time (Knuth, Morris, Pratt 1977): the JDK's search takes as
 * long as the product of their lengths.
 */
final class TextSearch {
  /** Units of work for a character. */
  private static final int COST = 8;

  private final String text;
  private final String part;

  /** For each length of a matched beginning of the part: the longest shorter one at its end. */
  private final int[] shorter;

  private int at;
  private int matched;

  /**
   * @param part not empty
   */
  TextSearch(Budget budget, String text, String part) {
    budget.characters(COST * ((long) text.length() + part.length()));
    budget.memory(4L * part.length());
    this.text = text;
    this.part = part;
    shorter = new int[part.length() + 1];
    for (int i = 1, length = 0; i < part.length(); i++) {
      length = extended(length, part.charAt(i));
      shorter[i + 1] = length;
    }
  }

  private int extended(int length, char next) {
    int longest = length;
    while (longest > 0 && (longest == part.length() || part.charAt(longest) != next)) {
      longest = shorter[longest];
    }
    return part.charAt(longest) == next ? longest + 1 : 0;
  }

  /** The next place, which may overlap with the one before; -1 if there is none. */
  int nextOverlapping() {
    while (at < text.length()) {
      if (matched == 0) {
        at = text.indexOf(part.charAt(0), at);
        if (at < 0) {
          at = text.length();
          return -1;
        }
      }
      matched = extended(matched, text.charAt(at++));
      if (matched == part.length()) {
        return at - matched;
      }
    }
    return -1;
  }

  /** The next place behind the one before; -1 if there is none. */
  int next() {
    matched = matched == part.length() ? 0 : matched;
    return nextOverlapping();
  }
}
