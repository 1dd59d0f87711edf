package io.jackpot.jinja;

/**
 * A piece of a template.
 *
 * @param text what it is: the text itself, a name, an operator, the value of a string
 * @param line where it begins, from 1
 */
record Token(Kind kind, String text, int line) {
  enum Kind {
    /** Text outside of all tags. */
    DATA,
    OUTPUT_BEGIN,
    OUTPUT_END,
    BLOCK_BEGIN,
    BLOCK_END,
    NAME,
    STRING,
    INTEGER,
    FLOAT,
    OPERATOR,
    END
  }

  boolean is(Kind wanted, String wantedText) {
    return kind == wanted && text.equals(wantedText);
  }

  boolean isOperator(String wanted) {
    return is(Kind.OPERATOR, wanted);
  }

  boolean isName(String wanted) {
    return is(Kind.NAME, wanted);
  }

  /** For messages. */
  String shown() {
    return switch (kind) {
      case END -> "the template's end";
      case OUTPUT_BEGIN -> "{{";
      case OUTPUT_END -> "}}";
      case BLOCK_BEGIN -> "{%";
      case BLOCK_END -> "%}";
      case DATA -> "text";
      default -> "\"" + text + "\"";
    };
  }
}
