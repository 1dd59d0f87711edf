package io.jackpot.input;

import java.util.function.Supplier;

/**
 * Bad input from outside: a file, a setting, an argument. Its message is for people and on one
 * line: what and where, expected and found, what to do. The command line prints it as it is and
 * ends with status 2.
 */
public final class InputException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public InputException(String message) {
    super(message);
  }

  public InputException(String message, Throwable cause) {
    super(message, cause);
  }

  /**
   * Returns the result of {@code read}.
   *
   * @param where the place of the input, which goes in front of the message of an error
   */
  public static <T> T at(String where, Supplier<T> read) {
    try {
      return read.get();
    } catch (InputException e) {
      throw new InputException(where + ": " + e.getMessage(), e);
    }
  }
}
