package io.jackpot.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jackpot.config.TrainSettings;
import io.jackpot.input.InputException;
import io.jackpot.models.LoadProgress;
import io.jackpot.problems.FileProblems;
import io.jackpot.prompts.PromptTemplate;
import io.jackpot.prompts.Prompts;
import io.jackpot.report.JsonLines;
import io.jackpot.rollout.Rollout;
import io.jackpot.weights.Checkpoints;
import io.jackpot.weights.Json;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Runs on the problems of files. */
class DataSetRunTest {
  @TempDir private static Path models;
  @TempDir private Path folder;
  private Path problems;
  private Path heldOut;

  @BeforeAll
  static void saveModels() {
    SmallRun.saveModels(models);
  }

  /** Eleven problems to learn from and two others. */
  @BeforeEach
  void writeProblems() throws IOException {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 11; i++) {
      lines.append(
          "{\"Problem\":\"%d+%d=\",\"Answer\":%d}%n".formatted(i % 4, i / 4, (i % 4 + i / 4) % 4));
    }
    problems = Files.writeString(folder.resolve("problems.jsonl"), lines);
    heldOut =
        Files.writeString(
            folder.resolve("heldOut.json"),
            "[{\"question\":\"3*2=\",\"answer\":2},{\"question\":\"3*3=\",\"answer\":1}]");
  }

  private TrainSettings settings(String... keysAndValues) {
    Map<String, String> changes = new HashMap<>();
    changes.put("problems", problems.toString());
    changes.put("heldOut", heldOut.toString());
    for (int i = 0; i < keysAndValues.length; i += 2) {
      changes.put(keysAndValues[i], keysAndValues[i + 1]);
    }
    return SmallRun.settings(models, changes);
  }

  private Path run(String name) {
    return folder.resolve(name);
  }

  private String started(String name, TrainSettings settings) {
    StringWriter log = new StringWriter();
    new Training(new PrintWriter(log), false).start(settings, run(name));
    return log.toString();
  }

  /** The problems of each step but 0: two, each with two responses, all of which are kept. */
  private List<String> taken(String name) {
    List<String> prompts =
        JsonLines.read(run(name).resolve("samples.jsonl")).stream()
            .filter(line -> line.get("kind").stringValue().equals("train"))
            .filter(line -> line.get("step").intValue() > 0)
            .map(line -> line.get("prompt").stringValue())
            .toList();
    return IntStream.range(0, prompts.size() / 2).mapToObj(i -> prompts.get(2 * i)).toList();
  }

  private static String[] with(List<String> settings, String... more) {
    return Stream.concat(settings.stream(), Stream.of(more)).toArray(String[]::new);
  }

  private static void editConfig(Path run, String key, int value) {
    Path file = run.resolve("config.json");
    ObjectNode config = Json.read(file);
    config.put(key, value);
    Json.write(file, config);
  }

  /** The problems of step 0 are those of the first rollout; the responses are others. */
  @Test
  void stepZeroMeasuresOnTheFirstProblems() {
    String[] small = {"rolloutPrompts", "1", "samplesPerPrompt", "4", "trainBatch", "4"};
    SmallRun.start(run("a"), settings(small));
    List<JsonNode> kept =
        JsonLines.read(run("a").resolve("samples.jsonl")).stream()
            .filter(line -> line.get("kind").stringValue().equals("train"))
            .toList();
    List<JsonNode> zero = kept.subList(0, 4);
    List<JsonNode> one = kept.subList(4, 8);
    assertThat(one).allSatisfy(line -> assertThat(line.get("step").intValue()).isOne());
    assertThat(zero).extracting(line -> line.get("step").intValue()).containsOnly(0);
    assertThat(zero)
        .extracting(line -> line.get("prompt"))
        .containsOnly(one.getFirst().get("prompt"));
    assertThat(zero)
        .extracting(line -> line.get("response"))
        .isNotEqualTo(one.stream().map(line -> line.get("response")).toList());
  }

  /** Two problems a step of eleven: the sixth step ends one epoch and begins the next. */
  @Test
  void aResumedRunRepeatsAndSkipsNothing() {
    List<String> small = List.of("rolloutPrompts", "2", "samplesPerPrompt", "2", "trainBatch", "4");
    SmallRun.start(run("whole"), settings(with(small, "steps", "12")));
    List<String> whole = taken("whole");
    assertThat(whole).hasSize(24);
    assertThat(whole.subList(0, 11)).doesNotHaveDuplicates();
    assertThat(whole.subList(11, 22)).containsExactlyInAnyOrderElementsOf(whole.subList(0, 11));
    assertThat(whole.subList(11, 22)).isNotEqualTo(whole.subList(0, 11));

    SmallRun.start(run("cut"), settings(with(small, "steps", "4")));
    editConfig(run("cut"), "steps", 12);
    SmallRun.resume(run("cut"), 0);
    assertThat(taken("cut")).isEqualTo(whole);
    JsonNode state =
        Json.read(
            new Checkpoints(run("cut").resolve("checkpoints"))
                .latest()
                .orElseThrow()
                .resolve("state.json"));
    assertThat(state.path("position").path("problems").intValue()).isEqualTo(24);
    assertThat(state.path("position").path("rollouts").intValue()).isEqualTo(12);
  }

  @Test
  void otherProblemsThanBeforeAreRefused() throws IOException {
    SmallRun.start(run("a"), settings("steps", "2"));
    editConfig(run("a"), "steps", 4);
    Files.writeString(
        problems, Files.readString(problems) + "{\"Problem\":\"3+3=\",\"Answer\":2}\n");
    assertThatThrownBy(() -> SmallRun.resume(run("a"), 0))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("they have changed since the run started")
        .hasMessageNotContaining("\n");
  }

  @Test
  void problemsWithLongPromptsAreLeftOutAndCounted() throws IOException {
    Files.writeString(
        problems,
        Files.readString(problems)
            + "{\"Problem\":\"1+1+1+1+1=\",\"Answer\":1}\n{\"Problem\":\"\",\"Answer\":1}\n"
            + "{\"Problem\":\"1+1=\",\"Answer\":null}\n");
    String log = started("a", settings("steps", "1", "maxPromptTokens", "6"));
    assertThat(log)
        .contains(
            "1 problems are left out: their answers cannot be read",
            "2 problems are left out: their prompts are empty or too long");
    assertThat(JsonLines.read(run("a").resolve("metrics.jsonl")))
        .allSatisfy(line -> {
          assertThat(line.get("badLength").intValue()).isEqualTo(2);
          assertThat(line.get("badGold").intValue()).isEqualTo(1);
        });
    assertThat(Files.readString(run("a").resolve("report.html")))
        .contains("2 problems are left out: their prompts are empty or too long");
    assertThatThrownBy(() -> started("b", settings("maxPromptTokens", "3")))
        .isInstanceOf(InputException.class)
        .hasMessage(
            "held-out problems: none of 2 has a prompt of 1 to 3 tokens (--max-prompt-tokens), the shortest has 4");
  }

  @Test
  void heldOutProblemsThatAreTrainedOnAreCounted() throws IOException {
    Files.writeString(
        problems, Files.readString(problems) + "{\"Problem\":\" 3*2=\\n\",\"Answer\":2}\n");
    // The white space is not of the vocabulary of the small models in this place, and not needed.
    Files.writeString(problems, Files.readString(problems).replace(" 3*2", "3*2"));
    assertThat(started("a", settings("steps", "0")))
        .contains("warning: 1 of 2 held-out problems are among those that are trained on");
    writeProblems();
    assertThat(started("b", settings("steps", "0"))).doesNotContain("warning");
  }

  @Test
  void aTemplateStandsAroundEveryProblem() {
    TrainSettings settings = settings("promptTemplate", "1+{problem}");
    TrainingState state = TrainingState.fresh(settings, LoadProgress.NONE);
    Rollout.Prompt first = RunProblems.of(settings, state).training().all().getFirst();
    assertThat(first.problem()).isEqualTo(FileProblems.read(problems).get(0));
    assertThat(state.tokenizer().decode(first.ids())).isEqualTo("1+0+0=");
    assertThatThrownBy(() -> started("a", settings("promptTemplate", "chat")))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("the policy has no chat template");
  }

  @Test
  void aChatTemplateIsPartOfACheckpoint() throws IOException {
    Path policy = Files.createDirectory(folder.resolve("policy"));
    try (var files = Files.list(models.resolve("policy"))) {
      for (Path file : files.toList()) {
        Files.copy(file, policy.resolve(file.getFileName()));
      }
    }
    Files.writeString(
        policy.resolve("chat_template.jinja"),
        "{{ strftime_now('%Y')[:1] }}+{% for m in messages %}{{ m.content }}{% endfor %}");
    String[] chat = {"promptTemplate", "chat", "policy", policy.toString()};
    SmallRun.start(run("whole"), settings(chat));
    List<String> cut = new ArrayList<>(List.of(chat));
    cut.addAll(List.of("steps", "4"));
    SmallRun.start(run("cut"), settings(cut.toArray(String[]::new)));
    editConfig(run("cut"), "steps", 6);
    Files.delete(policy.resolve("chat_template.jinja"));
    SmallRun.resume(run("cut"), 0);
    TrainingTest.assertSameModels(run("whole"), run("cut"));
  }

  /** The text of a template is encoded unchanged. */
  @Test
  void promptsOfTextsAreEncodedAsTheTokenizerHasIt() {
    TrainSettings settings = settings();
    TrainingState state = TrainingState.fresh(settings, LoadProgress.NONE);
    Prompts prompts =
        new Prompts(PromptTemplate.of(null, null, "model", () -> null), state.tokenizer());
    assertThat(prompts.encode(RunProblems.training(settings).source().get(0)))
        .isEqualTo(state.tokenizer().encode("0+0="));
  }
}
