package io.jackpot.report;

import java.util.LinkedHashSet;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** The samples of a run as a table; the text is from models and may be anything. */
final class SamplesTable {
  private static final int LINES_OF_A_KIND = 3;
  private static final int LONGEST_TEXT = 1500;

  private SamplesTable() {}

  /** The table of a few steps; empty if the run has no samples. */
  static String html(Run run) {
    List<Integer> steps = run.samples().stream().map(SamplesTable::step).distinct().toList();
    if (steps.isEmpty()) {
      return "";
    }
    StringBuilder html = new StringBuilder();
    html.append(
        """
        <p>Responses of the first, a middle and the last step with samples.</p>
        <div class="card scroll samples">
        <table>
        <thead><tr><th>Prompt</th><th>Response</th><th>Answer</th><th>Verdict</th>\
        <th class="number">Reward</th><th class="number">Advantage</th>\
        <th class="number">Accepted</th></tr></thead>
        """);
    List<Integer> some = List.of(steps.getFirst(), steps.get(steps.size() / 2), steps.getLast());
    for (int step : new LinkedHashSet<>(some)) {
      html.append(rows(run, step, "train", "rollout, trained on"));
      html.append(rows(run, step, "heldOut", "held-out"));
    }
    return html.append("</table>\n</div>\n").toString();
  }

  private static String rows(Run run, int step, String kind, String meaning) {
    List<JsonNode> lines =
        run.samples().stream()
            .filter(line -> step(line) == step && string(line, "kind").equals(kind))
            .limit(LINES_OF_A_KIND)
            .toList();
    if (lines.isEmpty()) {
      return "";
    }
    StringBuilder html = new StringBuilder();
    html.append("<tbody>\n<tr><th class=\"step\" colspan=\"7\">");
    html.append("Step %s, %s</th></tr>\n".formatted(step, meaning));
    for (JsonNode line : lines) {
      html.append("<tr>")
          .append(text(line, "prompt", "Prompt"))
          .append(text(line, "response", "Response"))
          .append(text(line, "answer", "Answer"))
          .append("<td>%s</td>".formatted(verdict(string(line, "verdict"))))
          .append(number(line, "reward", "Reward"))
          .append(number(line, "advantage", "Advantage"))
          .append(number(line, "acceptance", "Accepted"))
          .append("</tr>\n");
    }
    return html.append("</tbody>\n").toString();
  }

  static String verdict(String verdict) {
    String style = EvalSamples.VERDICTS.contains(verdict) ? verdict : "odd";
    return "<span class=\"chip %s\">%s</span>".formatted(style, Markup.escape(verdict));
  }

  /** A cell with the text that a line has under {@code key}. */
  static String text(JsonNode line, String key, String label) {
    return "<td data-label=\"%s\"><div class=\"text mono\" dir=\"auto\">%s</div></td>"
        .formatted(label, Markup.visible(string(line, key), LONGEST_TEXT));
  }

  private static String number(JsonNode line, String key, String label) {
    String number = line.has(key) ? Numbers.fixed(line, key, 2) : "";
    return "<td class=\"number\" data-label=\"%s\">%s</td>".formatted(label, number);
  }

  private static int step(JsonNode line) {
    return line.path("step").intValue();
  }

  private static String string(JsonNode line, String key) {
    return Markup.plain(line.path(key));
  }
}
