package io.jackpot.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.jackpot.objective.ObjectiveOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How the settings of train are layered. */
class TrainSettingsTest {
  private static final Settings<TrainSettings> TRAIN = Settings.of(TrainSettings.class);

  @TempDir private Path folder;

  /** Values of train's settings from keys and texts in turn. */
  static Map<String, @Nullable Object> flags(String... keysAndTexts) {
    Map<String, String> texts = new HashMap<>();
    for (int i = 0; i < keysAndTexts.length; i += 2) {
      texts.put(keysAndTexts[i], keysAndTexts[i + 1]);
    }
    return TRAIN.flags(texts);
  }

  private Map<String, @Nullable Object> file(String json) throws IOException {
    return TRAIN.file(Files.writeString(folder.resolve("config.json"), json));
  }

  @Test
  void flagsWinOverTheFileAndTheFileOverTheArm() throws IOException {
    TrainSettings settings =
        TrainSettings.layered(
            file("{\"policyCap\": 3, \"lambda\": 2, \"topK\": 5}"),
            flags("arm", "tis", "topK", "6"));
    assertThat(settings.arm()).isEqualTo(Arm.TIS);
    assertThat(settings.policyCorrection()).isEqualTo(TrainSettings.PolicyCorrection.TRUNCATED);
    assertThat(settings.policyCap()).isEqualTo(3);
    assertThat(settings.lambda()).isEqualTo(2);
    assertThat(settings.topK()).isEqualTo(6);
    assertThat(TrainSettings.layered(file("{\"arm\": \"tis\"}"), flags()).objective().target())
        .isEqualTo(ObjectiveOptions.Target.REF);
  }

  @Test
  void anotherArmThanTheFilesKeepsWhatTheFileChanged() {
    TrainSettings tis =
        TRAIN.build(Arm.TIS.layer(), flags("learningRate", "0.01", "policyCap", "4"));
    Map<String, @Nullable Object> ofRun = TRAIN.json(TRAIN.toJson(tis), "config.json");
    assertThat(TrainSettings.layered(ofRun, flags())).isEqualTo(tis);
    assertThat(TrainSettings.layered(ofRun, flags("arm", "tis"))).isEqualTo(tis);
    assertThat(TrainSettings.layered(ofRun, flags("arm", "kl-only")))
        .isEqualTo(
            TRAIN.build(Arm.KL_ONLY.layer(), flags("learningRate", "0.01", "policyCap", "4")));
  }

  /** A budget takes the place of a threshold, and the reverse, wherever each was given. */
  @Test
  void acceptanceAndLambdaReplaceEachOther() throws IOException {
    TrainSettings budget =
        TrainSettings.layered(file("{\"lambda\": 2}"), flags("acceptance", "0.6"));
    assertThat(budget.lambda()).isNull();
    assertThat(budget.acceptance()).isEqualTo(0.6);
    Map<String, @Nullable Object> ofRun = TRAIN.json(TRAIN.toJson(budget), "config.json");
    assertThat(TrainSettings.layered(ofRun, flags())).isEqualTo(budget);
    TrainSettings threshold = TrainSettings.layered(ofRun, flags("lambda", "1.5"));
    assertThat(threshold.lambda()).isEqualTo(1.5);
    assertThat(threshold.acceptance()).isNull();
  }

  @Test
  void aRolloutIsCutIntoMiniBatches() {
    TrainSettings stale = TrainSettings.layered(Map.of(), flags("arm", "off-policy"));
    assertThat(stale.miniBatches()).isEqualTo(8);
    assertThat(stale.updateResponses()).isEqualTo(64);
    assertThat(TrainSettings.layered(Map.of(), flags("arm", "no-clip", "trainBatch", "32")))
        .satisfies(settings -> assertThat(settings.miniBatches()).isEqualTo(16));
    Map<String, @Nullable Object> ofRun = TRAIN.json(TRAIN.toJson(stale), "config.json");
    assertThat(TrainSettings.layered(ofRun, flags("rolloutPrompts", "128")).updateResponses())
        .isEqualTo(128);
    assertThat(TrainSettings.layered(ofRun, flags("arm", "on-policy")).updateResponses())
        .isEqualTo(512);
    assertThat(TrainSettings.layered(ofRun, flags("trainBatch", "128")).miniBatches()).isEqualTo(4);
  }
}
