package io.jackpot.report;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jackpot.input.InputException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

class EvalReportTest {
  private static final String HOSTILE = "</script></td><img src=x onerror=alert(1)>\u202e'\"&";

  @TempDir Path temporary;

  private static ObjectNode estimate(double value) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("value", value)
        .put("low", value - 0.1)
        .put("high", value + 0.1)
        .put("interval", "t");
  }

  private static ObjectNode numbers(int n, int badGold, double mean) {
    ObjectNode object = JsonNodeFactory.instance.objectNode().put("n", n).put("badGold", badGold);
    object.set("mean@4", estimate(mean));
    object.set("pass@4", estimate(mean + 0.2));
    return object
        .put("unparsedShare", 0.125)
        .put("truncatedShare", 0.25)
        .put("lengthMean", 33.25)
        .put("lengthMedian", 30)
        .put("lengthP95", 60)
        .put("lengthMax", 64);
  }

  /** An evaluation of two data sets whose names are these. */
  private static Path evaluation(Path folder, String first, String second) throws IOException {
    Files.createDirectories(folder);
    Files.writeString(
        folder.resolve("config.json"), "{\"model\": \"m\", \"samples\": 4, \"modelFiles\": {}}");
    ObjectNode results = numbers(50, 2, 0.4);
    results
        .put("model", "builtin:policy")
        .put("samples", 4)
        .put("temperature", 0.6)
        .put("topP", 0.95)
        .put("seed", 0)
        .put("tokens", 6650)
        .put("samplingSeconds", 66.5)
        .put("tokensPerSecond", 100);
    results
        .putArray("datasets")
        .add(numbers(30, 2, 0.3).put("name", first))
        .add(numbers(20, 0, 0.5).put("name", second));
    Files.writeString(folder.resolve("results.json"), results.toString());
    String[] verdicts = {"wrong", "correct", "unparsed", "wrong"};
    try (JsonLines problems = JsonLines.open(folder.resolve("problems.jsonl"));
        JsonLines samples = JsonLines.open(folder.resolve("samples.jsonl"))) {
      for (int i = 0; i < 50; i++) {
        String set = i < 30 ? first : second;
        problems.append(
            JsonNodeFactory.instance
                .objectNode()
                .put("dataset", set)
                .put("problem", i % 30)
                .put("prompt", "prompt " + i)
                .put("answer", i));
        // Last ones first: the page shows the first problems all the same.
        for (int sample = 3; sample >= 0; sample--) {
          samples.append(
              JsonNodeFactory.instance
                  .objectNode()
                  .put("dataset", set)
                  .put("problem", i % 30)
                  .put("sample", sample)
                  .put("response", "response %d.%d %s".formatted(i, sample, HOSTILE))
                  .put("finishReason", sample == 2 ? "length" : "stop")
                  .put("verdict", verdicts[(i + sample) % 4])
                  .put("extracted", sample == 2 ? null : "seven")
                  .put("tokens", 1 + (i + 17 * sample) % 64));
        }
      }
    }
    return folder;
  }

  private static Document page(Path folder) throws IOException {
    return Jsoup.parse(Files.readString(RunReport.write(folder)));
  }

  @Test
  void thePageSaysWhatCameOut() throws IOException {
    Document page = page(evaluation(temporary.resolve("e"), "gsm8k", "aime"));
    assertThat(page.title()).isEqualTo("e – Jackpot evaluation");
    assertThat(page.select(".hero .result").text()).isEqualTo("0.400");
    assertThat(page.select(".hero").text())
        .contains(
            "95% interval 0.300 to 0.500, from 50 problems with 4 responses each, the mean over 2"
                + " data sets.");
    assertThat(page.select(".facts").text())
        .contains("model builtin:policy", "top-p 0.95", "6.65k", "1:07 100 tokens/s")
        .doesNotContain("top-k", "min-p");
    assertThat(page.select(".notice").text()).startsWith("2 problems left out");
    assertThat(page.select(".results thead th").eachText())
        .containsExactly(
            "Data set", "Problems", "mean@4", "pass@4", "Unparsed", "Cut off", "Length in tokens");
    assertThat(page.select(".results tbody tr").eachText())
        .containsExactly(
            "gsm8k 302 with bad gold 0.300 0.200 to 0.400 0.500 0.400 to 0.600 0.125 0.250 33.3"
                + " median 30, 95% up to 60, longest 64",
            "aime 20 0.500 0.400 to 0.600 0.700 0.600 to 0.800 0.125 0.250 33.3"
                + " median 30, 95% up to 60, longest 64",
            "mean 502 with bad gold 0.400 0.300 to 0.500 0.600 0.500 to 0.700 0.125 0.250 33.3"
                + " median 30, 95% up to 60, longest 64");
    assertThat(page.expectFirst(".interval i").attr("style")).isEqualTo("left:20.0%;width:20.0%");
    assertThat(page.select("figure h3").eachText())
        .containsExactly(
            "gsm8k: length",
            "gsm8k: correct responses per problem",
            "aime: length",
            "aime: correct responses per problem");
  }

  @Test
  void theFirstOfEachKindAreShown() throws IOException {
    Document page = page(evaluation(temporary.resolve("e"), "a", "b"));
    assertThat(page.select(".samples th.step").eachText())
        .containsExactly(
            "a, first correct",
            "a, first wrong",
            "a, first unparsed",
            "b, first correct",
            "b, first wrong",
            "b, first unparsed");
    assertThat(page.expectFirst(".samples tbody").select("tr td:first-child").eachText())
        .containsExactly("prompt 1", "prompt 5", "prompt 9");
    // The second data set has its own problem 1.
    assertThat(page.select(".samples tbody").get(3).select("tr td:nth-child(3)").eachText())
        .containsExactly("33", "37", "41");
    assertThat(page.select(".samples tbody tr")).hasSize(6 * 4);
  }

  @Test
  void histogramsCountEveryResponse() throws Exception {
    Path folder = evaluation(temporary.resolve("e"), "a", "b");
    Document page = page(folder);
    int[] sums = new int[4];
    for (int i = 0; i < 4; i++) {
      for (Element title : page.select("svg.bars").get(i).select("title")) {
        sums[i] += Integer.parseInt(title.text().replaceFirst(".*: ", ""));
      }
    }
    assertThat(sums).containsExactly(120, 30, 80, 20);
    var drawings =
        Pattern.compile("<svg.*?</svg>", Pattern.DOTALL)
            .matcher(Files.readString(folder.resolve("report.html")))
            .results()
            .map(match -> match.group())
            .toList();
    assertThat(drawings).hasSize(4);
    for (String drawing : drawings) {
      assertThat(drawing).doesNotContain("NaN", "Infinity", "null");
      DocumentBuilderFactory.newInstance()
          .newDocumentBuilder()
          .parse(new ByteArrayInputStream(drawing.getBytes(UTF_8)));
    }
    assertThat(page.select("svg.bars").get(1).select("text.x").eachText())
        .containsExactly("0", "1", "2", "3", "4");
  }

  @Test
  void hostileTextStaysTextAndThePageNeedsNothingElse() throws IOException {
    Document page = page(evaluation(temporary.resolve("<e>"), HOSTILE, "b"));
    assertThat(page.select("img, td script, link, iframe, script[src]")).isEmpty();
    assertThat(page.select("script")).hasSize(1);
    assertThat(page.select(".samples").text()).contains("<img src=x onerror=alert(1)>\\u202e'\"&");
    assertThat(page.html().replace("http://www.w3.org/2000/svg", ""))
        .doesNotContain("url(", "http:", "https:");
  }

  @Test
  void whatIsMissingIsNamed() throws IOException {
    Path folder = evaluation(temporary.resolve("e"), "a", "b");
    Files.delete(folder.resolve("problems.jsonl"));
    assertThatThrownBy(() -> RunReport.write(folder))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("problems.jsonl: cannot read: no such file");
  }

  @Test
  void aRunsPageHasTheEvaluationsOfItsModels() throws IOException {
    Path run = temporary.resolve("run");
    SyntheticRun.train(run, 10, 10);
    assertThat(page(run).select("#evaluations")).isEmpty();
    evaluation(run.resolve("evals/start"), "gsm8k", "aime");
    Path end = evaluation(run.resolve("evals/end"), "gsm8k", "math");
    Files.createDirectories(run.resolve("evals/unfinished"));
    Files.createDirectories(run.resolve("evals/damaged"));
    Files.writeString(run.resolve("evals/damaged/results.json"), "{");
    Document page = page(run);
    assertThat(page.select("nav a").eachText()).contains("Evaluations");
    assertThat(page.select("#evaluations tbody tr")).hasSize(6);
    assertThat(page.expectFirst("#evaluations tbody tr").text())
        .startsWith("end builtin:policy, temperature 0.6, top-p 0.95 gsm8k 30");
    assertThat(RunReport.runOf(end)).contains(run.toAbsolutePath());
    assertThat(RunReport.runOf(run)).isEmpty();
    assertThat(RunReport.runOf(Path.of("e"))).isEmpty();
  }
}
