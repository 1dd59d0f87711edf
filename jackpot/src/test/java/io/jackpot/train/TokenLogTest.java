package io.jackpot.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.jackpot.config.TrainSettings;
import io.jackpot.input.InputException;
import io.jackpot.report.JsonLines;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class TokenLogTest {
  private static final Map<String, String> STALE = Map.of("trainBatch", "8", "evalEvery", "6");

  @TempDir private static Path models;

  @TempDir private Path folder;

  @BeforeAll
  static void saveModels() {
    SmallRun.saveModels(models);
  }

  private Path run(String name, Map<String, String> changes) {
    Path run = folder.resolve(name);
    SmallRun.start(run, settings(changes));
    return run;
  }

  private static TrainSettings settings(Map<String, String> changes) {
    Map<String, String> all = new HashMap<>(STALE);
    all.putAll(changes);
    return SmallRun.settings(models, all);
  }

  private static List<JsonNode> tokens(Path run) {
    return JsonLines.read(run.resolve("tokens.jsonl"));
  }

  /** The mean of a quantity over the tokens of a step is what the metrics say. */
  @Test
  void itsTokensAreThoseOfTheMetrics() {
    Path run = run("all", Map.of("tokenLog", "all", "tokenLogResponses", "all"));
    List<JsonNode> lines = tokens(run);
    for (JsonNode metrics : JsonLines.read(run.resolve("metrics.jsonl"))) {
      List<JsonNode> step = ofStep(lines, metrics.path("step").intValue());
      assertThat(step).hasSize(metrics.path("tokens").intValue());
      Map<String, ToDoubleFunction<JsonNode>> means =
          Map.of(
              "acceptance", line -> line.path("mask").doubleValue(),
              "z", line -> line.path("z").doubleValue(),
              "entropy", line -> line.path("entropy").doubleValue(),
              "klPolicyActor", line -> line.path("klPolicyActor").doubleValue(),
              "klActorPolicy", line -> line.path("klActorPolicy").doubleValue(),
              "distillLoss", line -> line.path("distill").doubleValue(),
              "weightMean",
                  line -> line.path("mask").doubleValue() * line.path("rho").doubleValue());
      means.forEach((key, value) ->
          assertThat(step.stream().mapToDouble(value).average().orElseThrow())
              .as(key)
              .isCloseTo(metrics.path(key).doubleValue(), within(1e-12)));
    }
  }

  /** Where p_inf is older than the policy, both have their models. */
  @Test
  void itsModelsAreThoseBeforeTheRolloutAndBeforeTheUpdate() throws IOException {
    Map<String, String> some = Map.of("tokenLog", "0,3,5-6", "tokenLogResponses", "2");
    assertThat(TokenLog.keptSteps(settings(some), 0)).containsExactlyInAnyOrder(0, 2, 3, 4, 5);
    assertThat(TokenLog.keptSteps(settings(some), 4)).containsExactlyInAnyOrder(4, 5);
    Path run = run("some", some);
    List<JsonNode> lines = tokens(run);
    assertThat(lines).extracting(line -> line.path("step").intValue()).containsOnly(0, 3, 5, 6);
    assertThat(lines)
        .filteredOn(line -> line.has("startStep"))
        .extracting(line -> line.path("step").intValue() + " " + line.path("startStep").intValue())
        .containsExactly("0 0", "0 0", "3 0", "3 0", "5 3", "5 3", "6 3", "6 3");
    try (var kept = Files.list(run.resolve("token-log"))) {
      assertThat(kept.map(path -> path.getFileName().toString()))
          .containsExactlyInAnyOrder(
              "step-000000", "step-000002", "step-000003", "step-000004", "step-000005");
    }
  }

  @Test
  void aRunIsTheSameWithIt() {
    Path logged = run("logged", Map.of("tokenLog", "all"));
    Path plain = run("plain", Map.of());
    assertThat(SmallRun.metrics(logged)).isEqualTo(SmallRun.metrics(plain));
    TrainingTest.assertSameModels(logged, plain);
    assertThat(plain.resolve("tokens.jsonl")).doesNotExist();
    assertThat(plain.resolve("token-log")).doesNotExist();
  }

  @Test
  void aResumedRunLogsTheSame() throws IOException {
    Path whole = run("whole", Map.of("tokenLog", "all", "checkpointEvery", "3"));
    Path resumed = run("resumed", Map.of("tokenLog", "all", "checkpointEvery", "3"));
    Files.move(resumed.resolve("checkpoints/step-000006"), folder.resolve("lost"));
    SmallRun.resume(resumed, 1);
    assertThat(resumed.resolve("tokens.jsonl"))
        .hasSameBinaryContentAs(whole.resolve("tokens.jsonl"));
  }

  @Test
  void oneModelHasNoActor() {
    Path run = run("one", Map.of("arm", "off-policy", "tokenLog", "2"));
    List<JsonNode> lines = tokens(run);
    assertThat(lines)
        .isNotEmpty()
        .noneMatch(line -> line.has("actor") || line.has("actorRef") || line.has("actorWeight"));
    assertThat(lines.stream().mapToDouble(line -> line.path("klPolicyActor").doubleValue()).sum())
        .isPositive();
    assertThat(run.resolve("token-log/step-000001/actor")).doesNotExist();
  }

  @Test
  void whatItTakesIsSaid() {
    StringWriter log = new StringWriter();
    new Training(new PrintWriter(log, true), false)
        .start(settings(Map.of("tokenLog", "2-3", "steps", "3")), folder.resolve("said"));
    assertThat(log.toString())
        .contains("token log: 4 responses of 2 steps, with the models and optimizers at 3 of them");
    StringWriter none = new StringWriter();
    new Training(new PrintWriter(none, true), false)
        .start(settings(Map.of("tokenLog", "7", "steps", "3")), folder.resolve("none"));
    assertThat(none.toString()).contains("warning: --token-log: the run has 3 steps");
  }

  @Test
  void stepsThatAreNoneAreRefused() {
    for (String steps : List.of("some", "3-1", "1,,2", "-1", "1;2", "12345678901")) {
      assertThatThrownBy(() -> settings(Map.of("tokenLog", steps)))
          .isInstanceOf(InputException.class)
          .hasMessageContaining("--token-log: found " + steps + ", expected");
    }
    assertThatThrownBy(() -> settings(Map.of("tokenLogResponses", "none")))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("or all");
  }

  private static List<JsonNode> ofStep(List<JsonNode> lines, int step) {
    return lines.stream().filter(line -> line.path("step").intValue() == step).toList();
  }
}
