package io.jackpot.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jackpot.config.Settings;
import io.jackpot.input.InputException;
import io.jackpot.report.FolderLock;
import io.jackpot.report.JsonLines;
import io.jackpot.weights.Json;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** An evaluation that was stopped, however it was, and went on is one that was never stopped. */
class ResumedEvaluationTest {
  @TempDir private Path folder;
  private Path model;
  private Path problems;

  @BeforeEach
  void aModelThatGuessesAndProblems() throws IOException {
    // From one to four digits, some of which are the answer.
    Map<Character, String> next = new HashMap<>(Map.of('=', "#", '#', "0123456789"));
    "0123456789".chars().forEach(digit -> next.put((char) digit, "123$"));
    model = ScriptedModel.save(folder.resolve("model"), next);
    problems = folder.resolve("sums.jsonl");
    Files.write(
        problems,
        IntStream.range(0, 40)
            .mapToObj(i ->
                "{\"prompt\": \"%d+%d=\", \"answer\": \"%s\"}"
                    .formatted(i % 5, i / 5 % 5, i == 7 ? "1 +" : "" + (i % 5 + i / 5 % 5)))
            .toList());
  }

  private EvalSettings settings(String samples) {
    Settings<EvalSettings> settings = Settings.of(EvalSettings.class);
    Map<String, String> texts = new HashMap<>();
    texts.put("model", model.toString());
    texts.put("problems", "arithmetic," + problems);
    texts.put("limit", "40");
    texts.put("samples", samples);
    texts.put("k", "1,2");
    texts.put("topP", "0.9");
    texts.put("maxTokens", "4");
    texts.put("device", "cpu");
    return settings.build(settings.flags(texts));
  }

  private Path start(String name, String samples) {
    Path out = folder.resolve(name);
    Evaluation.run(settings(samples), out, new PrintWriter(new StringWriter()), false);
    return out;
  }

  private static String resume(Path evaluation) {
    StringWriter log = new StringWriter();
    Evaluation.resume(evaluation, UnaryOperator.identity(), new PrintWriter(log), false);
    return log.toString();
  }

  /** The lines of samples in an order of their own, and the results, without times. */
  private static void assertSame(Path found, Path expected) {
    assertThat(samples(found)).isEqualTo(samples(expected));
    assertThat(results(found)).isEqualTo(results(expected));
    assertThat(found.resolve("report.html")).exists();
  }

  private static List<String> samples(Path evaluation) {
    return JsonLines.read(evaluation.resolve("samples.jsonl")).stream()
        .map(line -> timeless(line).toString())
        .sorted()
        .toList();
  }

  private static JsonNode results(Path evaluation) {
    return timeless(Json.read(evaluation.resolve("results.json")));
  }

  private static ObjectNode timeless(JsonNode line) {
    ObjectNode kept = ((ObjectNode) line).deepCopy();
    kept.propertyNames().stream()
        .filter(key -> key.endsWith("Seconds") || key.endsWith("PerSecond"))
        .toList()
        .forEach(kept::remove);
    return kept;
  }

  @Test
  void cutOffAnywhere() throws IOException {
    Path whole = start("whole", "3");
    List<String> lines = Files.readAllLines(whole.resolve("samples.jsonl"));
    assertThat(lines).hasSize(3 * (40 + 39));
    for (int kept : new int[] {0, 1, 100, 3 * 40 + 5, 236, 237}) {
      Path cut = folder.resolve("cut" + kept);
      Files.createDirectory(cut);
      for (String file : List.of("config.json", "problems.jsonl")) {
        Files.copy(whole.resolve(file), cut.resolve(file));
      }
      String torn = kept < lines.size() ? lines.get(kept).substring(0, 30) : "{\"dat";
      Files.writeString(
          cut.resolve("samples.jsonl"),
          String.join("\n", lines.subList(0, kept)) + (kept == 0 ? "" : "\n") + torn);
      String log = resume(cut);
      assertSame(cut, whole);
      if (kept > 0 && kept < 237) {
        assertThat(log).contains("resuming after " + kept + " of 237 responses");
        // What was there is not sampled again.
        assertThat(Files.readAllLines(cut.resolve("samples.jsonl")).subList(0, kept))
            .isEqualTo(lines.subList(0, kept));
      }
    }
  }

  @Test
  void killedAsAProcess() throws Exception {
    Path killed = folder.resolve("killed");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.addAll(List.of("-XX:-UsePerfData", "-cp", System.getProperty("java.class.path")));
    command.addAll(List.of("io.jackpot.cli.Main", "eval", "--model", model.toString()));
    command.addAll(List.of("--problems", "arithmetic," + problems, "--limit", "40"));
    command.addAll(List.of("--samples", "100", "--k", "1,2", "--top-p", "0.9"));
    command.addAll(List.of("--max-tokens", "4", "--device", "cpu", "--out", killed.toString()));
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    Path samples = killed.resolve("samples.jsonl");
    long end = System.nanoTime() + Duration.ofMinutes(2).toNanos();
    while (!Files.exists(samples) || Files.size(samples) < 20_000) {
      assertThat(process.isAlive()).as("ended before it could be killed").isTrue();
      assertThat(System.nanoTime() - end).as("waited for two minutes").isNegative();
      Thread.onSpinWait();
    }
    process.destroyForcibly();
    assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
    assertThat(killed.resolve("results.json")).doesNotExist();
    resume(killed);
    assertSame(killed, start("whole", "100"));
  }

  @Test
  void ofOneThatEndedTheResultsAreMadeAgain() throws IOException {
    Path whole = start("whole", "2");
    JsonNode before = Json.read(whole.resolve("results.json"));
    byte[] samples = Files.readAllBytes(whole.resolve("samples.jsonl"));
    Files.delete(whole.resolve("results.json"));
    resume(whole);
    assertThat(Files.readAllBytes(whole.resolve("samples.jsonl"))).isEqualTo(samples);
    assertThat(results(whole)).isEqualTo(timeless(before));
    String log = resume(whole);
    assertThat(log).contains("all 158 responses exist already").doesNotContain(model.toString());
    assertThat(results(whole)).isEqualTo(timeless(before));
  }

  @Test
  void whatIsNotTheSameAnyMoreIsRefused() throws IOException {
    Path whole = start("whole", "2");
    try (FolderLock lock = FolderLock.take(whole)) {
      assertBad(whole, "another process is at work");
      assertThat(lock).isNotNull();
    }
    String data = Files.readString(problems);
    Files.writeString(problems, data.replaceFirst("\"3\"", "\"4\""));
    assertBad(whole, "problems.jsonl:44: the problems have changed since this evaluation started");
    Files.writeString(problems, data);
    Files.copy(model.resolve("tokenizer.json"), model.resolve("added.json"));
    assertBad(whole, model + ": added.json was not there since this evaluation started");
    Files.delete(model.resolve("added.json"));
    byte[] weights = Files.readAllBytes(model.resolve("model.safetensors"));
    weights[weights.length - 1] ^= 1;
    Files.write(model.resolve("model.safetensors"), weights);
    assertBad(whole, model + ": model.safetensors is another file now");
    Files.delete(model.resolve("model.safetensors"));
    assertBad(whole, model + ": model.safetensors is gone");
  }

  @Test
  void whatIsNoEvaluationIsRefused() throws IOException {
    assertBad(folder.resolve("none"), "none: no such folder, expected one that `jackpot eval");
    assertBad(model, "model: no evaluation: no problems.jsonl in it");
    Path whole = start("whole", "2");
    Files.writeString(
        whole.resolve("samples.jsonl"), "{\"dataset\": \"other\"}\n", StandardOpenOption.APPEND);
    assertBad(whole, "samples.jsonl:159: not a response that this evaluation asks for");
    Files.delete(whole.resolve("config.json"));
    assertBad(
        whole,
        "whole: nothing to resume: it stopped before its start was complete; delete the folder");
    assertThatThrownBy(() -> start("whole", "2"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("whole: not empty; give another folder with --out");
  }

  private static void assertBad(Path evaluation, String message) {
    assertThatThrownBy(() -> resume(evaluation))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(message)
        .hasMessageNotContaining("\n");
  }

  /** A data set has the same responses alone and with others. */
  @Test
  void dataSetsDoNotDisturbEachOther() {
    Path both = start("both", "2");
    EvalSettings settings = settings("2");
    Settings<EvalSettings> all = Settings.of(EvalSettings.class);
    EvalSettings one =
        all.build(all.values(settings), all.flags(Map.of("problems", problems.toString())));
    EvalResults alone = Evaluation.run(one, null, new PrintWriter(new StringWriter()), false);
    JsonNode json = Json.read(both.resolve("results.json"));
    assertThat(json.get("datasets").get(1).toString())
        .isEqualTo(alone.toJson().get("datasets").get(0).toString());
    assertThat(json.get("n").intValue()).isEqualTo(79);
    assertThat(json.get("badGold").intValue()).isEqualTo(1);
    double first = json.get("datasets").get(0).get("mean@2").get("value").doubleValue();
    double second = json.get("datasets").get(1).get("mean@2").get("value").doubleValue();
    assertThat(json.get("mean@2").get("value").doubleValue()).isEqualTo((first + second) / 2);
    assertThat(json.get("mean@2").get("interval").stringValue()).isEqualTo("mover");
    assertThat(alone.toJson().get("lengthMax").intValue()).isEqualTo(4);
    assertThat(alone.toJson().get("truncatedShare").doubleValue()).isBetween(0.01, 0.99);
    // The end token is judged only where the format of an answer has it.
    for (JsonNode line : JsonLines.read(both.resolve("samples.jsonl"))) {
      boolean ended = line.get("finishReason").stringValue().equals("stop");
      assertThat(line.get("response").stringValue().endsWith("$"))
          .isEqualTo(ended && line.get("dataset").stringValue().equals("arithmetic"));
    }
    assertThat(alone.table()).contains("sums", "39 problems x 2, 1 with bad gold", "median");
  }
}
