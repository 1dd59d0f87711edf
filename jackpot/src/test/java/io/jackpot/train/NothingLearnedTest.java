package io.jackpot.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.jackpot.config.TrainSettings;
import io.jackpot.inference.ScriptedModel;
import io.jackpot.report.JsonLines;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Runs in which nothing can be learned from rewards say so, and why. */
class NothingLearnedTest {
  @TempDir private Path folder;

  /** The log of a run of a model that answers by {@code next}, whose problems have these golds. */
  private String log(Map<Character, String> next, List<String> golds, String... changes)
      throws IOException {
    Path model = ScriptedModel.save(folder.resolve("model"), next);
    Path problems = folder.resolve("problems.jsonl");
    StringBuilder lines = new StringBuilder();
    for (String gold : golds) {
      lines.append("{\"prompt\":\"%s*1=\",\"answer\":\"%s\"}%n".formatted(gold, gold));
    }
    Files.writeString(problems, lines);
    Map<String, String> flags = new HashMap<>();
    flags.put("policy", model.toString());
    flags.put("actor", model.toString());
    flags.put("problems", problems.toString());
    flags.put("heldOut", problems.toString());
    flags.put("rolloutPrompts", "4");
    flags.put("samplesPerPrompt", "2");
    flags.put("trainBatch", "8");
    flags.put("learningRate", "1e-6"); // the script stays what it is
    flags.put("steps", "5");
    for (int i = 0; i < changes.length; i += 2) {
      flags.put(changes[i], changes[i + 1]);
    }
    TrainSettings settings = SmallRun.settings(folder, flags);
    StringWriter log = new StringWriter();
    new Training(new PrintWriter(log), false).start(settings, run());
    return log.toString();
  }

  private Path run() {
    return folder.resolve("run");
  }

  @Test
  void allRight() throws IOException {
    String log = log(Map.of('=', "7", '7', "$"), List.of("7", "7"));
    assertThat(log)
        .contains(
            "step 1: no token has an advantage, so rewards teach nothing: all 8 responses are right\n",
            "warning: in all 5 updates no token had an advantage",
            "all responses were right; take harder problems\n");
    assertThat(run().resolve("report.html"))
        .content()
        .contains("Warning: in all 5 updates no token had an advantage");
  }

  /** Every step has it, and the log says so for the first, the second and the fourth. */
  @Test
  void theSameNoteGetsRarer() throws IOException {
    String log = log(Map.of('=', "7", '7', "$"), List.of("7"), "steps", "7");
    assertThat(log.lines().filter(line -> line.contains("no token has an advantage")))
        .extracting(line -> line.replaceAll(":.*right", ""))
        .containsExactly("step 1", "step 2 (2 such steps so far)", "step 4 (4 such steps so far)");
    List<JsonNode> lines = JsonLines.read(run().resolve("metrics.jsonl"));
    assertThat(lines)
        .allSatisfy(line -> assertThat(line.get("zeroAdvantageShare").doubleValue()).isOne());
  }

  @Test
  void allWrong() throws IOException {
    assertThat(log(Map.of('=', "6", '6', "$"), List.of("7", "8")))
        .contains(
            "all 8 responses are wrong\n",
            "all responses were wrong; take easier problems, a larger --samples-per-prompt (now 2), or a stronger policy");
  }

  @Test
  void allCutOff() throws IOException {
    assertThat(log(Map.of('=', "=", '0', "0"), List.of("7"), "maxResponseTokens", "6"))
        .contains("all 8 responses are cut off\n", "raise --max-response-tokens (now 6)");
  }

  @Test
  void allUnparsed() throws IOException {
    assertThat(log(Map.of('=', "#", '#', "$"), List.of("7")))
        .contains(
            "none of 8 responses has an answer that can be read\n",
            "(100 % without an answer that can be read)",
            "--prompt-template (now none)");
  }

  @Test
  void aMixtureWithinWhichGroupsAreEqual() throws IOException {
    assertThat(log(Map.of('=', "7", '7', "$"), List.of("7", "8")))
        .contains(
            "the responses to each problem are all right or all wrong: 4 right, 4 wrong\n",
            "all right or all wrong, 50 % right;",
            "a larger --samples-per-prompt (now 2) or a higher --temperature (now 1)");
  }

  @Test
  void aRunThatLearnsSaysNothing() throws IOException {
    String log =
        log(
            Map.of('=', "78", '7', "$", '8', "$"),
            List.of("7"),
            "samplesPerPrompt",
            "8",
            "trainBatch",
            "32");
    assertThat(log).doesNotContain("advantage").doesNotContain("warning: in");
    assertThat(run().resolve("report.html")).content().doesNotContain("Warning:");
  }

  @Test
  void everythingRejected() throws IOException {
    Map<Character, String> next = Map.of('=', "78", '7', "$", '8', "$");
    String[] far = {"lambda", "1e12", "samplesPerPrompt", "8", "trainBatch", "32"};
    assertThat(log(next, List.of("7"), far))
        .contains(
            "step 1: all weights are 0, the policy is not updated\n",
            "warning: in all 5 updates every token was rejected or had weight 0")
        .doesNotContain("no token had an advantage");
  }

  @Test
  void aRateOfZeroIsSaid() throws IOException {
    String[] none = {"learningRate", "0", "actorLearningRate", "none", "steps", "1"};
    assertThat(log(Map.of('=', "7", '7', "$"), List.of("7"), none))
        .contains("warning: --learning-rate 0: no update changes a model, the run only measures\n");
  }

  @Test
  void aModelWithoutARateIsSaid() throws IOException {
    assertThat(log(Map.of('=', "7", '7', "$"), List.of("7"), "actorLearningRate", "0"))
        .contains("--actor-learning-rate 0: the actor does not change\n")
        .doesNotContain("only measures");
  }
}
