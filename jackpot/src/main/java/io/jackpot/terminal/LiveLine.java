package io.jackpot.terminal;

import java.io.PrintWriter;
import java.util.function.IntSupplier;

/** The last line of a terminal, which is rewritten in place. */
public final class LiveLine {
  private final PrintWriter out;
  private final IntSupplier columns;
  private int length;
  private int shownAt;

  /**
   * @param columns the width of the terminal as it is now
   */
  public LiveLine(PrintWriter out, IntSupplier columns) {
    this.out = out;
    this.columns = columns;
  }

  /** Shows a line in place of the one before; its visible part is narrower than the terminal. */
  public void show(String line) {
    int next = visibleLength(line);
    rewind();
    out.print(line + " ".repeat(Math.max(0, length - next)));
    length = next;
    shownAt = columns.getAsInt();
  }

  /** The number of visible characters of a line. */
  public static int visibleLength(String line) {
    return line.replaceAll("\033\\[\\d*m", "").length();
  }

  /** Takes it away; what is printed next begins at its place. */
  public void clear() {
    if (length > 0) {
      rewind();
      out.print(" ".repeat(length) + "\r");
      length = 0;
    }
  }

  /** Leaves it as it is; what is printed next begins on a new line. */
  public void end() {
    if (length > 0) {
      out.print("\n");
      length = 0;
    }
  }

  /**
   * Returns to its beginning. A terminal that has become narrower shows it in several rows: they
   * are cleared.
   */
  private void rewind() {
    int width = columns.getAsInt();
    int above = width < shownAt && length > 0 ? (length - 1) / width : 0;
    out.print("\r");
    if (above > 0) {
      out.print("\033[" + above + "A\033[J");
      length = 0;
    }
  }
}
