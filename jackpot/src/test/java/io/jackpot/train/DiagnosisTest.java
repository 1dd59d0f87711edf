package io.jackpot.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jackpot.config.Settings;
import io.jackpot.config.SftSettings;
import io.jackpot.report.Interruption;
import io.jackpot.tensor.Ops;
import io.jackpot.tensor.OpsLookup;
import io.jackpot.train.PackedResponses.Sequence;
import io.jackpot.transformer.AdamW;
import io.jackpot.transformer.Model;
import io.jackpot.transformer.NonFiniteException;
import io.jackpot.weights.ModelFolder;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A run that stops names the first tensor that is not finite, and blames what can be the cause. */
class DiagnosisTest {
  private static final String NORM = "model.layers.0.post_attention_layernorm.weight";

  @TempDir private static Path models;
  @TempDir private Path folder;

  @BeforeAll
  static void saveModels() {
    SmallRun.saveModels(models);
  }

  /** A copy of a model, one of whose weights is {@code factor} as large. */
  private Path scaled(String name, String weight, float factor) {
    ModelFolder model = ModelFolder.load(models.resolve(name));
    float[] data = model.parameters().get(weight).data();
    for (int i = 0; i < data.length; i++) {
      data[i] *= factor;
    }
    Path scaled = folder.resolve("scaled-" + name);
    model.save(scaled);
    return scaled;
  }

  private void assertStops(Map<String, String> changes, String... parts) {
    assertThatThrownBy(
            () -> SmallRun.start(folder.resolve("run"), SmallRun.settings(models, changes)))
        .isInstanceOf(TrainingStoppedException.class)
        .message()
        .contains(parts)
        .doesNotContain("\n");
  }

  /** The weights were finite when they were loaded, but a block's output is not. */
  @ParameterizedTest
  @CsvSource({"policy, none", "actor, none", "policy, 0.8"})
  void aModelThatOverflowsIsNotBlamedOnTheLearningRate(String name, String acceptance) {
    Map<String, String> changes = new HashMap<>();
    changes.put("acceptance", acceptance);
    changes.put(name, scaled(name, NORM, 1e30f).toString());
    assertThatThrownBy(
            () -> SmallRun.start(folder.resolve("run"), SmallRun.settings(models, changes)))
        .isInstanceOf(TrainingStoppedException.class)
        .message()
        .contains(
            "stopped in step 0: the %s's output of model.layers.0.mlp.act_fn is not finite"
                .formatted(name),
            "no update has changed them",
            "there is no checkpoint yet")
        .doesNotContain("earningRate");
  }

  @Test
  void anUpdateThatIsTooLargeIsBlamedOnItsRate() {
    assertStops(
        Map.of("actorLearningRate", "1e38", "weightDecay", "1e3", "checkpointEvery", "1"),
        "stopped in step 1: the actor's model.",
        " is not finite; try a lower --actor-learning-rate; the last good checkpoint is ",
        "step-000000");
  }

  @Test
  void aTemperatureThatIsTooLowIsNamed() {
    assertStops(
        Map.of("temperature", "1.2e-38"),
        "lm_head divided by temperature 1.2E-38 is not finite; raise --temperature");
  }

  @Test
  void whereAllTensorsAreFiniteTheLossIsNamed() {
    ModelFolder saved = ModelFolder.load(models.resolve("policy"));
    Model model = new Model(saved.config(), saved.parameters());
    try (Ops ops = OpsLookup.open(1)) {
      AdamW optimizer = new AdamW(model.config(), new AdamW.Options(0.9f, 0.95f, 1e-8f, 0, 1));
      var suspect =
          new Diagnosis.Suspect(
              new Learner("policy", ops, model, optimizer, false), 1, "learningRate");
      Diagnosis diagnosis = new Diagnosis(List.of(suspect), 1, 100, "caps");
      List<Sequence> batch = List.of(Sequence.of(new int[] {1, 2}, new int[] {3, 4}));
      assertThat(diagnosis.of(new NonFiniteException("the policy loss"), batch))
          .isEqualTo(
              "the policy loss is not finite, although all weights, activations and logits are; try caps");
      model.parameters().get("model.norm.weight").data()[3] = Float.NaN;
      assertThat(diagnosis.of(new NonFiniteException("the policy loss"), batch))
          .isEqualTo(
              "the policy's model.norm.weight is not finite; no update has changed it: use a copy of the model without it");
    }
  }

  @Test
  void supervisedTrainingNamesItToo() {
    Settings<SftSettings> sft = Settings.of(SftSettings.class);
    Map<String, String> flags =
        Map.of(
            "model", scaled("policy", NORM, 1e30f).toString(),
            "data", models.resolve("data.jsonl").toString(),
            "out", folder.resolve("sft").toString());
    assertThatThrownBy(() ->
            new Sft(new PrintWriter(Writer.nullWriter()), false, Interruption.byRequest())
                .start(sft.build(sft.flags(flags))))
        .isInstanceOf(TrainingStoppedException.class)
        .message()
        .startsWith(
            "stopped in step 1: the model's output of model.layers.0.mlp.act_fn is not finite")
        .contains("no update has changed them");
  }
}
