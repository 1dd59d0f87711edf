package io.jackpot.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.jackpot.audit.Audit;
import io.jackpot.input.InputException;
import io.jackpot.report.JsonLines;
import io.jackpot.weights.ModelFolder;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Runs whose logged tokens are audited, as they are and tampered with. */
class AuditedRunTest {
  private static final double TOLERANCE = 1e-4;

  @TempDir private static Path models;

  @TempDir private Path folder;

  @BeforeAll
  static void saveModels() {
    SmallRun.saveModels(models);
  }

  private Path run(Map<String, String> changes) {
    return run("run", changes);
  }

  private Path run(String name, Map<String, String> changes) {
    Map<String, String> all =
        new HashMap<>(Map.of("tokenLog", "all", "trainBatch", "8", "topK", "5", "steps", "3"));
    all.putAll(changes);
    Path run = folder.resolve(name);
    SmallRun.start(run, SmallRun.settings(models, all));
    return run;
  }

  private static Audit.Result audit(Path run) {
    return Audit.of(run, TOLERANCE, new PrintWriter(Writer.nullWriter()));
  }

  @ParameterizedTest
  @CsvSource({
    "jackpot, normalizer, topk",
    "jackpot, normalizer, exact",
    "jackpot, normalizer, empirical",
    "jackpot, target, ref",
    "jackpot, acceptance, 0.8",
    "jackpot, ratioLevel, sequence",
    "jackpot, maskTruncated, true",
    "jackpot, dualClip, 1.05",
    "jackpot, entropyCoefficient, 0.01",
    "jackpot, referenceKl, 0.1",
    "jackpot, advantage, remax",
    "jackpot, filterGroups, true",
    "jackpot, samplingTopP, 0.7",
    "jackpot, kvDtype, fp8",
    "jackpot-expected, distillDirection, reverse",
    "tis, correctionLevel, sequence",
    "tis-new, aggregation, sequence-mean",
    "tis-z, lambda, 1.3",
    "icepop, correctionLevel, geometric",
    "jackpot-no-clip, temperature, 0.8",
    "on-policy, trainBatch, 24",
    "jackpot, referenceKl, 0.1",
    "jackpot, entropyCoefficient, 0.1",
    "tis, ratioLevel, sequence",
    "off-policy, dualClip, 1.05",
    "jackpot, maxResponseTokens, 3",
  })
  void everythingIsRecomputed(String arm, String setting, String value) {
    Path run = run(Map.of("arm", arm, "tokenLogResponses", "all", setting, value));
    Audit.Result result = audit(run);
    assertThat(result.beyond()).isEmpty();
    JsonNode quantities = result.json().path("quantities");
    int tokens = JsonLines.read(run.resolve("tokens.jsonl")).size();
    assertThat(result.json().path("tokens").intValue()).isEqualTo(tokens);
    for (String key :
        List.of("policyRef", "policy", "acceptProbability", "mask", "z", "zTopK", "rho", "ppo")) {
      assertThat(quantities.path(key).path("compared").intValue()).as(key).isEqualTo(tokens);
    }
    for (String key : List.of("kappa", "policyLoss", "totalLoss", "lambda", "weightMean")) {
      assertThat(quantities.path("metrics." + key).path("compared").intValue())
          .as(key)
          .isEqualTo(4);
    }
  }

  /** With what is beside the paper's objective, several at a time. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "referenceKl=0.1 referenceKlIn=reward",
        "referenceKl=0.1 referenceKlEstimator=topk entropyCoefficient=0.1 maskTruncated=true",
        "advantage=remax filterGroups=true",
      })
  void extensionsAreRecomputed(String settings) {
    Map<String, String> changes = new HashMap<>(Map.of("tokenLogResponses", "all"));
    for (String setting : settings.split(" ", -1)) {
      String[] keyAndValue = setting.split("=", -1);
      changes.put(keyAndValue[0], keyAndValue[1]);
    }
    assertThat(audit(run(changes)).beyond()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"k1", "k2", "k3", "topk", "full"})
  void theReferenceIsALossOrAPartOfTheReward(String estimator) {
    for (String place : List.of("loss", "reward")) {
      Path run =
          run(
              place,
              Map.of(
                  "referenceKl", "0.1", "referenceKlEstimator", estimator, "referenceKlIn", place));
      assertThat(audit(run).beyond()).as(place).isEmpty();
    }
  }

  @Test
  void whatIsNotRecomputedHasAReason() {
    JsonNode json = audit(run(Map.of("tokenLogResponses", "2"))).json();
    assertThat(json.path("notRecomputed").toString())
        .contains(
            "\"quantity\":\"advantage\"",
            "not all responses to the problem are logged",
            "2 of the 8 responses of the mini-batch are logged");
  }

  /** Each number of three lines is changed in turn: by a hundredth, or to the next integer. */
  @ParameterizedTest
  @CsvSource({"jackpot, 2", "jackpot, all", "jackpot-no-clip, 2"})
  void anyNumberThatIsChangedIsFound(String arm, String responses) throws IOException {
    Path run = run(Map.of("arm", arm, "tokenLogResponses", responses));
    Path file = run.resolve("tokens.jsonl");
    List<String> lines = Files.readAllLines(file);
    List<String> missed = new ArrayList<>();
    for (int at : List.of(0, 1, lines.size() - 2)) {
      ObjectNode line = (ObjectNode) JsonMapper.shared().readTree(lines.get(at));
      for (String key : List.copyOf(line.propertyNames())) {
        for (JsonNode changed : changes(line.get(key))) {
          List<String> tampered = new ArrayList<>(lines);
          tampered.set(at, line.deepCopy().set(key, changed).toString());
          Files.write(file, tampered);
          if (!isFound(run)) {
            missed.add(at + " " + key);
          }
        }
      }
    }
    assertThat(missed).isEmpty();
  }

  private static boolean isFound(Path run) {
    try {
      return !audit(run).beyond().isEmpty();
    } catch (InputException e) {
      return String.valueOf(e.getMessage()).contains("tokens.jsonl:");
    }
  }

  /** The value, or a list's first entry, with another number; nothing for a text. */
  private static List<JsonNode> changes(JsonNode value) {
    if (value instanceof ArrayNode array) {
      ArrayNode copy = array.deepCopy();
      return List.of(copy.set(0, changes(array.get(0)).getFirst()));
    }
    if (value instanceof ObjectNode object) {
      String first = object.propertyNames().iterator().next();
      return List.of(object.deepCopy().set(first, changes(object.get(first)).getFirst()));
    }
    JsonMapper mapper = JsonMapper.shared();
    return value.isInt()
        ? List.of(mapper.valueToTree(value.intValue() == 0 ? 1 : value.intValue() - 1))
        : value.isNumber()
            ? List.of(mapper.valueToTree(value.doubleValue() * 1.01 + 0.01))
            : List.of();
  }

  @Test
  void aModelThatIsChangedIsFound() {
    Path run = run(Map.of("arm", "jackpot"));
    Path folder = run.resolve("token-log/step-000001/actor");
    ModelFolder model = ModelFolder.load(folder);
    float[] norm = model.parameters().get("model.norm.weight").data();
    norm[0] *= 1.05f;
    model.writeInto(folder);
    assertThat(audit(run).beyond()).anyMatch(line -> line.startsWith("actor is "));
  }
}
