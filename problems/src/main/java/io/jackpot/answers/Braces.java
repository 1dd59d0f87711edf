package io.jackpot.answers;

/** Finds the end of what braces enclose. */
final class Braces {
  private Braces() {}

  /**
   * The place of the brace that closes the one at {@code open}, or −1. Braces after a backslash are
   * signs, not groups.
   */
  static int end(String text, int open) {
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
}
