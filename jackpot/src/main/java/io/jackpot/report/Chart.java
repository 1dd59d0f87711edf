package io.jackpot.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/**
 * The content of a chart, for any run.
 *
 * @param title a few words
 * @param explanation a sentence: what it shows and how to read it
 * @param range of its vertical axis
 * @param lines metrics; those that a run lacks are left out
 * @param guides values to compare with
 */
record Chart(String title, String explanation, Range range, List<Line> lines, List<Guide> guides) {

  /** The range of the vertical axis. */
  enum Range {
    /** From 0 to 1, or wider if there are values outside. */
    SHARE,
    /** From 0. */
    FROM_ZERO,
    /** As tight as the values allow. */
    CLOSE,
    /** As {@link #CLOSE}; in decades where values above 0 span more than two. */
    DECADES
  }

  /**
   * A metric.
   *
   * @param key in a metrics line
   * @param name in the legend
   */
  record Line(String key, String name) {
    /** Whether only the steps that evaluate have it. */
    boolean sparse() {
      return key.startsWith("heldOut") || key.equals("evalSeconds");
    }
  }

  /**
   * A horizontal line.
   *
   * @param value NaN where a run has none
   */
  record Guide(String name, ToDoubleFunction<Run> value) {}

  /** A line as it is drawn, with the colour of its place in the chart. */
  record Drawn(Line line, Points points, int colour) {}

  static Chart of(String title, Range range, String explanation) {
    return new Chart(title, explanation, range, List.of(), List.of());
  }

  Chart line(String key, String name) {
    return new Chart(title, explanation, range, plus(lines, new Line(key, name)), guides);
  }

  Chart guide(String name, ToDoubleFunction<Run> value) {
    return new Chart(title, explanation, range, lines, plus(guides, new Guide(name, value)));
  }

  /** The metrics it shows. */
  Set<String> keys() {
    return lines.stream().map(Line::key).collect(Collectors.toSet());
  }

  /** The lines that a run has; empty if there is nothing to show. */
  List<Drawn> drawn(Run run) {
    List<Drawn> drawn = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      Points points = run.points(lines.get(i).key());
      if (!points.isEmpty()) {
        drawn.add(new Drawn(lines.get(i), points, i + 1));
      }
    }
    return drawn;
  }

  private static <T> List<T> plus(List<T> list, T element) {
    List<T> longer = new ArrayList<>(list);
    longer.add(element);
    return List.copyOf(longer);
  }
}
