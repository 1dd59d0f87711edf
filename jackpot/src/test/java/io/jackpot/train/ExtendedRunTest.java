package io.jackpot.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jackpot.config.RateDecay;
import io.jackpot.input.InputException;
import io.jackpot.report.JsonLines;
import io.jackpot.weights.Json;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Runs that are resumed with another number of steps than they were planned for. */
class ExtendedRunTest {
  @TempDir private static Path models;
  @TempDir private Path folder;

  @BeforeAll
  static void saveModels() {
    SmallRun.saveModels(models);
  }

  private Path run(String name, Map<String, String> changes) {
    Path run = folder.resolve(name);
    SmallRun.start(run, SmallRun.settings(models, changes));
    return run;
  }

  @Test
  void theScheduleIsThatOfTheLongerRunFromThereOn() {
    Path run = run("a", Map.of("steps", "4", "warmupSteps", "2"));
    List<JsonNode> before = JsonLines.read(run.resolve("metrics.jsonl"));
    StringWriter log = new StringWriter();
    new Training(new PrintWriter(log), false).resume(run, Map.of("steps", 7));
    assertThat(log.toString())
        .contains(
            "resuming after step 4 of 4\n",
            "steps 7 in place of 4: from step 5 on the learning rate is that of a run of 7 steps, 0.00500 in step 5\n");
    List<JsonNode> after = JsonLines.read(run.resolve("metrics.jsonl"));
    assertThat(after).hasSize(8).startsWith(before.toArray(JsonNode[]::new));
    // The last step of the shorter run had been evaluated, which it would not be in the longer one.
    assertThat(after.get(4).has("heldOutAccuracy")).isTrue();
    for (int step = 5; step <= 7; step++) {
      assertThat(after.get(step).get("learningRate").floatValue())
          .isEqualTo(RateDecay.LINEAR.rate(0.01f, step, 2, 7));
      assertThat(after.get(step).has("heldOutAccuracy")).isEqualTo(step != 5);
    }
    assertThat(Json.read(run.resolve("config.json")).get("steps").intValue()).isEqualTo(7);
    assertThat(run.resolve("report.html")).content().contains("finished");
  }

  /** Without a decay nothing depends on the planned steps but the evaluation of the last one. */
  @Test
  void withoutADecayItIsTheLongerRun() {
    Path longer = run("longer", Map.of("steps", "6", "decay", "none"));
    Path extended = run("extended", Map.of("steps", "3", "decay", "none"));
    SmallRun.resume(extended, Map.of("steps", "6"));
    assertThat(SmallRun.metrics(extended)).isEqualTo(SmallRun.metrics(longer));
    TrainingTest.assertSameModels(longer, extended);
  }

  /** The run ends after the first of three mini-batches, and goes on with the others. */
  @Test
  void anEndWithinARolloutIsExtendedToTheLongerRun() {
    Map<String, String> stale = Map.of("trainBatch", "8", "evalEvery", "4", "decay", "none");
    Path longer = run("longer", with(stale, "9"));
    Path extended = run("extended", with(stale, "4"));
    SmallRun.resume(extended, Map.of("steps", "9", "threads", "1"));
    assertThat(SmallRun.metrics(extended)).isEqualTo(SmallRun.metrics(longer)).hasSize(10);
    TrainingTest.assertSameModels(longer, extended);
  }

  private static Map<String, String> with(Map<String, String> changes, String steps) {
    Map<String, String> all = new HashMap<>(changes);
    all.put("steps", steps);
    return all;
  }

  @Test
  void anInterruptedRunCanEndEarlier() throws IOException {
    Path run = run("a", Map.of("steps", "4"));
    Path config = run.resolve("config.json");
    Json.write(config, Json.read(config).put("steps", 100));
    SmallRun.resume(run, Map.of("steps", "5"));
    assertThat(SmallRun.metrics(run)).hasSize(6);
    assertThat(Json.read(config).get("steps").intValue()).isEqualTo(5);
  }

  @Test
  void stepsThatAreMadeAlreadyAreRefused() throws IOException {
    Path run = run("a", Map.of("steps", "4"));
    List<String> lines = SmallRun.metrics(run);
    String config = Files.readString(run.resolve("config.json"));
    for (String steps : List.of("0", "3", "4")) {
      assertThatThrownBy(() -> SmallRun.resume(run, Map.of("steps", steps)))
          .isInstanceOf(InputException.class)
          .hasMessage(
              "--steps %s: %s has made 4 of 4 already, expected more than 4".formatted(steps, run));
    }
    assertThat(SmallRun.metrics(run)).isEqualTo(lines);
    assertThat(run.resolve("config.json")).content().isEqualTo(config);
  }
}
