package io.jackpot.answers;

/**
 * A piece of an answer.
 *
 * @param text the digits of a number with at most one point, repeated digits in parentheses; the
 *     name of a symbol or command without the backslash
 * @param spaced whether white space precedes it
 */
record AnswerToken(Kind kind, String text, boolean spaced) {
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
