package io.jackpot.answers;

/**
 * @param text of a number: digits with at most one point, the repeated ones in parentheses; of a
 *     symbol or command: its name without the backslash
 * @param spaced whether white space stood before it
 */
record Token(Kind kind, String text, boolean spaced) {
  enum Kind {
    NUMBER,
    /** A variable or constant. */
    SYMBOL,
    /** A function's name. */
    FUNCTION,
    /** A word of a language, or a unit. */
    WORD,
    /** An operator, a bracket, or a command of LaTeX. */
    SIGN,
    END
  }

  boolean is(String sign) {
    return kind == Kind.SIGN && text.equals(sign);
  }

  boolean is(Kind other) {
    return kind == other;
  }
}
