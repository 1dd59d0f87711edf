package io.jackpot.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jackpot.config.Settings;
import io.jackpot.config.SftSettings;
import io.jackpot.input.InputException;
import io.jackpot.models.ModelSource;
import io.jackpot.report.Interruption;
import io.jackpot.report.Interruption.InterruptedRunException;
import io.jackpot.report.JsonLines;
import io.jackpot.weights.Json;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Supervised runs that end early and go on. */
class SftRunTest {
  private static final Settings<SftSettings> SETTINGS = Settings.of(SftSettings.class);

  @TempDir private Path folder;
  private Path data;
  private final StringWriter log = new StringWriter();

  @BeforeEach
  void someData() throws IOException {
    data = folder.resolve("data.jsonl");
    Files.write(
        data,
        Stream.of("1+2=", "3+4=", "5*6=", "7-8=", "2+2=")
            .map(prompt -> "{\"prompt\": \"" + prompt + "\", \"completion\": \"#3$\"}")
            .toList());
  }

  private Sft sft(Interruption interruption) {
    return new Sft(new PrintWriter(log), false, interruption);
  }

  private Path start(String name, int steps, String... more) {
    Path run = folder.resolve(name);
    start(run, steps, Interruption.byRequest(), more);
    return run;
  }

  private void start(Path run, int steps, Interruption interruption, String... more) {
    Map<String, String> flags = new LinkedHashMap<>();
    flags.put("model", "builtin:actor");
    flags.put("data", data.toString());
    flags.put("out", run.toString());
    flags.put("steps", String.valueOf(steps));
    flags.put("trainBatch", "2");
    flags.put("checkpointEvery", "3");
    flags.put("keepCheckpoints", "2");
    flags.put("threads", "1");
    flags.put("device", "cpu");
    for (int i = 0; i < more.length; i += 2) {
      flags.put(more[i], more[i + 1]);
    }
    sft(interruption).start(SETTINGS.build(SETTINGS.flags(flags)));
  }

  private void resume(Path run, Map<String, String> flags) {
    sft(Interruption.byRequest()).resume(run, SETTINGS.flags(flags), false);
  }

  private static List<ObjectNode> metrics(Path run) {
    return JsonLines.read(run.resolve("metrics.jsonl")).stream()
        .map(line -> ((ObjectNode) line).remove(List.of("stepSeconds", "tokensPerSecond")))
        .toList();
  }

  private static void assertSame(Path found, Path expected) {
    assertThat(metrics(found)).isEqualTo(metrics(expected));
    assertThat(found.resolve("model/model.safetensors"))
        .hasSameBinaryContentAs(expected.resolve("model/model.safetensors"));
    assertThat(found.resolve("samples.jsonl")).doesNotExist();
    assertThat(found.resolve("report.html")).exists();
  }

  private static List<String> checkpoints(Path run) throws IOException {
    try (Stream<Path> all = Files.list(run.resolve("checkpoints"))) {
      return all.map(path -> path.getFileName().toString()).sorted().toList();
    }
  }

  private static void delete(Path path) throws IOException {
    try (Stream<Path> all = Files.walk(path)) {
      for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(each);
      }
    }
  }

  @Test
  void aRunThatWasKilledHasTheBitsOfOneThatWasNot() throws IOException {
    Path whole = start("whole", 8);
    assertThat(checkpoints(whole)).containsExactly("step-000006", "step-000008");
    Path killed = start("killed", 8);
    delete(killed.resolve("model"));
    delete(killed.resolve("checkpoints/step-000008"));
    assertThat(ModelSource.resolve(killed.toString()))
        .isEqualTo(killed.resolve("checkpoints/step-000006/model").toString());
    resume(killed, Map.of());
    assertThat(log.toString()).contains("resuming after step 6 of 8");
    assertSame(killed, whole);
    assertThat(ModelSource.resolve(killed.toString()))
        .isEqualTo(killed.resolve("model").toString());

    Path early = start("early", 2);
    delete(early.resolve("checkpoints"));
    delete(early.resolve("model"));
    resume(early, Map.of("steps", "8"));
    assertThat(log.toString()).contains("no checkpoint yet: starting again from the beginning");
    assertSame(early, whole);
  }

  @Test
  void aRunIsInterruptedResumedAndExtended() throws IOException {
    Path whole = start("whole", 5);
    Path run = folder.resolve("run");
    Interruption interruption = Interruption.byRequest();
    interruption.request();
    assertThatThrownBy(() -> start(run, 2, interruption))
        .isInstanceOf(InterruptedRunException.class);
    assertThat(log.toString()).contains("interrupted after step 0 of 2", "sft --resume " + run);
    assertThat(run.resolve("model")).doesNotExist();
    resume(run, Map.of());
    assertThat(metrics(run)).hasSize(2);
    resume(run, Map.of("steps", "5"));
    assertSame(run, whole);
    assertThat(Json.read(run.resolve("config.json")).get("steps").intValue()).isEqualTo(5);
    delete(run.resolve("model"));
    resume(run, Map.of());
    assertSame(run, whole);
    assertThatThrownBy(() -> resume(run, Map.of("steps", "5")))
        .isInstanceOf(InputException.class)
        .hasMessage("--steps 5: " + run + " has made 5 of 5 already, expected more than 5");
  }

  @Test
  void whatIsNotTheSameAnyMoreIsRefused() throws IOException {
    Path run = start("run", 4);
    Files.writeString(data, Files.readString(data).replaceFirst("3\\+4", "4+3"));
    assertThatThrownBy(() -> resume(run, Map.of("steps", "6")))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("found 5 examples with checksum")
        .hasMessageContaining("restore the data, or start a new run");
    ObjectNode config = Json.read(run.resolve("config.json"));
    Json.write(run.resolve("config.json"), config.put("learningRate", 1));
    assertThatThrownBy(() -> resume(run, Map.of("steps", "6")))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(
            "config.json: learningRate: found 1, expected 0.001 as in the checkpoint of step 4");
    assertThatThrownBy(() -> start("run", 4))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("not empty");
  }

  /** The names that settings had before. */
  @Test
  void aRunOfEarlierIsResumed() throws IOException {
    Path run = start("run", 4);
    ObjectNode config = Json.read(run.resolve("config.json"));
    JsonNode rate = config.remove("learningRate");
    config.set("lr", rate);
    config.set("batch", config.remove("trainBatch"));
    Json.write(run.resolve("config.json"), config);
    resume(run, Map.of("steps", "5"));
    assertSame(run, start("whole", 5));
  }

  @Test
  void spaceThatIsMissingIsSaidBeforeTheStart() {
    long huge = 1L << 58;
    Path run = folder.resolve("run");
    DiskSpace.Besides model = new DiskSpace.Besides("the model", huge);
    assertThatThrownBy(() -> DiskSpace.require(run, huge, 1, 9, model, "leave"))
        .isInstanceOf(InputException.class)
        .hasMessageMatching(
            ".*/run: 864,691,128,455,135,232 bytes are needed for 2 checkpoints and the model, and"
                + " [\\d,]+ bytes are free; free some, or leave");
    DiskSpace.require(run, 1, 1, 9, new DiskSpace.Besides("the model", 1), "leave");
  }

  @Test
  void aDiskThatFailsIsSaidWithTheLastCheckpointAndTheCommand() throws IOException {
    Path run = start("run", 3);
    InputException full = new InputException("x: cannot write: no space", new IOException("full"));
    assertThatThrownBy(() ->
            DiskSpace.writing(
                "sft",
                run,
                () -> {
                  throw full;
                }))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("x: cannot write: no space; the last checkpoint is ")
        .hasMessageContaining("step-000003; once there is space: ")
        .hasMessageEndingWith("sft --resume " + run);
    InputException other = new InputException("y");
    assertThatThrownBy(() ->
            DiskSpace.writing(
                "sft",
                run,
                () -> {
                  throw other;
                }))
        .isSameAs(other);
  }
}
