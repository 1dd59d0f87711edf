package io.jackpot.jinja;

import java.io.Serial;

/** A template that cannot be read or rendered; the message is one line that names the place. */
public final class TemplateException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  TemplateException(String message) {
    super(message);
  }

  /** An error in a line of the template. */
  TemplateException(int line, String message) {
    super("line " + line + ": " + message);
  }
}
