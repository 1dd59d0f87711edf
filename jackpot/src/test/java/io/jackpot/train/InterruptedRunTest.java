package io.jackpot.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.jackpot.config.TrainSettings;
import io.jackpot.report.Interruption;
import io.jackpot.report.Interruption.InterruptedRunException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs that are asked to end while they sample, evaluate or update, and go on there. */
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
  void endsAnywhereAndGoesOnWithTheSameBits(String changed) throws IOException {
    Map<String, String> changes = new HashMap<>();
    for (String change : ("trainBatch=8 steps=4 checkpointEvery=100 " + changed).split(" ")) {
      changes.put(change.split("=")[0], change.split("=")[1]);
    }
    TrainSettings settings = SmallRun.settings(models, changes);
    Path whole = folder.resolve("whole");
    SmallRun.start(whole, settings);
    Path run = folder.resolve("run");
    StringWriter log = new StringWriter();
    boolean ended = ends(log, 1, training -> training.start(settings, run));
    for (int polls = 1; !ended; polls++) {
      assertThat(run.resolve("report.html")).content().contains("unfinished: ");
      ended = ends(log, polls, training -> training.resume(run, Map.of()));
    }
    assertThat(log.toString())
        .contains(
            "interrupted in step 0, before the first checkpoint; to resume:",
            "interrupted after step 0 of 4, which a checkpoint has; its evaluation is still")
        .containsPattern("interrupted after step [1-3] of 4, which a checkpoint has; to resume:");
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

  /** The evaluation is made again: what a kill left of it is not doubled. */
  @Test
  void killedBetweenTheEvaluationAndItsCheckpoint() throws IOException {
    TrainSettings settings = SmallRun.settings(models, Map.of("steps", "3"));
    Path run = folder.resolve("0");
    StringWriter log = new StringWriter();
    for (int polls = 1; !log.toString().contains("its evaluation is still"); polls++) {
      Path next = folder.resolve("" + polls);
      assertThat(ends(log, polls, training -> training.start(settings, next))).isFalse();
      run = next;
    }
    Path checkpoints = run.resolve("checkpoints");
    Path then = Files.move(checkpoints, folder.resolve("then"));
    copy(then, checkpoints);
    SmallRun.resume(run, 1);
    List<String> metrics = SmallRun.metrics(run);
    String samples = Files.readString(run.resolve("samples.jsonl"));
    Files.move(checkpoints, folder.resolve("later"));
    Files.move(then, checkpoints);
    SmallRun.resume(run, 1);
    assertThat(SmallRun.metrics(run)).isEqualTo(metrics).hasSize(4);
    assertThat(run.resolve("samples.jsonl")).hasContent(samples);
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(from.relativize(file)));
      }
    }
  }

  /**
   * Whether {@code work} ends by itself.
   *
   * @param polls after which it is asked to end: one before each token and each update
   */
  private static boolean ends(StringWriter log, int polls, Consumer<Training> work) {
    Interruption interruption =
        new Interruption() {
          private int asked;

          @Override
          public boolean requested() {
            return asked++ >= polls;
          }
        };
    try {
      work.accept(new Training(new PrintWriter(log, true), false, interruption));
      return true;
    } catch (InterruptedRunException e) {
      return false;
    }
  }
}
