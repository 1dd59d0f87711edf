package io.jackpot.report;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.IntStream;
import tools.jackson.databind.JsonNode;

/** A table of every metric of the evaluated steps, or of some steps if none was evaluated. */
final class NumbersTable {
  private static final int MOST_ROWS = 40;

  private NumbersTable() {}

  /** The table, folded; empty if the run has no steps yet. */
  static String html(Run run) {
    List<JsonNode> evaluations = run.metrics().stream().filter(Progress::evaluated).toList();
    List<JsonNode> rows = spread(evaluations.isEmpty() ? run.metrics() : evaluations);
    if (rows.isEmpty()) {
      return "";
    }
    String title = evaluations.isEmpty() ? "Steps of the run" : "Steps that were evaluated";
    Set<String> keys = run.keys();
    StringBuilder html = new StringBuilder();
    html.append("<details class=\"card\">\n<summary>%s ".formatted(title));
    html.append(
        "<span>(%s × %s, named as in metrics.jsonl)</span></summary>\n"
            .formatted(rows.size(), keys.size()));
    html.append("<div class=\"scroll\">\n<table>\n<thead><tr>");
    for (String key : keys) {
      html.append("<th class=\"number\">%s</th>".formatted(Markup.escape(key)));
    }
    html.append("</tr></thead>\n<tbody>\n");
    for (JsonNode row : rows) {
      html.append("<tr>");
      for (String key : keys) {
        html.append("<td class=\"number\">%s</td>".formatted(cell(row, key)));
      }
      html.append("</tr>\n");
    }
    return html.append("</tbody>\n</table>\n</div>\n</details>\n").toString();
  }

  private static String cell(JsonNode row, String key) {
    double value = Numbers.of(row, key);
    if (!row.has(key)) {
      return "";
    }
    return value == Math.rint(value)
        ? String.format(Locale.ROOT, "%.0f", value)
        : Numbers.shown(value);
  }

  /** Evenly spread lines, as many as a table may have, with the first and the last. */
  private static List<JsonNode> spread(List<JsonNode> lines) {
    if (lines.size() <= MOST_ROWS) {
      return lines;
    }
    return IntStream.range(0, MOST_ROWS)
        .mapToObj(i -> lines.get((int) ((long) i * (lines.size() - 1) / (MOST_ROWS - 1))))
        .toList();
  }
}
