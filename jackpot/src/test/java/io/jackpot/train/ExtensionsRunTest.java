package io.jackpot.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.jackpot.report.JsonLines;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
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
    start("gspo", concat(stale, "ratioLevel", "sequence", "clipLow", "0.001", "clipHigh", "0.001"));
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

  private static String[] concat(String[] some, String... more) {
    String[] all = Arrays.copyOf(some, some.length + more.length);
    System.arraycopy(more, 0, all, some.length, more.length);
    return all;
  }
}
