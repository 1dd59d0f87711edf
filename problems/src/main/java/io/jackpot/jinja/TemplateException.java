package io.jackpot.jinja;

import java.io.Serial;

/** A template that cannot be read or rendered; the message is one line that names the place. */
public final class TemplateException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  /** The most characters of a message, which may be what a template raises. */
  private static final int LONGEST = 1000;

  TemplateException(String message) {
    super(message.length() > LONGEST ? message.substring(0, LONGEST) + "…" : message);
  }

  /** An error in a line of the template. */
  TemplateException(int line, String message) {
    this("line " + line + ": " + message);
  }
}
