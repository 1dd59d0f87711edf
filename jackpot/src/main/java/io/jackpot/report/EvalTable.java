package io.jackpot.report;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Results of evaluations as a table with a row per data set. */
final class EvalTable {
  private EvalTable() {}

  /**
   * A row.
   *
   * @param evaluation a cell with the evaluation that the row is of, as HTML; empty in its own
   *     table
   * @param numbers an object of {@code results.json}
   */
  private record Row(String evaluation, String dataset, JsonNode numbers) {}

  /** The table of one evaluation, with a row for the mean if there are several data sets. */
  static String of(ObjectNode results) {
    return table("", rows("", results));
  }

  /**
   * The table of the evaluations of a run's models; empty if there is none.
   *
   * @param evaluations their results, by name
   */
  static String ofRun(Map<String, ObjectNode> evaluations) {
    List<Row> rows = new ArrayList<>();
    evaluations.forEach((name, results) -> {
      String evaluation =
          "<td class=\"name\"><b>%s</b> <small>%s, temperature %s%s</small></td>"
              .formatted(
                  Markup.escape(name),
                  escaped(results, "model"),
                  escaped(results, "temperature"),
                  Numbers.of(results, "topP") < 1 ? ", top-p " + escaped(results, "topP") : "");
      rows.addAll(rows(evaluation, results));
    });
    return rows.isEmpty() ? "" : table("<th>Evaluation</th>", rows);
  }

  private static String escaped(ObjectNode results, String key) {
    return Markup.escape(Markup.plain(results.path(key)));
  }

  private static List<Row> rows(String evaluation, ObjectNode results) {
    List<Row> rows = new ArrayList<>();
    JsonNode sets = results.path("datasets");
    for (JsonNode set : sets) {
      rows.add(new Row(evaluation, Markup.plain(set.path("name")), set));
    }
    if (sets.size() > 1) {
      rows.add(new Row(evaluation, "mean", results));
    }
    return rows;
  }

  /** The keys of the estimates that any of the rows has. */
  static List<String> estimates(List<JsonNode> objects) {
    Set<String> keys = new LinkedHashSet<>();
    for (JsonNode object : objects) {
      object.propertyNames().stream()
          .filter(key -> key.matches("(mean|pass)@\\d+"))
          .forEach(keys::add);
    }
    return List.copyOf(keys);
  }

  private static String table(String first, List<Row> rows) {
    List<String> estimates = estimates(rows.stream().map(Row::numbers).toList());
    StringBuilder html = new StringBuilder();
    html.append("<div class=\"card scroll\">\n<table class=\"results\">\n<thead><tr>");
    html.append(first).append("<th>Data set</th><th class=\"number\">Problems</th>");
    estimates.forEach(key -> html.append("<th>%s</th>".formatted(Markup.escape(key))));
    html.append(
        """
        <th class="number">Unparsed</th><th class="number">Cut off</th>\
        <th>Length in tokens</th></tr></thead>
        <tbody>
        """);
    rows.forEach(row -> html.append(row(row, estimates)));
    return html.append("</tbody>\n</table>\n</div>\n").toString();
  }

  private static String row(Row row, List<String> estimates) {
    StringBuilder html = new StringBuilder("<tr>").append(row.evaluation);
    double bad = Numbers.of(row.numbers, "badGold");
    html.append("<td class=\"name\"><b>%s</b></td>".formatted(Markup.escape(row.dataset)));
    html.append(
        "<td class=\"number\">%s%s</td>"
            .formatted(
                Numbers.fixed(row.numbers, "n", 0),
                bad > 0 ? "<small>%s with bad gold</small>".formatted(Numbers.shown(bad)) : ""));
    estimates.forEach(key -> html.append(estimate(row.numbers.path(key))));
    html.append(number(row, "unparsedShare", 3))
        .append(number(row, "truncatedShare", 3))
        .append(
            "<td class=\"length\"><b>%s</b> <small>median %s, 95%% up to %s, longest %s</small></td>"
                .formatted(
                    Numbers.fixed(row.numbers, "lengthMean", 1),
                    Numbers.shown(Numbers.of(row.numbers, "lengthMedian")),
                    Numbers.shown(Numbers.of(row.numbers, "lengthP95")),
                    Numbers.shown(Numbers.of(row.numbers, "lengthMax"))));
    return html.append("</tr>\n").toString();
  }

  private static String number(Row row, String key, int digits) {
    return "<td class=\"number\">%s</td>".formatted(Numbers.fixed(row.numbers, key, digits));
  }

  /** An estimate with its interval, in numbers and as a line between 0 and 1. */
  private static String estimate(JsonNode estimate) {
    double value = Numbers.of(estimate, "value");
    if (!Double.isFinite(value)) {
      return "<td></td>";
    }
    double low = Numbers.of(estimate, "low");
    double high = Numbers.of(estimate, "high");
    return """
    <td class="estimate"><b>%s</b> <small>%s to %s</small>\
    <span class="interval"><i style="left:%s%%;width:%s%%"></i><b style="left:%s%%"></b></span></td>\
    """
        .formatted(
            Numbers.fixed(value, 3),
            Numbers.fixed(low, 3),
            Numbers.fixed(high, 3),
            Numbers.fixed(100 * low, 1),
            Numbers.fixed(100 * (high - low), 1),
            Numbers.fixed(100 * value, 1));
  }
}
