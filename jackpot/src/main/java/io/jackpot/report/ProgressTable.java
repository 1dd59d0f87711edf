package io.jackpot.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The lines of the progress output: a header, and rows of the same columns below it. It has no
 * state; {@link ProgressLine} knows the screen.
 */
final class ProgressTable {
  private static final int WIDEST = 120;
  private static final int SHORTEST_BAR = 8;

  private ProgressTable() {}

  /** The tone of a piece of text, with its ANSI code. */
  enum Tone {
    PLAIN(""),
    FAINT("\033[2m"),
    STRONG("\033[1m"),
    GOOD("\033[32m"),
    BAD("\033[31m");

    private final String code;

    Tone(String code) {
      this.code = code;
    }
  }

  /**
   * The capabilities of the output.
   *
   * @param columns its width in characters
   * @param colours whether it takes ANSI colours
   * @param unicode whether it has more characters than ASCII
   */
  record Style(int columns, boolean colours, boolean unicode) {
    private String paint(String text, Tone tone) {
      return colours && tone != Tone.PLAIN && !text.isEmpty() ? tone.code + text + "\033[0m" : text;
    }

    private String plain(String text) {
      return unicode
          ? text
          : text.replace(Numbers.NONE, "-")
              .replace('▲', '+')
              .replace('▼', '-')
              .replace("κ", "kappa")
              .replace("→", "to");
    }
  }

  /**
   * A column of the table, with its text in one row.
   *
   * @param title its header
   * @param width in characters
   * @param text in the row
   * @param tone of the text
   * @param rank columns of a high rank are dropped first if the output is narrow
   */
  record Cell(String title, int width, String text, Tone tone, int rank) {}

  /** The titles of the columns that fit. */
  static String header(List<Cell> cells, Style style) {
    return style.paint(
        fitting(cells, style).stream()
            .map(cell -> right(style.plain(cell.title()), cell.width()))
            .collect(Collectors.joining(" ")),
        Tone.STRONG);
  }

  /** A row of the columns that fit. */
  static String row(List<Cell> cells, Style style) {
    return fitting(cells, style).stream()
        .map(cell -> style.paint(right(style.plain(cell.text()), cell.width()), cell.tone()))
        .collect(Collectors.joining(" "));
  }

  /** A row, with a bar behind it where there is room. */
  static String rowWithBar(List<Cell> cells, double share, Style style) {
    int length = Math.min(style.columns(), WIDEST) - width(fitting(cells, style)) - 3;
    if (length < SHORTEST_BAR) {
      return row(cells, style);
    }
    int full = (int) Math.floor(Math.clamp(share, 0, 1) * length);
    String done = (style.unicode() ? "━" : "#").repeat(full);
    String left = (style.unicode() ? "─" : "-").repeat(length - full);
    return row(cells, style) + "  " + style.paint(done, Tone.GOOD) + style.paint(left, Tone.FAINT);
  }

  /** A sentence, in the characters that the output has. */
  static String sentence(String text, Tone tone, Style style) {
    return style.paint(style.plain(text), tone);
  }

  /**
   * One character stays free: a full line would wrap, and \r would then not return to its start.
   */
  private static List<Cell> fitting(List<Cell> cells, Style style) {
    List<Cell> fitting = new ArrayList<>(cells);
    while (fitting.size() > 1 && width(fitting) >= style.columns()) {
      fitting.stream().max(Comparator.comparingInt(Cell::rank)).ifPresent(fitting::remove);
    }
    return fitting;
  }

  private static int width(List<Cell> cells) {
    return cells.stream().mapToInt(Cell::width).sum() + cells.size() - 1;
  }

  private static String right(String text, int width) {
    return " ".repeat(Math.max(0, width - text.length())) + text;
  }
}
