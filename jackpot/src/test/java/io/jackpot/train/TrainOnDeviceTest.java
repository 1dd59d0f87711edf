package io.jackpot.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.jackpot.config.Settings;
import io.jackpot.config.TrainSettings;
import io.jackpot.devices.DeviceChoice;
import io.jackpot.devices.Devices;
import io.jackpot.report.JsonLines;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** A few steps of the built-in job on the device: the CPU's metrics, and its own again. */
class TrainOnDeviceTest {
  private static final int STEPS = 3;

  private final Path folder;

  @BeforeAll
  static void assumeDevice() {
    String found = Devices.provider().describe();
    assumeFalse(found.startsWith("none: "), "training on a device: " + found);
  }

  TrainOnDeviceTest(@TempDir Path folder) {
    this.folder = folder;
  }

  private TrainSettings settings(String device, Map<String, String> changes) {
    Map<String, String> flags = new LinkedHashMap<>();
    flags.put("device", device);
    flags.put("steps", "" + STEPS);
    flags.put("rolloutPrompts", "8");
    flags.put("samplesPerPrompt", "4");
    flags.put("trainBatch", "32");
    flags.put("evalProblems", "24");
    flags.put("evalEvery", "3");
    flags.put("checkpointEvery", "2");
    flags.putAll(changes);
    Map<String, @Nullable Object> values = Settings.of(TrainSettings.class).flags(flags);
    return TrainSettings.layered(Map.of(), values);
  }

  private List<JsonNode> run(String name, TrainSettings settings) {
    Path run = folder.resolve(name);
    StringWriter log = new StringWriter();
    var _ = new Training(new PrintWriter(log), false).start(settings, run);
    assertThat(log.toString())
        .contains(settings.compute().device() == DeviceChoice.CPU ? "VectorOps" : "TornadoOps");
    return List.copyOf(JsonLines.read(run.resolve("metrics.jsonl")));
  }

  /** One mini-batch a rollout; several, which need p_ref; other losses and normalizers. */
  @ParameterizedTest
  @CsvSource({
    "32, jackpot, topk, forward",
    "16, jackpot, exact, reverse",
    "32, tis, empirical, forward",
  })
  void metricsAreTheCpus(String batch, String arm, String normalizer, String direction) {
    Map<String, String> changes =
        Map.of(
            "trainBatch",
            batch,
            "arm",
            arm,
            "normalizer",
            normalizer,
            "distillDirection",
            direction);
    List<JsonNode> expected = run("cpu", settings("cpu", changes));
    List<JsonNode> found = run("device", settings("tornado", changes));
    assertThat(found).hasSize(STEPS + 1);
    for (int step = 0; step <= STEPS; step++) {
      JsonNode line = expected.get(step);
      for (String key : line.propertyNames()) {
        if (line.get(key).isNumber() && !key.endsWith("Seconds") && !isMachine(key)) {
          double value = line.get(key).doubleValue();
          double other = found.get(step).get(key).doubleValue();
          assertThat(other).as(key).isFinite();
          assertThat(other)
              .as("%s of step %d", key, step)
              .isCloseTo(value, within(1e-3 * Math.abs(value) + 1e-5));
        }
      }
    }
  }

  private static boolean isMachine(String key) {
    return key.endsWith("PerSecond") || key.endsWith("Bytes");
  }

  /** Fixed orders of summation: the same bits again, and with activations computed again. */
  @Test
  void aSeedGivesTheSameBits() {
    List<JsonNode> first = run("first", settings("tornado", Map.of()));
    List<JsonNode> second =
        run("second", settings("tornado", Map.of("recomputeActivations", "true")));
    for (int step = 0; step <= STEPS; step++) {
      for (String key : List.of("policyLoss", "gradNormPolicy", "gradNormActor", "entropy")) {
        assertThat(second.get(step).get(key)).as(key).isEqualTo(first.get(step).get(key));
      }
    }
  }

  /** A run that is resumed after it was stopped at its first checkpoint. */
  @Test
  void aRunThatWasStoppedGoesOnWithTheSameBits() throws IOException {
    List<JsonNode> unbroken = run("run", settings("tornado", Map.of("keepBest", "false")));
    Path checkpoints = folder.resolve("run/checkpoints");
    List<Path> made;
    try (Stream<Path> all = Files.list(checkpoints)) {
      made = all.sorted().toList();
    }
    assertThat(made).hasSize(2);
    try (Stream<Path> files = Files.walk(made.getLast())) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
    Training training = new Training(new PrintWriter(Writer.nullWriter()), false);
    var _ = training.resume(folder.resolve("run"), Map.of());
    List<JsonNode> resumed = List.copyOf(JsonLines.read(folder.resolve("run/metrics.jsonl")));
    assertThat(resumed).hasSize(STEPS + 1);
    for (String key : unbroken.getLast().propertyNames()) {
      if (!key.endsWith("Seconds") && !isMachine(key)) {
        assertThat(resumed.getLast().get(key)).as(key).isEqualTo(unbroken.getLast().get(key));
      }
    }
  }
}
