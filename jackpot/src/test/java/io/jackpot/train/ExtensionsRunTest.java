package io.jackpot.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.jackpot.input.InputException;
import io.jackpot.report.JsonLines;
import io.jackpot.weights.Checkpoints;
import io.jackpot.weights.ModelFolder;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Runs with what the paper's objective does not have. */
class ExtensionsRunTest {
  @TempDir private static Path models;
  @TempDir private Path folder;

  @BeforeAll
  static void saveModels() {
    SmallRun.saveModels(models);
  }

  private Path run(String name) {
    return folder.resolve(name);
  }

  /** Starts a run and returns its log. */
  private String start(String name, String... keysAndValues) {
    StringWriter log = new StringWriter();
    new Training(new PrintWriter(log), false)
        .start(SmallRun.settings(models, flags(keysAndValues)), run(name));
    return log.toString();
  }

  private static Map<String, String> flags(String... keysAndValues) {
    Map<String, String> changes = new HashMap<>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      changes.put(keysAndValues[i], keysAndValues[i + 1]);
    }
    return changes;
  }

  private List<JsonNode> lines(String name) {
    return JsonLines.read(run(name).resolve("metrics.jsonl"));
  }

  private double[] column(String name, String key) {
    return lines(name).stream().mapToDouble(line -> line.get(key).doubleValue()).toArray();
  }

  /** Its ratios are closer to 1 than those of tokens, and one update a rollout has none but 1. */
  @Test
  void gspoHasTheRatiosOfSequences() {
    String[] stale = {"arm", "off-policy", "miniBatches", "4", "trainBatch", "none", "steps", "4"};
    start("token", stale);
    String[] gspo = {"ratioLevel", "sequence", "clipLow", "0.001", "clipHigh", "0.001"};
    assertThat(start("gspo", concat(stale, gspo)))
        .contains("long responses count more than in GSPO, which has sequence-mean\n");
    double[] low = column("gspo", "sequenceRatioMin");
    double[] high = column("gspo", "sequenceRatioMax");
    assertThat(low[1]).isOne();
    assertThat(high[1]).isOne();
    assertThat(low[4]).isLessThan(1).isGreaterThan(0.1);
    assertThat(high[4]).isGreaterThan(1).isLessThan(10);
    assertThat(column("gspo", "clipShareLow")[4] + column("gspo", "clipShareHigh")[4]).isPositive();
    assertThat(lines("token").getLast().has("sequenceRatioMin")).isFalse();
  }

  @Test
  void theDualClipStopsGradients() {
    String[] stale = {"arm", "no-clip", "miniBatches", "4", "trainBatch", "none", "steps", "4"};
    start("dual", concat(stale, "dualClip", "1.01"));
    double[] shares = column("dual", "dualClipShare");
    assertThat(shares[1]).isZero();
    assertThat(shares[4]).isPositive().isLessThan(1);
  }

  /** Responses that are cut off are counted in metrics, but not in losses. */
  @Test
  void whatIsCutOffCarriesNoLoss() {
    String[] some = {"maxResponseTokens", "4", "temperature", "2", "steps", "2"};
    start("all", some);
    start("masked", concat(some, "maskTruncated", "true"));
    JsonNode all = lines("all").get(1);
    JsonNode masked = lines("masked").get(1);
    assertThat(all.get("truncatedShare").doubleValue()).isBetween(0.01, 0.99);
    assertThat(masked.get("tokens")).isEqualTo(all.get("tokens"));
    assertThat(masked.get("klPolicyActor")).isEqualTo(all.get("klPolicyActor"));
    assertThat(masked.get("lossTokens").intValue())
        .isPositive()
        .isLessThan(masked.get("tokens").intValue());
    assertThat(masked.get("policyLoss")).isNotEqualTo(all.get("policyLoss"));
    assertThat(masked.get("distillLoss")).isNotEqualTo(all.get("distillLoss"));
  }

  @Test
  void aRunOfNothingButCutOffResponsesChangesNoModel() {
    String log = start("none", "maxResponseTokens", "1", "steps", "2", "maskTruncated", "true");
    assertThat(log)
        .contains("step 1: all responses were cut off and carry no loss, no model is updated");
    assertThat(column("none", "gradNormPolicy")).containsOnly(0);
    for (String model : List.of("policy", "actor")) {
      assertThat(run("none").resolve("checkpoints/step-000002/" + model + "/model.safetensors"))
          .hasSameBinaryContentAs(models.resolve(model + "/model.safetensors"));
    }
  }

  /** A larger weight keeps the policy closer to where it was, whichever estimator says how far. */
  @ParameterizedTest
  @CsvSource({"k2, 20", "k3, 20", "topk, 20", "topk, 5", "full, 20"})
  void theReferenceHoldsThePolicy(String estimator, String topK) {
    String[] flags = {"referenceKlEstimator", estimator, "topK", topK};
    start("loose", concat(flags, "referenceKl", "1e-6"));
    start("tight", concat(flags, "referenceKl", "3"));
    assertThat(column("tight", "referenceKl")[1]).isCloseTo(0, within(1e-6));
    assertThat(column("loose", "referenceKl")[6])
        .isPositive()
        .isGreaterThan(2 * column("tight", "referenceKl")[6]);
    JsonNode line = lines("tight").get(6);
    assertThat(line.get("totalLoss").doubleValue())
        .isCloseTo(
            line.get("policyLoss").doubleValue()
                + line.get("actorLoss").doubleValue()
                + line.get("distillLoss").doubleValue()
                + 3 * line.get("referenceKlLoss").doubleValue(),
            within(1e-9));
  }

  /** The divergence from the actor's folder is what the metrics say of the actor anyway. */
  @Test
  void anotherModelIsTheReference() {
    String actor = models.resolve("actor").toString();
    String[] flags = {"reference", actor, "referenceKlEstimator", "full", "steps", "1"};
    String log = start("loss", concat(flags, "referenceKl", "0.1"));
    assertThat(log)
        .contains(
            "reference " + actor + ", ", "full of KL(policy‖reference) times 0.1 in the loss");
    JsonNode loss = lines("loss").get(1);
    assertThat(loss.get("referenceKl").doubleValue())
        .isCloseTo(loss.get("klPolicyActor").doubleValue(), within(1e-5));
    start("reward", concat(flags, "referenceKl", "0.1", "referenceKlIn", "reward"));
    JsonNode reward = lines("reward").get(1);
    assertThat(reward.get("referenceKl").doubleValue())
        .isCloseTo(reward.get("klPolicyActor").doubleValue(), within(1e-5));
    assertThat(reward.get("reward").doubleValue())
        .isCloseTo(
            reward.get("accuracy").doubleValue() + reward.get("referenceKlReward").doubleValue(),
            within(1e-9));
    assertThat(reward.get("equalGroupShare").doubleValue()).isZero();
  }

  /** Where k covers the vocabulary, the sum over the top k is that over all. */
  @Test
  void aTopKOfAllIsTheWholeDivergence() {
    start("full", "referenceKl", "0.1", "referenceKlEstimator", "full", "steps", "2");
    start("topk", "referenceKl", "0.1", "referenceKlEstimator", "topk", "steps", "2");
    assertThat(SmallRun.metrics(run("topk"))).isEqualTo(SmallRun.metrics(run("full")));
  }

  @Test
  void microBatchesDoNotChangeADivergence() {
    String[] flags = {"referenceKl", "0.5", "topK", "5", "steps", "2", "entropyCoefficient", "0.1"};
    for (String estimator : List.of("k3", "topk", "full")) {
      start("one-" + estimator, concat(flags, "referenceKlEstimator", estimator));
      String[] many = concat(flags, "microBatchTokens", "40", "referenceKlEstimator", estimator);
      start("many-" + estimator, many);
      for (String key : List.of("referenceKl", "gradNormPolicy", "totalLoss")) {
        assertThat(column("many-" + estimator, key))
            .as(key)
            .containsExactly(column("one-" + estimator, key), within(1e-4));
      }
    }
  }

  @Test
  void anEntropyBonusRaisesTheEntropy() {
    start("without");
    start("with", "entropyCoefficient", "1");
    assertThat(column("with", "entropy")[6]).isGreaterThan(1.1 * column("without", "entropy")[6]);
    JsonNode line = lines("with").get(6);
    assertThat(line.get("entropyLoss").doubleValue())
        .isCloseTo(-line.get("entropy").doubleValue(), within(1e-9));
    assertThat(line.get("totalLoss").doubleValue())
        .isCloseTo(
            line.get("policyLoss").doubleValue()
                + line.get("actorLoss").doubleValue()
                + line.get("distillLoss").doubleValue()
                + line.get("entropyLoss").doubleValue(),
            within(1e-9));
  }

  /** One response a problem is enough, which no other advantage can learn from. */
  @Test
  void remaxLearnsFromOneResponse() {
    start("remax", "advantage", "remax", "samplesPerPrompt", "1", "rolloutPrompts", "24");
    assertThat(column("remax", "zeroAdvantageShare")[6]).isBetween(0.05, 0.95);
    assertThat(column("remax", "gradNormPolicy")[6]).isPositive();
  }

  @Test
  void groupsWithoutAnAdvantageAreReplaced() {
    String log = start("filtered", "filterGroups", "true", "samplesPerPrompt", "4");
    assertThat(log).doesNotContain("too few problems");
    start("plain", "samplesPerPrompt", "4");
    assertThat(column("plain", "equalGroupShare")[1]).isPositive();
    for (JsonNode line : lines("filtered").subList(1, 7)) {
      assertThat(line.get("equalGroupShare").doubleValue()).isZero();
      assertThat(line.get("sampledProblems").intValue()).isGreaterThanOrEqualTo(6);
      assertThat(line.get("generationBatches").intValue()).isBetween(1, 10);
    }
    assertThat(column("filtered", "generationBatches")[1]).isGreaterThan(1);
  }

  @Test
  void theBoundOfGenerationBatchesIsKept() {
    String log = start("bound", "filterGroups", "true", "maxGenerationBatches", "1");
    assertThat(log)
        .contains(
            "too few problems have an advantage, the rollout is filled with others: ",
            " of the 6 sampled in 1 batches (--max-generation-batches), where 6 are wanted");
    assertThat(column("bound", "generationBatches")[6]).isOne();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "filterGroups=true",
        "advantage=remax",
        "referenceKl=0.1",
        "referenceKl=0.1 referenceKlIn=reward filterGroups=true advantage=remax"
      })
  void aRunCutShortGoesOnWithTheSameBits(String changes) {
    Map<String, String> flags = new HashMap<>();
    for (String change : changes.split(" ", -1)) {
      flags.put(
          change.substring(0, change.indexOf('=')), change.substring(change.indexOf('=') + 1));
    }
    SmallRun.start(run("whole"), SmallRun.settings(models, flags));
    SmallRun.start(run("cut"), SmallRun.settings(models, flags));
    Checkpoints checkpoints = new Checkpoints(run("cut").resolve("checkpoints"));
    deleteRecursively(checkpoints.latest().orElseThrow());
    SmallRun.resume(run("cut"), 1);
    assertThat(SmallRun.metrics(run("cut"))).isEqualTo(SmallRun.metrics(run("whole")));
    TrainingTest.assertSameModels(run("whole"), run("cut"));
  }

  /** A run goes on with the reference it began with, wherever that is by now, or not at all. */
  @Test
  void anotherReferenceIsRefused() throws IOException {
    Path reference = folder.resolve("reference");
    ModelFolder.load(models.resolve("policy")).save(reference);
    start("a", "referenceKl", "0.1", "reference", reference.toString());
    Files.move(reference, folder.resolve("moved"));
    deleteRecursively(new Checkpoints(run("a").resolve("checkpoints")).latest().orElseThrow());
    assertThatThrownBy(() -> SmallRun.resume(run("a"), 1)).isInstanceOf(InputException.class);
    Map<String, String> changed = Map.of("reference", models.resolve("actor").toString());
    assertThatThrownBy(() -> SmallRun.resume(run("a"), changed))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(
            "is another file now since this run started; expected the same reference");
    SmallRun.resume(run("a"), Map.of("reference", folder.resolve("moved").toString()));
    assertThat(lines("a")).hasSize(7);
  }

  private static void deleteRecursively(Path tree) {
    try (Stream<Path> files = Files.walk(tree)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String[] concat(String[] some, String... more) {
    String[] all = Arrays.copyOf(some, some.length + more.length);
    System.arraycopy(more, 0, all, some.length, more.length);
    return all;
  }
}
