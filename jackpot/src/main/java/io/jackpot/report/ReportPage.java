package io.jackpot.report;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import tools.jackson.databind.JsonNode;

/**
 * The page of a run: one HTML file that needs nothing else, from its headline down to its numbers.
 * Every text that comes from the run's files is escaped.
 */
final class ReportPage {
  private static final Plot CHART = new Plot(480, 262, 50, 10, 12, 28);
  private static final Plot RESULT = new Plot(640, 330, 50, 12, 12, 30);

  private static final int SAMPLES_OF_A_KIND = 3;
  private static final int LONGEST_TEXT = 1500;
  private static final int MOST_ROWS = 40;

  private final Run run;
  private final StringBuilder html = new StringBuilder();

  private ReportPage(Run run) {
    this.run = run;
  }

  static String of(Run run) {
    return new ReportPage(run).page();
  }

  private String page() {
    List<Charts.Section> sections = Charts.of(run);
    add(
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>%s</title>
        <style>
        %s</style>
        </head>
        <body>
        """
            .formatted(escape(run.name() + " – Jackpot run"), Resources.text("report.css")));
    top();
    add("<main>\n");
    result();
    navigation(sections);
    if (Plot.thins(run)) {
      add(
          "<p class=\"thinned\">Curves of this many steps are drawn twice: faint from the lowest to"
              + " the highest of neighbouring values, and strong through their means.</p>\n");
    }
    sections.forEach(this::charts);
    samples();
    settings();
    numbers();
    add(
        """
        </main>
        <footer>Made by <b>jackpot report</b> from config.json, metrics.jsonl and samples.jsonl of \
        this run. Equations and sections are those of “Jackpot: Optimal Budgeted Rejection Sampling \
        for Extreme Actor-Policy Mismatch RL”.</footer>
        <script>
        %s</script>
        </body>
        </html>
        """
            .formatted(Resources.text("report.js")));
    return html.toString();
  }

  private void top() {
    int last = run.lastStep();
    int total = run.totalSteps().orElse(Math.max(last, 0));
    String state =
        last >= total
            ? "<span class=\"chip good\">finished</span>"
            : "<span class=\"chip odd\">unfinished: %s of %s</span>"
                .formatted(last < 0 ? "no step" : "step " + last, total);
    add(
        """
        <header>
        <p class="brand">Jackpot <span>%s run</span> %s</p>
        %s
        </header>
        """
            .formatted(
                run.kind() == Run.Kind.TRAIN ? "training" : "supervised",
                escape(run.name()),
                state));
  }

  // The headline, its chart and the facts.

  private void result() {
    Headline headline = Headline.of(run);
    Chart chart = Charts.result(run.kind());
    boolean drawn = !chart.drawn(run).isEmpty();
    add("<div class=\"card\">\n<div class=\"hero%s\">\n<div>\n".formatted(drawn ? "" : " alone"));
    add("<h1>%s</h1>\n<p class=\"result\">".formatted(escape(headline.title())));
    if (!headline.from().isEmpty()) {
      add("<span class=\"from\">%s</span>".formatted(escape(headline.from())));
      add("<span class=\"arrow\">→</span>");
    }
    add(escape(headline.to()) + "</p>\n");
    for (String detail : headline.details()) {
      add("<p class=\"detail\">%s</p>\n".formatted(escape(detail)));
    }
    if (drawn) {
      add("<p class=\"detail explanation\">%s</p>\n".formatted(escape(chart.explanation())));
    }
    add("</div>\n");
    if (drawn) {
      chart(chart, RESULT);
    }
    add("</div>\n");
    facts();
    add("</div>\n");
    double bad =
        run.metrics().stream().mapToDouble(line -> Numbers.of(line, "badGold")).max().orElse(0);
    if (bad > 0) {
      add(
          "<p class=\"notice\">%s problems were passed over, because their answer in the problem file cannot be read.</p>\n"
              .formatted(Numbers.significant(bad)));
    }
  }

  private void facts() {
    add("<dl class=\"facts\">\n");
    if (run.config().has("arm")) {
      fact("arm", text("arm"), "");
    }
    for (String model : List.of("policy", "actor", "model")) {
      if (run.config().has(model)) {
        model(model);
      }
    }
    if (run.lastStep() >= 0) {
      int total = run.totalSteps().orElse(run.lastStep());
      fact("steps", Integer.toString(run.lastStep()), run.lastStep() < total ? "of " + total : "");
    }
    if (run.sum("tokens") > 0) {
      fact(
          run.kind() == Run.Kind.TRAIN ? "response tokens" : "tokens",
          Numbers.si(run.sum("tokens")),
          "");
    }
    double elapsed = run.points("elapsedSeconds").last();
    double seconds = Double.isFinite(elapsed) ? elapsed : run.sum("stepSeconds");
    if (seconds > 0) {
      double rollout = run.sum("rolloutSeconds") / seconds;
      fact(
          "wall time",
          Numbers.duration(seconds),
          rollout > 0 ? "%s%% of it rollout".formatted(Math.round(100 * rollout)) : "");
    }
    if (run.config().has("seed")) {
      fact("seed", text("seed"), "");
    }
    add("</dl>\n");
  }

  private void model(String model) {
    Long parameters = run.parameters().get(model);
    Long policy = run.parameters().get("policy");
    if (parameters == null) {
      fact(model, text(model), "");
    } else {
      String share =
          model.equals("actor") && policy != null
              ? ", %s%% of the policy".formatted(Math.round(100.0 * parameters / policy))
              : "";
      fact(model, Numbers.si(parameters) + " parameters", text(model) + share);
    }
  }

  private void fact(String name, String value, String note) {
    String small = note.isEmpty() ? "" : " <small>" + escape(note) + "</small>";
    add("<div><dt>%s</dt><dd>%s%s</dd></div>\n".formatted(escape(name), escape(value), small));
  }

  private String text(String setting) {
    JsonNode value = run.config().path(setting);
    return value.isString() ? value.stringValue() : value.toString();
  }

  private void navigation(List<Charts.Section> sections) {
    List<String> titles = new ArrayList<>(sections.stream().map(Charts.Section::title).toList());
    if (!run.samples().isEmpty()) {
      titles.add("Samples");
    }
    if (!run.config().isEmpty()) {
      titles.add("Settings");
    }
    if (!run.metrics().isEmpty()) {
      titles.add("Numbers");
    }
    add("<nav aria-label=\"Sections\">\n");
    titles.forEach(title -> add("<a href=\"#%s\">%s</a>\n".formatted(anchor(title), title)));
    add("</nav>\n");
  }

  // Charts.

  private void charts(Charts.Section section) {
    heading(section.title(), "");
    add("<div class=\"charts\">\n");
    for (Chart chart : section.charts()) {
      chart(chart, CHART);
    }
    add("</div>\n</section>\n");
  }

  private void chart(Chart chart, Plot plot) {
    boolean inGrid = plot.equals(CHART);
    add(
        "<figure class=\"%s\">\n<h3>%s</h3>\n<div class=\"keys\">"
            .formatted(inGrid ? "chart card" : "chart", escape(chart.title())));
    for (Chart.Drawn line : chart.drawn(run)) {
      add(
          "<label><input type=\"checkbox\" class=\"k%s\" checked><i class=\"c%s\"></i>%s <b>%s</b></label>\n"
              .formatted(
                  line.colour(),
                  line.colour(),
                  escape(line.line().name()),
                  Numbers.shown(line.points().last())));
    }
    add(
        "</div>\n<svg viewBox=\"0 0 %s %s\" role=\"img\" aria-label=\"%s\" %s>\n%s</svg>\n"
            .formatted(
                plot.width(),
                plot.height(),
                escape(Plot.inWords(chart, run)),
                plot.dataOf(chart, run),
                plot.draw(chart, run)));
    if (inGrid) {
      add("<figcaption>%s</figcaption>\n".formatted(escape(chart.explanation())));
    }
    add("</figure>\n");
  }

  // Samples.

  private void samples() {
    List<Integer> steps =
        run.samples().stream().map(line -> line.path("step").intValue()).distinct().toList();
    if (steps.isEmpty()) {
      return;
    }
    heading(
        "Samples",
        "What the models wrote at the first, a middle and the last step that has samples.");
    add(
        """
        <div class="card scroll samples">
        <table>
        <thead><tr><th>Prompt</th><th>Response</th><th>Answer</th><th>Verdict</th>\
        <th class="number">Reward</th><th class="number">Advantage</th><th class="number">Accepted</th></tr></thead>
        """);
    Set<Integer> shown =
        new LinkedHashSet<>(
            List.of(steps.getFirst(), steps.get(steps.size() / 2), steps.getLast()));
    for (int step : shown) {
      samples(step, "train", "rollout, trained on");
      samples(step, "heldOut", "held-out");
    }
    add("</table>\n</div>\n</section>\n");
  }

  private void samples(int step, String kind, String meaning) {
    List<JsonNode> lines =
        run.samples().stream()
            .filter(line -> line.path("step").intValue() == step)
            .filter(line -> line.path("kind").asString("").equals(kind))
            .limit(SAMPLES_OF_A_KIND)
            .toList();
    if (lines.isEmpty()) {
      return;
    }
    add(
        "<tbody>\n<tr><th class=\"step\" colspan=\"7\">Step %s, %s</th></tr>\n"
            .formatted(step, meaning));
    for (JsonNode line : lines) {
      String verdict = line.path("verdict").asString("");
      // Only verdicts that we know become a class.
      String style = Set.of("correct", "wrong", "unparsed").contains(verdict) ? verdict : "odd";
      add("<tr>");
      sampleText(line, "prompt", "Prompt");
      sampleText(line, "response", "Response");
      sampleText(line, "answer", "Answer");
      add("<td><span class=\"chip %s\">%s</span></td>".formatted(style, escape(verdict)));
      sampleNumber(line, "reward", "Reward");
      sampleNumber(line, "advantage", "Advantage");
      sampleNumber(line, "acceptance", "Accepted");
      add("</tr>\n");
    }
    add("</tbody>\n");
  }

  private void sampleText(JsonNode line, String key, String label) {
    JsonNode value = line.path(key);
    String text =
        value.isString() ? value.stringValue() : value.isMissingNode() ? "" : value.toString();
    add(
        "<td data-label=\"%s\"><div class=\"text mono\" dir=\"auto\">%s</div></td>"
            .formatted(label, Markup.visible(text, LONGEST_TEXT)));
  }

  private void sampleNumber(JsonNode line, String key, String label) {
    add(
        "<td class=\"number\" data-label=\"%s\">%s</td>"
            .formatted(label, line.has(key) ? Numbers.fixed(Numbers.of(line, key), 2) : ""));
  }

  // Tables.

  private void settings() {
    List<SettingsTable.Row> rows = SettingsTable.of(run);
    if (rows.isEmpty()) {
      return;
    }
    List<SettingsTable.Row> chosen = rows.stream().filter(SettingsTable.Row::differs).toList();
    heading(
        "Settings",
        chosen.isEmpty() ? "All as they are by default." : "Those that differ from the defaults.");
    if (!chosen.isEmpty()) {
      add("<div class=\"card scroll\">\n");
      settings(chosen);
      add("</div>\n");
    }
    add(
        "<details class=\"card\">\n<summary>All settings <span>(%s)</span></summary>\n"
            .formatted(rows.size()));
    add("<div class=\"scroll\">\n");
    settings(rows);
    add("</div>\n</details>\n</section>\n");
  }

  private void settings(List<SettingsTable.Row> rows) {
    add(
        "<table>\n<thead><tr><th>Setting</th><th>Value</th><th>Default</th><th>Meaning</th></tr></thead>\n<tbody>\n");
    for (SettingsTable.Row row : rows) {
      add(
          "<tr><td class=\"name\"><code>%s</code></td><td><b>%s</b></td><td class=\"soft\">%s</td><td class=\"soft\">%s</td></tr>\n"
              .formatted(
                  escape(row.name()),
                  escape(row.value()),
                  row.standard() == null ? "" : escape(row.standard()),
                  escape(row.help())));
    }
    add("</tbody>\n</table>\n");
  }

  private void numbers() {
    List<JsonNode> evaluations = run.metrics().stream().filter(Progress::evaluated).toList();
    List<JsonNode> rows = spread(evaluations.isEmpty() ? run.metrics() : evaluations);
    if (rows.isEmpty()) {
      return;
    }
    Set<String> keys = run.keys();
    heading("Numbers", "");
    add(
        "<details class=\"card\">\n<summary>%s <span>(%s × %s, named as in metrics.jsonl)</span></summary>\n"
            .formatted(
                evaluations.isEmpty() ? "Steps of the run" : "Steps that were evaluated",
                rows.size(),
                keys.size()));
    add("<div class=\"scroll\">\n<table>\n<thead><tr>");
    keys.forEach(key -> add("<th class=\"number\">%s</th>".formatted(escape(key))));
    add("</tr></thead>\n<tbody>\n");
    for (JsonNode row : rows) {
      add("<tr>");
      keys.forEach(key -> add("<td class=\"number\">%s</td>".formatted(cell(row, key))));
      add("</tr>\n");
    }
    add("</tbody>\n</table>\n</div>\n</details>\n</section>\n");
  }

  private static String cell(JsonNode row, String key) {
    double value = Numbers.of(row, key);
    return !row.has(key)
        ? ""
        : value == Math.rint(value)
            ? String.format(Locale.ROOT, "%.0f", value)
            : Numbers.shown(value);
  }

  /** As many lines as a table may have, the first and the last among them. */
  private static List<JsonNode> spread(List<JsonNode> lines) {
    int n = Math.min(lines.size(), MOST_ROWS);
    return IntStream.range(0, n)
        .mapToObj(i -> lines.get(n == 1 ? 0 : (int) ((long) i * (lines.size() - 1) / (n - 1))))
        .collect(Collectors.toList());
  }

  private void heading(String title, String explanation) {
    add("<section id=\"%s\">\n<h2>%s</h2>\n".formatted(anchor(title), escape(title)));
    if (!explanation.isEmpty()) {
      add("<p>%s</p>\n".formatted(escape(explanation)));
    }
  }

  private static String anchor(String title) {
    return title.toLowerCase(Locale.ROOT).replace(' ', '-');
  }

  private static String escape(String text) {
    return Markup.escape(text);
  }

  private void add(String text) {
    html.append(text);
  }
}
