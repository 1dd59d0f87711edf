package io.jackpot.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.jackpot.config.DeviceSettings;
import io.jackpot.config.DtypeSettings;
import io.jackpot.config.LimitSettings;
import io.jackpot.config.Settings;
import io.jackpot.devices.DeviceChoice;
import io.jackpot.devices.Products;
import io.jackpot.input.InputException;
import io.jackpot.tensor.CacheType;
import io.jackpot.tensor.WeightType;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ScoreLinesTest {
  private static final JsonMapper MAPPER = JsonMapper.shared();
  private static final Path MODELS = Path.of("../weights-loader/src/test/resources/golden");
  private static final Path GOLDEN = Path.of("src/test/resources/io/jackpot/inference/score.jsonl");

  private static final DtypeSettings DTYPES = new DtypeSettings(WeightType.F32, CacheType.F32);

  @TempDir private Path folder;

  private List<JsonNode> score(Path model, String... lines) throws IOException {
    return score(model, DTYPES, true, lines);
  }

  private List<JsonNode> score(
      Path model, DtypeSettings dtypes, boolean lastLogits, String... lines) throws IOException {
    StringBuilder out = new StringBuilder();
    Path input = Files.write(folder.resolve("in.jsonl"), List.of(lines));
    ScoreLines.run(
        new ScoreSettings(
            model.toString(),
            input.toString(),
            Settings.of(LimitSettings.class).defaults(),
            new DeviceSettings(2, DeviceChoice.CPU, Products.Gemm.JAVA, Products.Precision.F32),
            dtypes,
            lastLogits),
        out,
        new PrintWriter(Writer.nullWriter()),
        false);
    return out.toString().lines().map(MAPPER::readTree).toList();
  }

  /** Values of transformers, see bench/peers/score_golden.py. */
  @ParameterizedTest
  @ValueSource(strings = {"qwen2", "qwen3", "llama", "mistral"})
  void agreesWithTransformers(String model) throws IOException {
    List<JsonNode> golden =
        Files.readAllLines(GOLDEN).stream()
            .map(MAPPER::readTree)
            .filter(line -> line.get("model").stringValue().equals(model))
            .toList();
    assertThat(golden).hasSize(4);
    List<JsonNode> answers =
        score(
            MODELS.resolve(model), golden.stream().map(JsonNode::toString).toArray(String[]::new));
    assertThat(answers).hasSameSizeAs(golden);
    for (int i = 0; i < golden.size(); i++) {
      assertThat(answers.get(i).propertyNames())
          .containsExactly("logprobs", "entropy", "lastLogits");
      for (String key : answers.get(i).propertyNames()) {
        JsonNode found = answers.get(i).get(key);
        JsonNode expected = golden.get(i).get(key);
        assertThat(found.size()).isEqualTo(expected.size());
        for (int t = 0; t < found.size(); t++) {
          assertThat(found.get(t).doubleValue())
              .as("%s[%d] of line %d", key, t, i + 1)
              .isCloseTo(expected.get(t).doubleValue(), within(1e-5));
        }
      }
    }
  }

  @Test
  void aScriptIsCertainAndAForkIsOneBit() throws IOException {
    Path model = ScriptedModel.save(folder.resolve("m"), Map.of('1', "2", '2', "34"));
    // The ids of digits are the digits.
    JsonNode answer = score(model, "{\"ids\": [1, 2, 4, 4]}").getFirst();
    assertThat(answer.get("logprobs").get(0).doubleValue()).isCloseTo(0, within(1e-6));
    assertThat(answer.get("entropy").get(0).doubleValue()).isCloseTo(0, within(1e-6));
    assertThat(answer.get("logprobs").get(1).doubleValue()).isCloseTo(-Math.log(2), within(1e-6));
    assertThat(answer.get("entropy").get(1).doubleValue()).isCloseTo(Math.log(2), within(1e-6));
    assertThat(answer.get("logprobs").get(2).doubleValue()).isCloseTo(-Math.log(18), within(1e-6));
    assertThat(answer.get("lastLogits").values().stream().map(JsonNode::doubleValue))
        .hasSize(18)
        .containsOnly(0.0);
  }

  @Test
  void manyLinesGiveWhatEachOfThemGivesAlone() throws IOException {
    Path model = MODELS.resolve("qwen3");
    String[] lines = new String[300];
    for (int i = 0; i < lines.length; i++) {
      lines[i] = "{\"ids\": " + Collections.nCopies(1 + i % 60, i % 11) + "}";
    }
    List<JsonNode> together = score(model, lines);
    assertThat(together).hasSize(lines.length);
    for (int i : new int[] {0, 59, 150, 299}) {
      JsonNode alone = score(model, lines[i]).getFirst();
      JsonNode one = together.get(i);
      assertThat(one.get("logprobs").size()).isEqualTo(alone.get("logprobs").size());
      for (int t = 0; t < alone.get("logprobs").size(); t++) {
        assertThat(one.get("logprobs").get(t).doubleValue())
            .isCloseTo(alone.get("logprobs").get(t).doubleValue(), within(1e-6));
      }
    }
  }

  @Test
  void lastLogitsCanBeLeftOut() throws IOException {
    String line = "{\"ids\": [1, 2, 3]}";
    JsonNode all = score(MODELS.resolve("qwen3"), line).getFirst();
    JsonNode some = score(MODELS.resolve("qwen3"), DTYPES, false, line).getFirst();
    assertThat(some.propertyNames()).containsExactly("logprobs", "entropy");
    assertThat(some.get("logprobs")).isEqualTo(all.get("logprobs"));
    assertThat(some.get("entropy")).isEqualTo(all.get("entropy"));
  }

  @Test
  void aTypeOfFewerBitsIsNearAndHasTheSameKeys() throws IOException {
    String[] lines = {"{\"ids\": [1, 2, 3, 4, 5]}", "{\"ids\": [7]}", "{\"ids\": [3, 9]}"};
    List<JsonNode> exact = score(MODELS.resolve("qwen3"), lines);
    for (DtypeSettings dtypes :
        List.of(
            new DtypeSettings(WeightType.BF16, CacheType.F32),
            new DtypeSettings(WeightType.INT8, CacheType.FP8))) {
      List<JsonNode> rounded = score(MODELS.resolve("qwen3"), dtypes, true, lines);
      for (int i = 0; i < lines.length; i++) {
        for (String key : List.of("logprobs", "entropy", "lastLogits")) {
          JsonNode a = exact.get(i).get(key);
          JsonNode b = rounded.get(i).get(key);
          assertThat(b.size()).isEqualTo(a.size());
          for (int t = 0; t < a.size(); t++) {
            assertThat(b.get(t).doubleValue()).isCloseTo(a.get(t).doubleValue(), within(0.1));
          }
        }
      }
      assertThat(rounded).isNotEqualTo(exact);
    }
  }

  @Test
  void aLineThatDoesNotFitTheModelIsNamed() {
    assertBad("{\"ids\": [1, 11]}", "in.jsonl, line 2: ids[1]: 11, expected 0 to 10");
    assertBad("{\"ids\": [-1]}", "in.jsonl, line 2: \"ids[0]\": -1, expected a token id");
    assertBad("{\"ids\": []}", "in.jsonl, line 2: \"ids\": [], expected an array of token ids");
    assertBad("{\"id\": [1]}", "in.jsonl, line 2: no \"ids\", expected an array of token ids");
    assertBad(
        "{\"ids\": " + Collections.nCopies(65, 1) + "}",
        "in.jsonl, line 2: 65 ids, expected at most 64 (max_position_embeddings of the model)");
  }

  private void assertBad(String line, String message) {
    assertThatThrownBy(() -> score(MODELS.resolve("qwen2"), "{\"ids\": [1]}", line))
        .isInstanceOf(InputException.class)
        .message()
        .contains(message)
        .doesNotContain("\n");
  }
}
