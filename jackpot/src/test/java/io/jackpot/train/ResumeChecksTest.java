package io.jackpot.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jackpot.input.InputException;
import io.jackpot.weights.Checkpoints;
import io.jackpot.weights.Json;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.ObjectNode;

/** Folders of runs that were changed since, or whose process was killed at its start. */
class ResumeChecksTest {
  @TempDir private static Path models;
  @TempDir private Path folder;
  private static Path whole;
  private Path run;

  /** Checkpoints of steps 0, 4 and 6, the last two being the newest. */
  @BeforeAll
  static void aRun() {
    SmallRun.saveModels(models);
    whole = models.resolve("whole");
    SmallRun.start(whole, SmallRun.settings(models, Map.of("trainBatch", "8")));
  }

  @BeforeEach
  void aCopy() throws IOException {
    run = folder.resolve("run");
    try (Stream<Path> files = Files.walk(whole)) {
      for (Path file : files.toList()) {
        Files.copy(file, run.resolve(whole.relativize(file)));
      }
    }
  }

  private static String resume(Path run, boolean strict) {
    StringWriter log = new StringWriter();
    var _ = new Training(new PrintWriter(log, true), false).resume(run, Map.of(), strict);
    return log.toString();
  }

  /** The checkpoint before is used, which the log says, and gives the same run. */
  private void assertBefore(String message) {
    assertThat(resume(run, true))
        .contains(message, "; trying the one before", "resuming after step 4 of 6");
    assertThat(SmallRun.metrics(run)).isEqualTo(SmallRun.metrics(whole));
    TrainingTest.assertSameModels(whole, run);
  }

  private void assertRefused(String... messages) throws IOException {
    List<String> before = Files.readAllLines(run.resolve("samples.jsonl"));
    assertThatThrownBy(() -> resume(run, false))
        .isInstanceOf(InputException.class)
        .hasMessageContainingAll(messages)
        .hasMessageNotContaining("\n");
    assertThat(run.resolve("samples.jsonl"))
        .content()
        .isEqualToIgnoringNewLines(String.join("", before));
  }

  private void removeLine(String file, int index) throws IOException {
    List<String> lines = Files.readAllLines(run.resolve(file));
    lines.remove(index);
    Files.write(run.resolve(file), lines);
  }

  private Path checkpoint(int step) {
    return run.resolve("checkpoints/step-%06d".formatted(step));
  }

  /** Changes a file of a checkpoint, and its entry in the manifest. */
  private void edit(int step, String file, String from, String to) throws IOException {
    Path path = checkpoint(step).resolve(file);
    String text = Files.readString(path);
    assertThat(text).containsPattern(from);
    Files.writeString(path, text.replaceFirst(from, to));
    Path manifest = checkpoint(step).resolve("manifest.json");
    ObjectNode json = Json.read(manifest);
    byte[] bytes = Files.readAllBytes(path);
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    ((ObjectNode) json.path("files").path(file))
        .put("size", bytes.length)
        .put("crc32c", "%08x".formatted(crc.getValue()));
    Json.write(manifest, json);
  }

  @Test
  void aLineThatIsMissingSinceTheLastCheckpoint() throws IOException {
    removeLine("metrics.jsonl", 6);
    assertBefore("metrics.jsonl: no line of step 6; expected every line up to step 6");
  }

  @Test
  void aSampleThatIsMissingSinceTheLastCheckpoint() throws IOException {
    removeLine("samples.jsonl", Files.readAllLines(run.resolve("samples.jsonl")).size() - 1);
    assertBefore("samples.jsonl: 6 of step 6 in place of 7");
  }

  /** The best evaluation was that of step 0, whose checkpoint needs none of these lines. */
  @Test
  void linesThatAllButOneCheckpointNeed() throws IOException {
    removeLine("metrics.jsonl", 3);
    removeLine("metrics.jsonl", 1);
    assertThat(resume(run, true))
        .contains("metrics.jsonl: no line of step 1, 3;", "resuming after step 0 of 6");
    assertThat(SmallRun.metrics(run)).isEqualTo(SmallRun.metrics(whole));
    TrainingTest.assertSameModels(whole, run);
  }

  @Test
  void linesThatEveryCheckpointNeeds() throws IOException {
    Files.writeString(run.resolve("samples.jsonl"), "");
    assertRefused("samples.jsonl: no line of step 0 to 6;", "nor can one before");
  }

  @Test
  void aCheckpointUnderAnotherName() throws IOException {
    Files.move(checkpoint(6), checkpoint(5));
    assertBefore("step 6, expected 5 as the checkpoint's name says");
  }

  @Test
  void anImpossiblePosition() throws IOException {
    edit(6, "state.json", "\"problems\" : \\d+", "\"problems\" : -3");
    assertBefore("state.json: position.problems: found -3, expected 12 for 2 rollouts");
  }

  @Test
  void aNegativeStep() throws IOException {
    edit(6, "state.json", "\"step\" : 6", "\"step\" : -6");
    assertBefore("state.json: step -6, expected 6");
  }

  @Test
  void anEmptyManifest() throws IOException {
    Files.writeString(checkpoint(6).resolve("manifest.json"), "{\"files\":{}}");
    assertBefore("manifest.json: files: found {}");
  }

  @Test
  void aFileThatTheManifestLacks() throws IOException {
    ObjectNode json = Json.read(checkpoint(6).resolve("manifest.json"));
    ((ObjectNode) json.path("files")).remove("policy/optimizer.safetensors");
    Json.write(checkpoint(6).resolve("manifest.json"), json);
    assertBefore("manifest.json: files: no policy/optimizer.safetensors, which is there");
  }

  @Test
  void anEditedConfig() throws IOException {
    Path config = run.resolve("config.json");
    Json.write(config, Json.read(config).put("learningRate", 0.02).put("steps", 9));
    assertRefused("config.json: learningRate: found 0.02, expected 0.01");
  }

  @Test
  void noCheckpointButLines() throws IOException {
    try (Stream<Path> files = Files.walk(run.resolve("checkpoints"))) {
      files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
    }
    assertRefused("no checkpoint, but metrics.jsonl has lines up to step 6");
  }

  @Test
  void otherOpsAreSaidOrRefused() throws IOException {
    edit(6, "run.json", "\"arithmetic\" : \"[^\"]*\"", "\"arithmetic\" : \"OtherOps\"");
    assertThatThrownBy(() -> resume(run, true))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("--strict: computed on OtherOps up to step 6, and on ");
    assertThat(resume(run, false)).contains("warning: computed on OtherOps up to step 6, and on ");
  }

  @Test
  void whatAKillLeftIsRemoved() throws IOException {
    String suffix = ".4f0a4f60-51fe-4a0e-8b2e-3f3a1c1f1f1f.tmp";
    Path file = Files.createFile(run.resolve(".report.html" + suffix));
    Path part = Files.createDirectories(run.resolve("checkpoints/.step-000006" + suffix));
    Files.createFile(part.resolve("state.json"));
    resume(run, false);
    assertThat(file).doesNotExist();
    assertThat(part).doesNotExist();
  }

  @Test
  void aStartThatWasKilledStartsAgain() throws IOException {
    Path started = Files.createDirectories(folder.resolve("started"));
    Files.createFile(started.resolve(".lock"));
    Files.createFile(started.resolve(".config.json.4f0a4f60-51fe-4a0e-8b2e-3f3a1c1f1f1f.tmp"));
    assertThatThrownBy(() -> resume(started, false))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("nothing to resume", "--out " + started);
    SmallRun.start(started, SmallRun.settings(models, Map.of("trainBatch", "8")));
    assertThat(SmallRun.metrics(started)).isEqualTo(SmallRun.metrics(whole));
    assertThatThrownBy(() -> SmallRun.start(started, SmallRun.settings(models, Map.of())))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("not empty; give another folder with --out, or resume this run");
  }

  /**
   * The best checkpoint stays beside the newest, and the run ends after evaluations without gain.
   */
  @Test
  void theBestIsKeptAndNoGainEndsARun() {
    Map<String, String> settings =
        Map.of("trainBatch", "8", "steps", "9", "evalEvery", "1", "keepCheckpoints", "1");
    Path longer = folder.resolve("longer");
    SmallRun.start(longer, SmallRun.settings(models, settings));
    Path stopped = folder.resolve("stopped");
    Map<String, String> stopping = new HashMap<>(settings);
    stopping.put("stopAfter", "2");
    StringWriter log = new StringWriter();
    new Training(new PrintWriter(log, true), false)
        .start(SmallRun.settings(models, stopping), stopped);
    List<String> lines = SmallRun.metrics(stopped);
    assertThat(lines).hasSizeLessThan(10);
    int last = lines.size() - 1;
    int best = last - 2;
    assertThat(log.toString())
        .contains(
            "stopped after step " + last + " of 9: 2 evaluations without a gain",
            "after step " + best + "; as a model: " + stopped.resolve("checkpoints"));
    Checkpoints kept = new Checkpoints(stopped.resolve("checkpoints"));
    assertThat(kept.find(best)).isPresent();
    assertThat(stopped.resolve("report.html"))
        .content()
        .containsPattern(
            "Best: 0\\.\\d+ at step %d \\(checkpoints/step-%06d\\)".formatted(best, best));
    assertThat(kept.latest().map(Checkpoints::step)).hasValue(last);
    assertThat(resume(stopped, false)).contains("stopped after step " + last);
    assertThat(SmallRun.metrics(stopped)).hasSize(lines.size());
    SmallRun.resume(stopped, Map.of("stopAfter", "none"));
    assertThat(SmallRun.metrics(stopped)).isEqualTo(SmallRun.metrics(longer));
    TrainingTest.assertSameModels(longer, stopped);
  }
}
