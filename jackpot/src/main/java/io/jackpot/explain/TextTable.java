package io.jackpot.explain;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A table of right-aligned columns, each as wide as its widest cell. */
final class TextTable {
  private TextTable() {}

  /**
   * @param rows of equal length; the first has the titles
   */
  static String of(List<List<String>> rows) {
    int[] widths =
        IntStream.range(0, rows.getFirst().size())
            .map(column -> rows.stream().mapToInt(row -> row.get(column).length()).max().orElse(0))
            .toArray();
    return rows.stream()
        .map(row ->
            IntStream.range(0, widths.length)
                .mapToObj(i -> " ".repeat(widths[i] - row.get(i).length()) + row.get(i))
                .collect(Collectors.joining(" ")))
        .collect(Collectors.joining("\n"));
  }

  /** A number with a few digits: {@code 0.734}, {@code 1.2e-05}. */
  static String number(double value) {
    double size = Math.abs(value);
    boolean plain = size == 0 || (size >= 1e-3 && size < 1e4);
    return String.format(Locale.ROOT, plain ? "%.3f" : "%.1e", value);
  }
}
