package io.jackpot.report;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The page of a run: one self-contained HTML file, from the headline to the numbers. All text from
 * the run's files is escaped.
 */
final class ReportPage extends Page {
  private static final Plot CHART = new Plot(480, 262, 50, 10, 12, 28);
  private static final Plot RESULT = new Plot(640, 330, 50, 12, 12, 30);

  private final Run run;

  private ReportPage(Run run) {
    this.run = run;
  }

  static String of(Run run) {
    return new ReportPage(run).page();
  }

  private String page() {
    Map<String, String> sections = sections();
    top();
    add("<main>\n");
    result();
    navigation(sections.keySet());
    if (Plot.thins(run)) {
      add(
          "<p class=\"thinned\">Curves of this many steps are drawn twice: faint from the lowest to"
              + " the highest of neighbouring values, and strong through their means.</p>\n");
    }
    sections.forEach(this::section);
    add(
        """
        </main>
        <footer>Made by <b>jackpot report</b> from config.json, metrics.jsonl and samples.jsonl of \
        this run. Equations and sections are those of “Jackpot: Optimal Budgeted Rejection Sampling \
        for Extreme Actor-Policy Mismatch RL”.</footer>
        """);
    return html(run.name() + " – Jackpot run");
  }

  /** The bodies of the page's sections by title; sections without data are left out. */
  private Map<String, String> sections() {
    Map<String, String> sections = new LinkedHashMap<>();
    for (Charts.Section section : Charts.of(run)) {
      sections.put(section.title(), charts(section.charts()));
    }
    sections.put("Evaluations", EvalTable.ofRun(run.evaluations()));
    sections.put("Samples", SamplesTable.html(run));
    sections.put("Settings", SettingsTable.html(run));
    sections.put("Numbers", NumbersTable.html(run));
    sections.values().removeIf(String::isEmpty);
    return sections;
  }

  private void section(String title, String body) {
    add("<section id=\"%s\">\n<h2>%s</h2>\n%s</section>\n".formatted(anchor(title), title, body));
  }

  private void top() {
    int last = run.lastStep();
    int total = run.totalSteps().orElse(Math.max(last, 0));
    String state =
        last >= total
            ? "<span class=\"chip good\">finished</span>"
            : "<span class=\"chip odd\">%s: %s of %s</span>"
                .formatted(
                    run.isWithoutGain() ? "stopped without a gain" : "unfinished",
                    last < 0 ? "no step" : "step " + last,
                    total);
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
      add(figure(chart, RESULT));
    }
    add("</div>\n");
    facts();
    add("</div>\n");
    for (String warning : Warnings.of(run)) {
      add("<p class=\"notice\">Warning: %s.</p>\n".formatted(escape(warning)));
    }
    leftOut("badGold", "their answers cannot be read");
    leftOut("badLength", "their prompts are empty or too long");
  }

  private void leftOut(String metric, String because) {
    double count = run.points(metric).last();
    if (count > 0) {
      add(
          "<p class=\"notice\">%s problems are left out: %s.</p>\n"
              .formatted(Numbers.shown(count), because));
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

  private String text(String setting) {
    return Markup.plain(run.config().path(setting));
  }

  private void navigation(Set<String> titles) {
    add("<nav aria-label=\"Sections\">\n");
    titles.forEach(title -> add("<a href=\"#%s\">%s</a>\n".formatted(anchor(title), title)));
    add("</nav>\n");
  }

  private String charts(List<Chart> charts) {
    return charts.stream()
        .map(chart -> figure(chart, CHART))
        .collect(Collectors.joining("", "<div class=\"charts\">\n", "</div>\n"));
  }

  /** A chart with its legend, and its explanation unless that is given elsewhere. */
  private String figure(Chart chart, Plot plot) {
    boolean inGrid = plot.equals(CHART);
    String keys = chart.drawn(run).stream().map(ReportPage::key).collect(Collectors.joining("\n"));
    String caption =
        inGrid ? "<figcaption>%s</figcaption>\n".formatted(escape(chart.explanation())) : "";
    return """
    <figure class="%s">
    <h3>%s</h3>
    <div class="keys">%s</div>
    <svg viewBox="0 0 %s %s" role="img" aria-label="%s" %s>
    %s</svg>
    %s</figure>
    """
        .formatted(
            inGrid ? "chart card" : "chart",
            escape(chart.title()),
            keys,
            plot.width(),
            plot.height(),
            escape(Plot.inWords(chart, run)),
            plot.dataOf(chart, run),
            plot.draw(chart, run),
            caption);
  }

  /** A legend's entry; a click on it hides its line, by the style sheet alone. */
  private static String key(Chart.Drawn line) {
    return "<label><input type=\"checkbox\" class=\"k%s\" checked><i class=\"c%s\"></i>%s <b>%s</b></label>"
        .formatted(
            line.colour(),
            line.colour(),
            escape(line.line().name()),
            Numbers.shown(line.points().last()));
  }

  private static String anchor(String title) {
    return title.toLowerCase(Locale.ROOT).replace(' ', '-');
  }

  private static String escape(String text) {
    return Markup.escape(text);
  }
}
