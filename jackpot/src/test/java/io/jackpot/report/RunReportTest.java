package io.jackpot.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jackpot.input.InputException;
import io.jackpot.tensor.Tensor;
import io.jackpot.weights.Safetensors;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.xml.parsers.DocumentBuilderFactory;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.xml.sax.InputSource;
import tools.jackson.databind.node.JsonNodeFactory;

class RunReportTest {
  @TempDir Path temporary;

  @Test
  void thePageSaysWhatTheRunReached() throws Exception {
    Path run = temporary.resolve("run-7");
    SyntheticRun.train(run, 100, 100);
    Document page = page(run);
    assertThat(page.title()).isEqualTo("run-7 – Jackpot run");
    assertThat(text(page, "header")).isEqualTo("Jackpot training run run-7 finished");
    assertThat(text(page, ".result")).matches("0\\.2\\d\\d→0\\.[89]\\d\\d");
    assertThat(text(page, ".hero"))
        .contains("95% interval 0.8", "from 512 problems", "Greedy: 0.3", "Best: 0.");
    assertThat(text(page, ".facts"))
        .contains("arm jackpot", "policy builtin:policy", "steps 100", "response tokens 597k")
        .containsPattern("wall time \\d:\\d\\d");
    assertThat(page.select("nav a").eachText())
        .containsExactly(
            "Two models", "Updates", "Responses", "Speed", "Samples", "Settings", "Numbers");
    for (Element link : page.select("nav a")) {
      assertThat(page.select(link.attr("href"))).hasSize(1);
    }
  }

  @Test
  void everyMetricIsShown() throws Exception {
    Path run = temporary.resolve("run");
    SyntheticRun.train(run, 10, 10);
    Document page = page(run);
    Set<String> keys = Run.read(run).keys();
    assertThat(keys).hasSize(44);
    assertThat(page.select("#numbers th").eachText()).containsExactlyElementsOf(keys);

    Set<String> drawn = new HashSet<>(Charts.ACCURACY.keys());
    Charts.of(Run.Kind.TRAIN)
        .forEach(section -> section.charts().forEach(chart -> drawn.addAll(chart.keys())));
    Set<String> known = new HashSet<>(drawn);
    known.addAll(List.of("step", "badGold", "badLength", "elapsedSeconds"));
    assertThat(known).isEqualTo(keys);
    assertThat(page.select("path[data-points]")).hasSize(drawn.size());
    assertThat(page.select("#other-numbers")).isEmpty();
  }

  @Test
  void aMetricThatIsNewHasAChartToo() throws Exception {
    Path run = run("{\"step\":0,\"reward\":0.1,\"surprise\":3}\n{\"step\":1,\"surprise\":4}\n");
    Document page = page(run);
    assertThat(text(page, "#other-numbers figure")).startsWith("surprise surprise 4");
  }

  @Test
  void everyChartIsWellFormedAndExplained() throws Exception {
    Path run = temporary.resolve("run");
    SyntheticRun.train(run, 100, 100);
    RunReport.write(run);
    String html = Files.readString(run.resolve("report.html"));
    List<String> drawings =
        Pattern.compile("<svg.*?</svg>", Pattern.DOTALL)
            .matcher(html)
            .results()
            .map(match -> match.group())
            .toList();
    assertThat(drawings).hasSize(19);
    for (String drawing : drawings) {
      assertThat(parseXml(drawing)).isEqualTo("svg");
      assertThat(drawing).doesNotContain("NaN", "Infinity", "null");
    }
    for (Element figure : page(run).select("figure.card")) {
      assertThat(text(figure, "figcaption")).endsWith(".").hasSizeGreaterThan(30);
      assertThat(figure.select("svg text.y").size()).isBetween(2, 7);
      assertThat(figure.select("svg text.x").size()).isBetween(2, 7);
      assertThat(figure.select(".keys label").size())
          .isEqualTo(figure.select("path[data-points]").size());
    }
  }

  @Test
  void thePageNeedsNothingElse() throws Exception {
    Path run = temporary.resolve("run");
    SyntheticRun.train(run, 10, 10);
    Document page = page(run);
    assertThat(page.select("link, img, iframe, object, script[src], [style*=url]")).isEmpty();
    assertThat(page.html().replace("http://www.w3.org/2000/svg", ""))
        .doesNotContain("@import", "url(", "http:", "https:");
    assertThat(page.select("a[href]").eachAttr("href")).allMatch(href -> href.startsWith("#"));
    assertThat(run.toFile().list())
        .containsExactlyInAnyOrder("config.json", "metrics.jsonl", "samples.jsonl", "report.html");
  }

  @Test
  void curvesHaveTheValues() throws Exception {
    Path run =
        run(
            """
            {"step":0,"klPolicyActor":0.5}
            {"step":1,"klPolicyActor":null}
            {"step":2,"klPolicyActor":1}
            {"step":3,"klPolicyActor":0.75,"heldOutAccuracy":0.25}
            """);
    Document page = page(run);
    Element curve = page.expectFirst("path[data-name^=KL]");
    assertThat(curve.attr("data-points")).isEqualTo("0,0.500 2,1 3,0.750");
    // The axis goes from 0.5 to 1; null is a gap.
    assertThat(curve.attr("d")).matches("M50\\.0,234\\.0h0M[\\d.]+,12\\.0h0L470\\.0,123\\.0");
    assertThat(text(page, ".result")).isEqualTo("0.250");
    assertThat(page.select("path.dots")).hasSize(1);
  }

  @Test
  void aRunThatEndedWithoutAGainSaysSo() throws Exception {
    Path run =
        run(
            """
            {"step":0,"heldOutAccuracy":0.5}
            {"step":1}
            {"step":2,"heldOutAccuracy":0.5}
            {"step":3,"heldOutAccuracy":0.25}
            """);
    Files.writeString(run.resolve("config.json"), "{\"steps\": 9, \"stopAfter\": 2}");
    assertThat(text(page(run), ".chip.odd")).isEqualTo("stopped without a gain: step 3 of 9");
    Files.writeString(run.resolve("config.json"), "{\"steps\": 9, \"stopAfter\": 3}");
    assertThat(text(page(run), ".chip.odd")).isEqualTo("unfinished: step 3 of 9");
  }

  @Test
  void anUnfinishedRunSaysSo() throws Exception {
    Path run = temporary.resolve("run");
    SyntheticRun.train(run, 100, 37);
    assertThat(text(page(run), ".chip.odd")).isEqualTo("unfinished: step 37 of 100");
    SyntheticRun.train(temporary.resolve("none"), 100, -1);
    Document none = page(temporary.resolve("none"));
    assertThat(text(none, ".chip.odd")).isEqualTo("unfinished: no step of 100");
    assertThat(text(none, ".result")).isEqualTo("no steps yet");
    assertThat(none.select("svg")).isEmpty();
    SyntheticRun.train(temporary.resolve("one"), 100, 0);
    Document one = page(temporary.resolve("one"));
    assertThat(text(one, ".result")).matches("0\\.\\d\\d\\d");
    assertThat(one.select("svg path.dots")).isNotEmpty();
  }

  @Test
  void aBareRunIsEnough() throws Exception {
    assertThat(text(page(run("")), ".result")).isEqualTo("no steps yet");
    Path run = run("{\"step\":0}\n{\"step\":1,\"reward\":null,\"kappa\":null}\n");
    assertThat(text(page(run), ".result")).isEqualTo("no steps yet");
    run = run("{\"step\":0,\"reward\":0.25}\n{\"step\":1,\"reward\":0.5}\n");
    Document page = page(run);
    assertThat(text(page, ".result")).isEqualTo("0.250→0.500");
    assertThat(text(page, ".hero")).contains("Nothing was evaluated");
    assertThat(page.select("#settings, #samples")).isEmpty();
    assertThat(page.select("#numbers tbody tr")).hasSize(2);
  }

  @Test
  void aLongRunHasAPageOfLimitedSize() throws Exception {
    Path run = temporary.resolve("run");
    SyntheticRun.train(run, 10_000, 10_000);
    Document page = page(run);
    assertThat(Files.size(run.resolve("report.html"))).isLessThan(1_000_000);
    assertThat(text(page, ".thinned")).contains("means");
    assertThat(page.select("#numbers tbody tr").size()).isBetween(10, 40);
  }

  @Test
  void supervisedTrainingHasItsOwnCharts() throws Exception {
    Path run = temporary.resolve("run");
    SyntheticRun.sft(run, 60);
    weights(run.resolve("model"), 1000, 103);
    Document page = page(run);
    assertThat(text(page, "header")).startsWith("Jackpot supervised run");
    assertThat(text(page, ".hero h1")).isEqualTo("Loss in nats a token");
    assertThat(page.select("figure h3").eachText())
        .contains("Loss", "Gradient norm", "Learning rate", "Tokens per second")
        .doesNotContain("κ");
    assertThat(text(page, ".facts")).contains("model 103k parameters tiny", "wall time 0:08");
    assertThat(page.select("#settings .card.scroll td.name").eachText())
        .contains("model", "data", "batch", "lr")
        .doesNotContain("gradClip", "seed");
  }

  @Test
  void settingsThatDifferComeFirst() throws Exception {
    Path run = temporary.resolve("run");
    SyntheticRun.train(run, 100, 0);
    Document page = page(run);
    assertThat(page.select("#settings .card.scroll tbody tr").eachText())
        .containsExactly(
            "seed 7 0 seed of all random numbers",
            "learningRate 0.0006 0.0003 the policy's learning rate (models that are not built in: 1e-6)");
    assertThat(page.select("#settings details tbody tr").size()).isGreaterThan(50);
    assertThat(text(page, "#settings details")).contains("epsilon 1E-8 1E-8 AdamW's ε");
  }

  @Test
  void theNewestCheckpointKnowsTheSizes() throws Exception {
    Path run = temporary.resolve("run");
    SyntheticRun.train(run, 100, 40);
    for (String step : List.of("step-000020", "step-000040")) {
      int width = step.endsWith("40") ? 1000 : 1;
      weights(run.resolve("checkpoints").resolve(step).resolve("policy"), width, 336);
      weights(run.resolve("checkpoints").resolve(step).resolve("actor"), width, 103);
    }
    Files.createDirectories(run.resolve("checkpoints/step-000040/optimizer"));
    assertThat(text(page(run), ".facts"))
        .contains("policy 336k parameters builtin:policy")
        .contains("actor 103k parameters builtin:actor, 31% of the policy");
  }

  @Test
  void samplesOfFirstMiddleAndLastStep() throws Exception {
    Path run = temporary.resolve("run");
    SyntheticRun.train(run, 100, 100);
    Document page = page(run);
    assertThat(page.select("#samples th.step").eachText())
        .containsExactly(
            "Step 0, rollout, trained on",
            "Step 0, held-out",
            "Step 50, rollout, trained on",
            "Step 50, held-out",
            "Step 100, rollout, trained on",
            "Step 100, held-out");
    assertThat(page.select("#samples .chip.correct")).isNotEmpty();
    assertThat(page.select("#samples .chip.wrong")).isNotEmpty();
  }

  @Test
  void hostileTextStaysText() throws Exception {
    String hostile = "</script></td><img src=x onerror=alert(1)><!-- \u202e\u001b[0m '\"&";
    Path run = temporary.resolve("<b>run&");
    Files.createDirectories(run);
    Files.writeString(
        run.resolve("config.json"),
        JsonNodeFactory.instance
            .objectNode()
            .put("arm", hostile)
            .put(hostile, hostile)
            .put("steps", "many")
            .toString());
    try (JsonLines metrics = JsonLines.open(run.resolve("metrics.jsonl"));
        JsonLines samples = JsonLines.open(run.resolve("samples.jsonl"))) {
      metrics.append(Map.of("step", 0, hostile, 1, "reward", 0.5, "arm", hostile));
      samples.append(
          Map.of(
              "step",
              0,
              "kind",
              "train",
              "prompt",
              hostile,
              "answer",
              hostile,
              "response",
              hostile,
              "verdict",
              hostile,
              "reward",
              hostile));
      samples.append(Map.of("step", 0, "kind", "heldOut", "response", "long ".repeat(10_000)));
    }
    Document page = page(run);
    assertThat(page.select("img, td script")).isEmpty();
    assertThat(page.select("script")).hasSize(1);
    assertThat(page.select("#samples td").eachText())
        .contains("</script></td><img src=x onerror=alert(1)><!-- \\u202e\\u001b[0m '\"&");
    assertThat(text(page, "#samples")).contains("48500 more characters");
    assertThat(text(page, "header .brand")).isEqualTo("Jackpot training run <b>run&");
    assertThat(page.html()).doesNotContain("\u001b");
  }

  @Test
  void nothingDependsOnTheLocale() throws Exception {
    Path run = temporary.resolve("run");
    SyntheticRun.train(run, 100, 100);
    String page = page(run).html();
    Locale saved = Locale.getDefault();
    try {
      Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
      assertThat(page(run).html()).isEqualTo(page);
    } finally {
      Locale.setDefault(saved);
    }
  }

  @Test
  void theIntervalNeedsTheNumberOfProblems() throws Exception {
    Path run = run("{\"step\":0,\"heldOutAccuracy\":0.5}\n");
    assertThat(text(page(run), ".hero")).doesNotContain("interval 0");
    Files.writeString(run.resolve("config.json"), "{\"heldOut\":null,\"evalProblems\":100}");
    assertThat(text(page(run), ".hero")).contains("interval 0.404 to 0.596, from 100 problems");
    // How many a file has, only the run can tell.
    Files.writeString(run.resolve("config.json"), "{\"heldOut\":\"f\",\"evalProblems\":100}");
    assertThat(text(page(run), ".hero")).doesNotContain("interval 0");
    Files.writeString(
        run.resolve("metrics.jsonl"),
        "{\"step\":0,\"heldOutAccuracy\":0.5,\"heldOutProblems\":50}\n");
    assertThat(text(page(run), ".hero")).contains("from 50 problems");
  }

  @Test
  void problemsLeftOutAreTold() throws Exception {
    Path run = run("{\"step\":0,\"badGold\":0}\n{\"step\":1,\"badGold\":3}\n");
    assertThat(text(page(run), ".notice")).startsWith("3 problems are left out");
  }

  @Test
  void aFolderThatIsNoRunIsAnError() throws IOException {
    Path none = temporary.resolve("none");
    assertBad(none, none + ": no such run folder, expected one that `jackpot train --out` wrote");
    Path empty = Files.createDirectory(temporary.resolve("empty"));
    assertBad(empty, empty + ": not a run folder: no metrics.jsonl in it, expected");
    Path file = Files.writeString(temporary.resolve("file"), "x");
    assertBad(file, file + ": no such run folder");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "metrics.jsonl,{\"step\":0}\n{\"step\":\n,:2: not valid JSON",
        "metrics.jsonl,{\"step\":0}\n{\"reward\":1}\n,:2: found step",
        "metrics.jsonl,{\"step\":3}\n{\"step\":2}\n,:2: found step 2; expected at least 3",
        "metrics.jsonl,{\"step\":-1}\n,:1: found step -1; expected at least 0",
        "samples.jsonl,[]\n,:1: found JSON of type ARRAY",
        "samples.jsonl,{\"step\":1.5}\n,:1: found step 1.5",
        "config.json,{\"steps\": ,invalid JSON",
        "config.json,{\"lambda\": 1e400},lambda: found a number out of range",
      })
  void damageIsAnErrorAndLeavesThePage(String damage) throws Exception {
    String[] parts = damage.split(",", 3);
    Path run = temporary.resolve("run");
    SyntheticRun.train(run, 10, 10);
    Files.writeString(run.resolve("report.html"), "the page before");
    Files.writeString(run.resolve(parts[0]), parts[1]);
    assertBad(run, run.resolve(parts[0]).toString());
    assertThatThrownBy(() -> RunReport.write(run)).hasMessageContaining(parts[2]);
    assertThat(run.resolve("report.html")).hasContent("the page before");
  }

  @Test
  void thePictureStandsAlone() throws Exception {
    SyntheticRun.train(temporary.resolve("run"), 100, 100);
    SyntheticRun.train(temporary.resolve("long"), 10_000, 600);
    SyntheticRun.train(temporary.resolve("one"), 10, 0);
    SyntheticRun.sft(temporary.resolve("sft"), 30);
    for (String run : List.of("run", "long", "one", "sft")) {
      Path svg = temporary.resolve("pictures").resolve(run + ".svg");
      RunPicture.write(temporary.resolve(run), svg);
      String picture = Files.readString(svg);
      assertThat(parseXml(picture)).isEqualTo("svg");
      assertThat(picture).doesNotContain("NaN", "var(", "href").contains("prefers-color-scheme");
      assertThat(picture.length()).isLessThan(200_000);
    }
    Document picture = Jsoup.parse(Files.readString(temporary.resolve("pictures/run.svg")));
    assertThat(picture.select("text.title").eachText())
        .satisfies(titles -> assertThat(titles.getFirst()).matches("Held-out accuracy .* → .*"))
        .contains("Acceptance and Z", "How far actor and policy are apart");
    assertThat(picture.select("text.key").eachText())
        .contains("held-out, sampled", "held-out, greedy", "acceptance", "KL(policy‖actor)");
  }

  @Test
  void nothingToDrawIsAnError() throws Exception {
    Path run = run("");
    Path svg = temporary.resolve("picture.svg");
    assertThatThrownBy(() -> RunPicture.write(run, svg))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith(run + ": nothing to draw yet");
    assertThat(svg).doesNotExist();
  }

  private Path run(String metrics) throws IOException {
    Path run = Files.createTempDirectory(temporary, "run");
    Files.writeString(run.resolve("metrics.jsonl"), metrics);
    return run;
  }

  private static Document page(Path run) throws IOException {
    RunReport.write(run);
    return Jsoup.parse(Files.readString(run.resolve("report.html")));
  }

  private static String text(Element parent, String selector) {
    return parent.select(selector).stream().map(Element::text).collect(Collectors.joining(" "));
  }

  private static String parseXml(String xml) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new InputSource(new StringReader(xml)))
        .getDocumentElement()
        .getTagName();
  }

  private static void weights(Path folder, int rows, int columns) throws IOException {
    Files.createDirectories(folder);
    Tensor tensor = Tensor.zeros(rows, columns);
    Safetensors.write(folder.resolve("model.safetensors"), Map.of("weight", tensor));
  }

  private static void assertBad(Path run, String message) {
    assertThatThrownBy(() -> RunReport.write(run))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith(message)
        .hasMessageNotContaining("\n");
  }
}
