package io.jackpot.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;

import io.jackpot.config.Arm;
import io.jackpot.config.TrainSettings;
import io.jackpot.input.InputException;
import io.jackpot.input.Names;
import io.jackpot.report.JsonLines;
import io.jackpot.weights.Checkpoints;
import io.jackpot.weights.ModelFolder;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

class TrainingTest {
  /** The keys that every line must have. */
  private static final List<String> KEYS =
      List.of(
          "step",
          "reward",
          "accuracy",
          "equalGroupShare",
          "klPolicyActor",
          "klActorPolicy",
          "acceptance",
          "z",
          "kappa",
          "weightMean",
          "weightMax",
          "effectiveSampleSize",
          "clipShareLow",
          "clipShareHigh",
          "policyLoss",
          "actorLoss",
          "distillLoss",
          "entropy",
          "gradNormPolicy",
          "gradNormActor",
          "responseLengthMean",
          "tokens",
          "rolloutSeconds",
          "trainSeconds",
          "rolloutTokensPerSecond",
          "trainTokensPerSecond",
          "heapBytes");

  @TempDir private static Path models;
  @TempDir private Path folder;

  @BeforeAll
  static void saveModels() {
    SmallRun.saveModels(models);
  }

  private TrainSettings settings(String... keysAndValues) {
    Map<String, String> changes = new HashMap<>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      changes.put(keysAndValues[i], keysAndValues[i + 1]);
    }
    return SmallRun.settings(models, changes);
  }

  private Path run(String name) {
    return folder.resolve(name);
  }

  @Test
  void aRunHasALineAStepAndEverythingItPromises() {
    SmallRun.start(run("a"), settings());
    List<JsonNode> lines = JsonLines.read(run("a").resolve("metrics.jsonl"));
    assertThat(lines).hasSize(7);
    for (int step = 0; step < lines.size(); step++) {
      JsonNode line = lines.get(step);
      assertThat(line.get("step").intValue()).isEqualTo(step);
      assertThat(line.propertyNames()).containsAll(KEYS);
      for (String key : KEYS) {
        assertThat(line.get(key).isNumber()).as(key).isTrue();
      }
      assertThat(line.has("heldOutAccuracy")).isEqualTo(step % 3 == 0);
      assertThat(line.has("heldOutGreedy")).isEqualTo(step % 3 == 0);
    }
    assertThat(lines).anyMatch(line -> line.get("reward").doubleValue() > 0);
    assertThat(JsonLines.read(run("a").resolve("samples.jsonl")))
        .extracting(line -> line.get("step").intValue())
        .contains(0, 1, 6);
    assertThat(run("a").resolve("config.json")).exists();
    Path last = new Checkpoints(run("a").resolve("checkpoints")).latest().orElseThrow();
    assertThat(Checkpoints.step(last)).isEqualTo(6);
    assertThat(ModelFolder.load(last.resolve("policy")).parameters().count()).isPositive();
  }

  @Test
  void stepZeroIsBeforeAnyUpdate() {
    SmallRun.start(run("a"), settings("steps", "0"));
    assertThat(SmallRun.metrics(run("a"))).hasSize(1);
    Path checkpoint = new Checkpoints(run("a").resolve("checkpoints")).latest().orElseThrow();
    assertThat(checkpoint.resolve("policy/model.safetensors"))
        .hasSameBinaryContentAs(models.resolve("policy/model.safetensors"));
  }

  @Test
  void oneThreadAndThreeGiveTheSameBits() {
    SmallRun.start(run("one"), settings("threads", "1"));
    SmallRun.start(run("three"), settings("threads", "3"));
    assertThat(SmallRun.metrics(run("three"))).isEqualTo(SmallRun.metrics(run("one")));
    assertSameModels(run("one"), run("three"));
  }

  @Test
  void anotherSeedIsAnotherRun() {
    SmallRun.start(run("a"), settings());
    SmallRun.start(run("b"), settings("seed", "1"));
    assertThat(SmallRun.metrics(run("b"))).isNotEqualTo(SmallRun.metrics(run("a")));
  }

  /** The micro-batches only cut the work; sums in another order differ in the last digits. */
  @Test
  void microBatchesChangeNothingButRounding() {
    SmallRun.start(run("one"), settings("steps", "2", "evalEvery", "1"));
    SmallRun.start(run("many"), settings("steps", "2", "evalEvery", "1", "microBatchTokens", "40"));
    List<JsonNode> one = JsonLines.read(run("one").resolve("metrics.jsonl"));
    List<JsonNode> many = JsonLines.read(run("many").resolve("metrics.jsonl"));
    for (String key : List.of("policyLoss", "actorLoss", "distillLoss", "gradNormPolicy")) {
      for (int step = 0; step < 2; step++) {
        double expected = one.get(step).get(key).doubleValue();
        assertThat(many.get(step).get(key).doubleValue())
            .as(key)
            .isCloseTo(expected, offset(1e-4 * (1 + expected)));
      }
    }
  }

  /** Three mini-batches of each rollout: ratio and references matter from the second one on. */
  @Test
  void staleMiniBatchesMeetAPolicyThatHasMoved() {
    SmallRun.start(run("a"), settings("trainBatch", "8", "topK", "5"));
    List<JsonNode> lines = JsonLines.read(run("a").resolve("metrics.jsonl"));
    assertThat(lines).hasSize(7);
    assertThat(lines.get(1).get("rolloutSeconds")).isEqualTo(lines.get(3).get("rolloutSeconds"));
    assertThat(lines.get(4).get("rolloutSeconds")).isNotEqualTo(lines.get(3).get("rolloutSeconds"));
    assertThat(lines)
        .allSatisfy(line -> assertThat(line.get("policyLoss").doubleValue()).isFinite());
  }

  @ParameterizedTest
  @EnumSource(Arm.class)
  void everyArmRuns(Arm arm) {
    TrainSettings settings = settings("arm", Names.of(arm), "steps", "2");
    SmallRun.start(run("a"), settings);
    Path last = new Checkpoints(run("a").resolve("checkpoints")).latest().orElseThrow();
    assertThat(last.resolve("actor").toFile().exists()).isEqualTo(settings.twoModels());
    if (settings.twoModels()) {
      assertThat(sameWeights(last, "actor")).isEqualTo(arm == Arm.NONE);
    }
    assertThat(sameWeights(last, "policy")).isFalse();
  }

  private boolean sameWeights(Path checkpoint, String model) {
    try {
      String file = model + "/model.safetensors";
      return Files.mismatch(checkpoint.resolve(file), models.resolve(file)) < 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The paper's Table 2: the policy samples with a rounded cache, or rounded weights. */
  @ParameterizedTest
  @CsvSource({"obrs, f32, fp8", "obrs, int8, int8", "truncated, int8, f32"})
  void aRoundedSamplerOfThePolicyIsAnotherDistribution(
      String correction, String weights, String cache) {
    Path run = folder.resolve("rounded-" + correction + weights);
    SmallRun.start(run, SmallRun.settings(models, ownRollouts(correction, weights, cache)));
    List<JsonNode> lines = JsonLines.read(run.resolve("metrics.jsonl"));
    Path exact = folder.resolve("exact-" + correction + weights);
    SmallRun.start(exact, SmallRun.settings(models, ownRollouts(correction, "f32", "f32")));
    // float32 alone is good for 1e-6, which a sampler that does not round keeps and this one not.
    for (String kl : List.of("klPolicyActor", "klActorPolicy")) {
      assertThat(values(lines, kl)).allSatisfy(value -> assertThat(value).isBetween(-1e-6, 0.05));
      assertThat(values(lines, kl)).anySatisfy(value -> assertThat(value).isGreaterThan(1e-6));
      List<JsonNode> same = JsonLines.read(exact.resolve("metrics.jsonl"));
      assertThat(values(same, kl)).allSatisfy(value -> assertThat(value).isBetween(-1e-6, 1e-6));
    }
    if (correction.equals("obrs")) {
      for (JsonNode line : lines) {
        assertThat(line.get("acceptance").asDouble()).isBetween(0.9, 1.0);
        double meanZ = line.get("z").asDouble() / line.get("kappa").asDouble();
        assertThat(meanZ).isBetween(0.9, 0.999999);
      }
    }
    // Before any update both are the same policy, and its evaluation knows nothing of the sampler.
    JsonNode first = JsonLines.read(exact.resolve("metrics.jsonl")).getFirst();
    assertThat(lines.getFirst().get("heldOutGreedy")).isEqualTo(first.get("heldOutGreedy"));
    assertThat(lines.getFirst().get("heldOutAccuracy")).isEqualTo(first.get("heldOutAccuracy"));
  }

  private static List<Double> values(List<JsonNode> lines, String key) {
    return lines.stream().map(line -> line.get(key).asDouble()).toList();
  }

  private static Map<String, String> ownRollouts(String correction, String weights, String cache) {
    Map<String, String> changes = new HashMap<>();
    changes.put("policy", "builtin:policy"); // large enough for rounding to be seen
    changes.put("operations", "5");
    changes.put("modulus", "10");
    changes.put("maxResponseTokens", "40");
    changes.put("steps", "2");
    changes.put("learningRate", "0.0003");
    changes.put("rolloutModel", "policy");
    changes.put("actorLoss", "false");
    changes.put("distillCoefficient", "0");
    changes.put("policyCorrection", correction);
    changes.put("actorDtype", weights);
    changes.put("kvDtype", cache);
    return changes;
  }

  @Test
  void aRoundedActorGivesTheSameBitsWithAnyThreads() {
    Map<String, String> types =
        Map.of("actorDtype", "int8", "kvDtype", "fp8", "topK", "5", "threads", "1");
    Map<String, String> three = new HashMap<>(types);
    three.put("threads", "3");
    Path a = folder.resolve("rounded-1");
    Path b = folder.resolve("rounded-3");
    SmallRun.start(a, SmallRun.settings(models, types));
    SmallRun.start(b, SmallRun.settings(models, three));
    assertThat(SmallRun.metrics(a)).isEqualTo(SmallRun.metrics(b)).hasSize(7);
  }

  @Test
  void theExactNormalizerNeedsTheWholeDistribution() {
    assertThatThrownBy(
            () -> SmallRun.settings(models, Map.of("normalizer", "exact", "kvDtype", "fp8")))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("normalizer exact")
        .hasMessageContaining("kvDtype fp8");
  }

  @Test
  void aRunCutShortGoesOnWithTheSameBits() {
    SmallRun.start(run("whole"), settings());
    SmallRun.start(run("cut"), settings("steps", "4"));
    editConfig(run("cut"), "\"steps\" : 4", "\"steps\" : 6");
    SmallRun.resume(run("cut"), 1);
    assertSameModels(run("whole"), run("cut"));
    // Step 4 was the last one of the run that was cut, and so evaluated.
    assertThat(SmallRun.metrics(run("cut")).subList(5, 7))
        .isEqualTo(SmallRun.metrics(run("whole")).subList(5, 7));
  }

  @Test
  void anEndedRunIsResumedToNothing() {
    SmallRun.start(run("a"), settings());
    List<String> before = SmallRun.metrics(run("a"));
    assertThat(SmallRun.resume(run("a"), 0).get("step").intValue()).isEqualTo(6);
    assertThat(SmallRun.metrics(run("a"))).isEqualTo(before);
  }

  @Test
  void aDamagedCheckpointIsPassedOver() throws IOException {
    SmallRun.start(run("whole"), settings());
    SmallRun.start(run("a"), settings());
    Path weights = run("a").resolve("checkpoints/step-000006/actor/model.safetensors");
    byte[] bytes = Files.readAllBytes(weights);
    bytes[bytes.length - 5] ^= 1;
    Files.write(weights, bytes);
    SmallRun.resume(run("a"), 2);
    assertThat(SmallRun.metrics(run("a"))).isEqualTo(SmallRun.metrics(run("whole")));
    assertSameModels(run("whole"), run("a"));
  }

  @Test
  void aLossThatIsNotFiniteStopsTheRunAndNamesStepTensorAndCheckpoint() {
    assertThatThrownBy(
            () -> SmallRun.start(run("a"), settings("learningRate", "1e30", "weightDecay", "1")))
        .isInstanceOf(TrainingStoppedException.class)
        .message()
        .contains("stopped in step ", " is not finite", "checkpoints", "step-00000", "try a lower")
        .doesNotContain("\n");
    Path good = new Checkpoints(run("a").resolve("checkpoints")).latest().orElseThrow();
    TrainingState.load(good, settings()).requireFinite();
  }

  @Test
  void aCheckpointIsNeverMadeOfWeightsThatAreNotFinite() {
    assertThatThrownBy(() ->
            SmallRun.start(
                run("a"),
                settings("learningRate", "1e38", "weightDecay", "1e3", "checkpointEvery", "1")))
        .isInstanceOf(TrainingStoppedException.class)
        .message()
        .contains("stopped in step 1", "model.", "is not finite", "step-000000");
  }

  @Test
  void whatDoesNotFitIsSaidInOneLine() throws IOException {
    assertBad(settings("policy", folder.resolve("none").toString()), "none: no such folder");
    assertBad(
        settings("maxResponseTokens", "61"), "none of 3 has a prompt of 1 to 3 tokens", "has 4");
    assertBad(settings("evalProblems", "30"), "held-out problems: 30, but only");
    assertBad(settings("device", "tornado"), "device: tornado", "--device cpu");
    assertBad(
        settings("device", "auto", "matmulPrecision", "bf16"),
        "gemm java, matmulPrecision bf16: only on a device, but there is no GPU: ");
    Files.createDirectories(run("full"));
    Files.writeString(run("full").resolve("notes.txt"), "mine");
    assertThatThrownBy(() -> SmallRun.start(run("full"), settings()))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("not empty")
        .hasMessageContaining("--resume");
    assertThat(run("full").resolve("notes.txt")).hasContent("mine");
    assertThatThrownBy(() -> SmallRun.resume(run("nowhere"), 0))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("config.json");
  }

  private void assertBad(TrainSettings settings, String... parts) {
    assertThatThrownBy(() -> SmallRun.start(run("bad"), settings))
        .isInstanceOf(InputException.class)
        .message()
        .contains(parts)
        .doesNotContain("\n");
    assertThat(run("bad")).doesNotExist();
  }

  @Test
  void problemsOfAFileAreShuffledAndBadGoldIsLeftOut() throws IOException {
    Path problems = folder.resolve("problems.jsonl");
    StringBuilder lines = new StringBuilder("{\"prompt\":\"1+1=\",\"answer\":null}\n");
    for (int i = 0; i < 5; i++) {
      lines
          .append("{\"prompt\":\"")
          .append(i)
          .append("+1=\",\"answer\":")
          .append(i + 1)
          .append("}\n");
    }
    Files.writeString(problems, lines);
    SmallRun.start(
        run("a"), settings("problems", problems.toString(), "heldOut", problems.toString()));
    assertThat(JsonLines.read(run("a").resolve("metrics.jsonl")))
        .allSatisfy(line -> assertThat(line.get("badGold").intValue()).isEqualTo(1));
    assertThat(JsonLines.read(run("a").resolve("samples.jsonl")))
        .noneMatch(line ->
            line.get("prompt").stringValue().equals("1+1=")
                && line.get("answer").stringValue().isEmpty());
  }

  @Test
  void twoProcessesDoNotWriteOneRun() {
    SmallRun.start(run("a"), settings());
    try (RunFolder held = RunFolder.existing(run("a"), new PrintWriter(Writer.nullWriter()))) {
      assertThat(held.lastStep()).isEqualTo(6);
      assertThatThrownBy(() -> SmallRun.resume(run("a"), 0))
          .isInstanceOf(InputException.class)
          .hasMessageContaining("another process");
    }
  }

  private static void editConfig(Path run, String from, String to) {
    try {
      Path file = run.resolve("config.json");
      String text = Files.readString(file);
      assertThat(text).contains(from);
      Files.writeString(file, text.replace(from, to));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static void assertSameModels(Path a, Path b) {
    Path left = new Checkpoints(a.resolve("checkpoints")).latest().orElseThrow();
    Path right = new Checkpoints(b.resolve("checkpoints")).latest().orElseThrow();
    for (String file : List.of("model.safetensors", "optimizer.safetensors")) {
      for (String model : List.of("policy", "actor")) {
        assertThat(right.resolve(model).resolve(file))
            .hasSameBinaryContentAs(left.resolve(model).resolve(file));
      }
    }
  }
}
