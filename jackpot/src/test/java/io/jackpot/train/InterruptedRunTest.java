package io.jackpot.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jackpot.config.TrainSettings;
import io.jackpot.report.Interruption;
import io.jackpot.report.Interruption.InterruptedRunException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs that are asked to end within a rollout of three updates, and go on there. */
class InterruptedRunTest {
  @TempDir private static Path models;
  @TempDir private Path folder;

  @BeforeAll
  static void saveModels() {
    SmallRun.saveModels(models);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "arm=jackpot acceptance=0.8 topK=3 filterGroups=true maxGenerationBatches=2",
        "arm=jackpot-expected normalizer=exact advantage=remax",
        "arm=tis-new referenceKl=0.1 referenceKlEstimator=topk topK=3",
        "arm=jackpot-no-clip referenceKl=0.1 referenceKlIn=reward samplingTopP=0.8",
        "arm=off-policy decay=cosine",
        "arm=jackpot actorDtype=bf16 kvDtype=int8 tokenLog=all tokenLogResponses=2",
      })
  void endsAfterAnyUpdateAndGoesOnWithTheSameBits(String changed) throws IOException {
    Map<String, String> changes = new HashMap<>();
    for (String change : ("trainBatch=8 steps=4 checkpointEvery=100 " + changed).split(" ")) {
      changes.put(change.split("=")[0], change.split("=")[1]);
    }
    TrainSettings settings = SmallRun.settings(models, changes);
    Path whole = folder.resolve("whole");
    SmallRun.start(whole, settings);
    Path run = folder.resolve("run");
    assertThatThrownBy(() -> training().start(settings, run))
        .isInstanceOf(InterruptedRunException.class);
    assertThatThrownBy(() -> training().resume(run, Map.of()))
        .isInstanceOf(InterruptedRunException.class);
    assertThat(SmallRun.metrics(run)).hasSize(3);
    assertThat(run.resolve("report.html")).content().contains("step 2 of 4");
    SmallRun.resume(run, 1);
    assertThat(SmallRun.metrics(run)).isEqualTo(SmallRun.metrics(whole));
    for (String file : List.of("samples.jsonl", "tokens.jsonl")) {
      if (Files.exists(whole.resolve(file))) {
        assertThat(run.resolve(file)).hasSameTextualContentAs(whole.resolve(file));
      }
    }
    for (String file : List.of("policy/model", "policy/optimizer", "actor/model")) {
      Path weights = Path.of("checkpoints/step-000004", file + ".safetensors");
      if (Files.exists(whole.resolve(weights))) {
        assertThat(run.resolve(weights)).hasSameBinaryContentAs(whole.resolve(weights));
      }
    }
  }

  /** It is asked to end while its first update runs. */
  private static Training training() {
    Interruption interruption =
        new Interruption() {
          private int asked;

          @Override
          public boolean requested() {
            return asked++ >= 1;
          }
        };
    return new Training(new PrintWriter(Writer.nullWriter()), false, interruption);
  }
}
