package io.jackpot.devices;

import io.jackpot.input.InputException;
import org.jspecify.annotations.Nullable;

/** What goes on with other ops than it began with; see {@link io.jackpot.tensor.Ops#arithmetic}. */
public final class Arithmetic {
  private Arithmetic() {}

  /**
   * A line on work that goes on with other ops than before; null if they are the same.
   *
   * @param until how far it came with those of before, for messages
   * @param strict refuse it
   * @throws InputException if it is refused
   */
  public static @Nullable String onOther(String before, String now, String until, boolean strict) {
    if (now.equals(before)) {
      return null;
    }
    String found = "computed on %s %s, and on %s now".formatted(before, until, now);
    if (strict) {
      throw new InputException(
          "--strict: " + found + "; expected the same, as the last bits differ");
    }
    return "warning: " + found + ": the last bits differ from those of an unbroken run";
  }
}
