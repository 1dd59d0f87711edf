package io.jackpot.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.jackpot.config.TrainSettings;
import io.jackpot.report.JsonLines;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** Runs whose p_inf is stale, truncated, or the policy's own, and a λ that is solved from it. */
class DistributionsRunTest {
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

  private static List<Double> values(List<JsonNode> lines, String key) {
    return lines.stream().map(line -> line.get(key).asDouble()).toList();
  }

  /** One model: nothing is wrong with an actor that cannot be read, or of another vocabulary. */
  @Test
  void oneModelNeedsNoActor() {
    Path nowhere = folder.resolve("nowhere");
    SmallRun.start(
        run("a"), settings("arm", "on-policy", "actor", nowhere.toString(), "steps", "3"));
    SmallRun.resume(run("a"), 1);
    assertThat(SmallRun.metrics(run("a"))).hasSize(4);
  }

  /** A stale policy is compared with the distribution that sampled, which it has left. */
  @ParameterizedTest
  @CsvSource({"off-policy", "jackpot"})
  void divergencesAreFromTheRollout(String arm) {
    SmallRun.start(run("a"), settings("arm", arm, "trainBatch", "8", "steps", "3"));
    List<JsonNode> lines = JsonLines.read(run("a").resolve("metrics.jsonl"));
    for (String kl : List.of("klPolicyActor", "klActorPolicy")) {
      assertThat(values(lines, kl)).allSatisfy(value -> assertThat(value).isGreaterThan(-1e-6));
      assertThat(lines.get(3).get(kl).asDouble()).isGreaterThan(1e-5);
      JsonNode first = lines.get(1);
      if (arm.equals("jackpot")) {
        assertThat(first.get(kl)).isEqualTo(first.get(kl + "Now")); // nothing was updated yet
        assertThat(lines.get(3).get(kl)).isNotEqualTo(lines.get(3).get(kl + "Now"));
      } else {
        assertThat(first.get(kl).asDouble()).isBetween(-1e-6, 1e-6);
        assertThat(values(lines, kl + "Now")).containsOnly(0.0);
      }
    }
    assertThat(lines.get(3).has("zAboveBound")).isEqualTo(arm.equals("jackpot"));
  }

  /**
   * A policy that samples for itself from tokens of the probability m at most: p_inf is p/m on them
   * and 0 elsewhere, so with λ = 1 acceptance and Z are both m, κ is 1, and KL(p_inf‖p_new) is −log
   * m; KL(p_new‖p_inf) is infinite. With λ = m all of it would be accepted.
   */
  @ParameterizedTest
  @CsvSource({"20", "5", "3"})
  void aTruncatedSamplerIsWhatItSampled(String topK) {
    String[] truncated = {
      "arm",
      "on-policy",
      "policyCorrection",
      "obrs",
      "samplingTopP",
      "0.7",
      "mask",
      "expected",
      "steps",
      "2",
      "topK",
      topK
    };
    SmallRun.start(run("a"), settings(truncated));
    for (JsonNode line : JsonLines.read(run("a").resolve("metrics.jsonl"))) {
      double acceptance = line.get("acceptance").asDouble();
      assertThat(line.get("klPolicyActor").isNull()).isTrue();
      assertThat(acceptance).isBetween(0.7, 0.99);
      assertThat(line.get("klActorPolicy").asDouble())
          .isBetween(-Math.log(acceptance) - 1e-6, -Math.log(0.7));
      assertThat(line.get("klPolicyActorNow").asDouble()).isZero();
      assertThat(line.get("ratioP01").asDouble()).isBetween(0.7 - 1e-5, acceptance);
      if (!topK.equals("3")) {
        // The tokens that stay are among the best five, so the sum over them is all of Z.
        assertThat(line.get("kappa").asDouble()).isBetween(1 - 1e-5, 1 + 1e-5);
      } else {
        assertThat(line.get("kappa").asDouble()).isGreaterThan(1 - 1e-5);
      }
    }
  }

  /** Two models, several mini-batches, a rounded sampler: every step has finite numbers. */
  @Test
  void aTruncatedActorIsTrainedWith() {
    SmallRun.start(
        run("a"),
        settings(
            "samplingTopK",
            "4",
            "samplingMinP",
            "0.05",
            "trainBatch",
            "8",
            "topK",
            "3",
            "normalizer",
            "exact",
            "steps",
            "3"));
    SmallRun.start(
        run("b"),
        settings("samplingTopP", "0.8", "kvDtype", "int8", "actorDtype", "bf16", "steps", "3"));
    for (String name : List.of("a", "b")) {
      List<JsonNode> lines = JsonLines.read(run(name).resolve("metrics.jsonl"));
      assertThat(lines).hasSize(4);
      for (JsonNode line : lines) {
        assertThat(line.get("klPolicyActor").isNull()).isTrue();
        assertThat(line.get("klActorPolicy").asDouble()).isPositive();
        assertThat(line.get("z").asDouble()).isBetween(0.2, 1.0);
      }
    }
  }

  /** λ is solved for each rollout: before its first update its tokens have the acceptance. */
  @Test
  void acceptanceIsABudget() {
    String[] budget = {"acceptance", "0.7", "mask", "expected", "trainBatch", "8"};
    SmallRun.start(run("a"), settings(budget));
    List<JsonNode> lines = JsonLines.read(run("a").resolve("metrics.jsonl"));
    assertThat(lines.get(1).get("lambda")).isEqualTo(lines.get(3).get("lambda"));
    assertThat(lines.get(4).get("lambda")).isNotEqualTo(lines.get(3).get("lambda"));
    SmallRun.start(run("whole"), settings("acceptance", "0.7", "mask", "expected", "steps", "2"));
    for (JsonNode line : JsonLines.read(run("whole").resolve("metrics.jsonl"))) {
      assertThat(line.get("acceptance").asDouble()).isBetween(0.7 - 1e-6, 0.7 + 1e-6);
    }
  }
}
