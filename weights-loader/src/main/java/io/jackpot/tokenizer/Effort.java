package io.jackpot.tokenizer;

import io.jackpot.input.InputException;

/**
 * What tokenizing one text, or joining one sequence of tokens, may take: steps, and the length of
 * what the parts of a tokenizer make of it. Both grow with the text, so a hostile file costs no
 * more than a multiple of it: under a second for a megabyte. Not thread-safe.
 */
public final class Effort {
  /** Steps of patterns and of parts, of 5 to 20 ns, whatever the text. */
  private static final long STEPS = 5_000_000;

  /** Steps for each character; published tokenizers take up to 22. */
  private static final long STEPS_OF_CHARACTER = 60;

  /** The most characters that a part makes, whatever the text. */
  private static final long LENGTH = 1 << 20;

  /** The most for each character; Unicode's forms make up to 18 of one, of nearly all far less. */
  private static final long LENGTH_OF_CHARACTER = 8;

  private final long length;
  private long stepsLeft;

  /**
   * @param length of the text, in characters
   */
  public Effort(long length) {
    this.length = length;
    stepsLeft = STEPS + STEPS_OF_CHARACTER * length;
  }

  /** Whether {@code count} more steps are allowed. */
  boolean take(long count) {
    stepsLeft -= count;
    return stepsLeft >= 0;
  }

  /**
   * Counts steps.
   *
   * @throws InputException if there are too many for the text
   */
  void steps(long count) {
    if (!take(count)) {
      throw new InputException(
          "takes more than %,d steps on a text of %,d characters"
              .formatted(STEPS + STEPS_OF_CHARACTER * length, length));
    }
  }

  /**
   * Checks the length of a text that a part makes.
   *
   * @throws InputException if it is too long
   */
  void length(long made) {
    long most = LENGTH + LENGTH_OF_CHARACTER * length;
    if (made > most) {
      throw new InputException(
          "makes more than %,d characters of a text of %,d".formatted(most, length));
    }
  }
}
