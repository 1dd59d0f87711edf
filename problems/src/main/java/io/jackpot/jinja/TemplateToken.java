package io.jackpot.jinja;

/**
 * A piece of a template.
 *
 * @param text the text outside of tags, a name, an operator, or the value of a string
 * @param line the line where it begins, from 1
 */
record TemplateToken(Kind kind, String text, int line) {
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

  boolean isOperator(String wanted) {
    return kind == Kind.OPERATOR && text.equals(wanted);
  }

  boolean isName(String wanted) {
    return kind == Kind.NAME && text.equals(wanted);
  }

  /** The error at this token. */
  TemplateException error(String message) {
    return new TemplateException(line, message);
  }

  /** The token as messages show it. */
  String shown() {
    return switch (kind) {
      case END -> "the template's end";
      case OUTPUT_BEGIN -> "{{";
      case OUTPUT_END -> "}}";
      case BLOCK_BEGIN -> "{%";
      case BLOCK_END -> "%}";
      case DATA -> "text";
      default -> "\"" + Values.shown(text) + "\"";
    };
  }
}
