package io.jackpot.report;

import io.jackpot.weights.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The page of an evaluation, made from the files in its folder. */
final class EvalReport extends Page {
  private final String name;
  private final ObjectNode config;
  private final ObjectNode results;
  private final Map<String, EvalSamples> samples;

  private EvalReport(Path folder) {
    this.name = Objects.toString(folder.toAbsolutePath().normalize().getFileName(), "");
    this.config = Json.read(folder.resolve("config.json"));
    this.results = Json.read(folder.resolve(RunReport.RESULTS));
    this.samples =
        EvalSamples.read(
            folder.resolve("samples.jsonl"), folder.resolve("problems.jsonl"), dataSets());
  }

  /** Whether a folder is that of a finished evaluation. */
  static boolean isEvaluation(Path folder) {
    return Files.exists(folder.resolve(RunReport.RESULTS))
        && !Files.exists(folder.resolve("metrics.jsonl"));
  }

  /**
   * The page of a finished evaluation.
   *
   * @throws io.jackpot.input.InputException if one of its files is missing or damaged
   */
  static String of(Path folder) {
    return new EvalReport(folder).page();
  }

  private List<String> dataSets() {
    List<String> names = new ArrayList<>();
    results.path("datasets").forEach(set -> names.add(Markup.plain(set.path("name"))));
    return names;
  }

  private String page() {
    add(
        """
        <header>
        <p class="brand">Jackpot <span>evaluation</span> %s</p>
        <span class="chip good">finished</span>
        </header>
        <main>
        """
            .formatted(Markup.escape(name)));
    result();
    section("Results", EvalTable.of(results) + explanation());
    section("Responses", histograms());
    section("Samples", examples());
    section("Settings", SettingsTable.values(config));
    add(
        """
        </main>
        <footer>Made by <b>jackpot eval</b> from config.json, problems.jsonl, samples.jsonl and \
        results.json of this evaluation.</footer>
        """);
    return html(name + " – Jackpot evaluation");
  }

  private void result() {
    List<String> estimates = EvalTable.estimates(List.of(results));
    String first = estimates.isEmpty() ? "" : estimates.getFirst();
    JsonNode mean = results.path(first);
    add("<div class=\"card\">\n<div class=\"hero alone\">\n<div>\n");
    add("<h1>%s</h1>\n".formatted(Markup.escape(first)));
    add("<p class=\"result\">%s</p>\n".formatted(Numbers.fixed(mean, "value", 3)));
    add(
        "<p class=\"detail\">95% interval {low} to {high}, from {n} problems with {s} each{sets}.</p>\n"
            .replace("{low}", Numbers.fixed(mean, "low", 3))
            .replace("{high}", Numbers.fixed(mean, "high", 3))
            .replace("{n}", number("n"))
            .replace("{s}", count(Numbers.of(results, "samples"), "response"))
            .replace(
                "{sets}",
                dataSets().size() > 1
                    ? ", the mean over %s data sets".formatted(dataSets().size())
                    : ""));
    add("</div>\n</div>\n<dl class=\"facts\">\n");
    fact("model", "model");
    fact("temperature", "temperature");
    if (Numbers.of(results, "topP") < 1) {
      fact("top-p", "topP");
    }
    if (Numbers.of(results, "topK") > 0) {
      fact("top-k", "topK");
    }
    if (Numbers.of(results, "minP") > 0) {
      fact("min-p", "minP");
    }
    fact("seed", "seed");
    fact("response tokens", Numbers.si(Numbers.of(results, "tokens")), "");
    fact(
        "sampling time",
        Numbers.duration(Numbers.of(results, "samplingSeconds")),
        Numbers.si(Numbers.of(results, "tokensPerSecond")) + " tokens/s");
    add("</dl>\n</div>\n");
    double bad = Numbers.of(results, "badGold");
    if (bad > 0) {
      add(
          "<p class=\"notice\">%s left out: the gold answers cannot be read.</p>\n"
              .formatted(count(bad, "problem")));
    }
  }

  private static String explanation() {
    return """
    <p class="thinned">mean@S is the share of right responses, S a problem; pass@k the unbiased \
    estimate of how often at least one of k responses is right, 1 − C(n−c, k) ÷ C(n, k). Intervals \
    are for 95 % and over problems: Wilson's where each problem is all right or all wrong, else \
    Student's. In a mean over data sets each of them has the same weight. A response is cut off \
    where it meets the limit of tokens before it ends.</p>
    """;
  }

  private String histograms() {
    int responses = (int) Numbers.of(results, "samples");
    StringBuilder charts = new StringBuilder("<div class=\"charts\">\n");
    samples.forEach((set, some) -> {
      if (some.isEmpty()) {
        return;
      }
      charts.append(
          figure(
              set + ": length",
              "Responses by their length in tokens, right, wrong and unparsed ones.",
              some.byLength()));
      if (responses > 1) {
        charts.append(
            figure(
                set + ": correct responses per problem",
                "Problems by how many of their %s responses are right: those at 0 are out of reach, those at %s are solved."
                    .formatted(responses, responses),
                some.byProblem(responses)));
      }
    });
    return charts.append("</div>\n").toString();
  }

  private static String figure(String title, String caption, Histogram histogram) {
    return """
    <figure class="chart card">
    <h3>%s</h3>
    %s<figcaption>%s</figcaption>
    </figure>
    """
        .formatted(
            Markup.escape(title), histogram.svg(title + ". " + caption), Markup.escape(caption));
  }

  private String examples() {
    StringBuilder table = new StringBuilder();
    table.append(
        """
        <div class="card scroll samples">
        <table>
        <thead><tr><th>Prompt</th><th>Response</th><th>Answer</th><th>Extracted</th><th>Verdict</th>\
        <th class="number">Tokens</th></tr></thead>
        """);
    samples.forEach((set, some) -> {
      for (int verdict = 0; verdict < EvalSamples.VERDICTS.size(); verdict++) {
        List<JsonNode> lines = some.examples(verdict);
        if (!lines.isEmpty()) {
          table.append(
              "<tbody>\n<tr><th class=\"step\" colspan=\"6\">%s, first %s</th></tr>\n"
                  .formatted(Markup.escape(set), EvalSamples.VERDICTS.get(verdict)));
          lines.forEach(line -> table.append(example(line)));
          table.append("</tbody>\n");
        }
      }
    });
    return table.append("</table>\n</div>\n").toString();
  }

  private static String example(JsonNode line) {
    String extracted =
        line.path("extracted").isNull() ? "" : SamplesTable.text(line, "extracted", "Extracted");
    return "<tr>%s%s%s%s<td>%s</td><td class=\"number\" data-label=\"Tokens\">%s%s</td></tr>\n"
        .formatted(
            SamplesTable.text(line, "prompt", "Prompt"),
            SamplesTable.text(line, "response", "Response"),
            SamplesTable.text(line, "answer", "Answer"),
            extracted.isEmpty() ? "<td></td>" : extracted,
            SamplesTable.verdict(Markup.plain(line.path("verdict"))),
            Numbers.fixed(line, "tokens", 0),
            line.path("finishReason").asString("").equals("length")
                ? "<small>cut off</small>"
                : "");
  }

  private void section(String title, String body) {
    add("<section>\n<h2>%s</h2>\n%s</section>\n".formatted(title, body));
  }

  private void fact(String title, String key) {
    fact(title, Markup.plain(results.path(key)), "");
  }

  private String number(String key) {
    return Numbers.fixed(results, key, 0);
  }

  private static String count(double n, String what) {
    return Numbers.fixed(n, 0) + " " + what + (n == 1 ? "" : "s");
  }
}
