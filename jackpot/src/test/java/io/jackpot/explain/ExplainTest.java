package io.jackpot.explain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jackpot.config.Settings;
import io.jackpot.config.TrainSettings;
import io.jackpot.input.InputException;
import io.jackpot.objective.ObjectiveOptions;
import io.jackpot.weights.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.node.ObjectNode;

class ExplainTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String TOKEN =
      """
      {"inf":[0,1],"policyRef":[0,1],"policy":[0,1],"actorRef":[0,1],"actor":[0,1],
       "action":1,"advantage":1,"u":0.5}
      """;

  @TempDir Path folder;

  static List<String> golden() throws IOException {
    try (var reader =
        new BufferedReader(
            new InputStreamReader(
                Objects.requireNonNull(ExplainTest.class.getResourceAsStream("golden.jsonl")),
                StandardCharsets.UTF_8))) {
      return reader.readAllLines();
    }
  }

  /** Made by bench/peers/explain_golden.py: PyTorch in float64, gradients by autograd. */
  @ParameterizedTest
  @MethodSource("golden")
  void equalsPyTorch(String line) {
    JsonNode golden = JSON.readTree(line);
    ObjectNode input = (ObjectNode) golden.get("input");
    same("", Explain.explain(input), golden.get("expected"), input.get("options") + "");
  }

  private static void same(String path, JsonNode actual, JsonNode expected, String options) {
    if (expected.isNumber()) {
      double wanted = expected.doubleValue();
      assertThat(actual.isNumber()).as(path).isTrue();
      assertThat(Math.abs(actual.doubleValue() - wanted))
          .as("%s is %s, expected %s with %s", path, actual, expected, options)
          .isLessThanOrEqualTo(1e-8 * Math.max(1, Math.abs(wanted)));
    } else if (expected.isArray()) {
      assertThat(actual.size()).as(path).isEqualTo(expected.size());
      for (int i = 0; i < expected.size(); i++) {
        same(path + "[" + i + "]", actual.get(i), expected.get(i), options);
      }
    } else {
      assertThat(actual.propertyNames()).as(path).isEqualTo(expected.propertyNames());
      for (String key : expected.propertyNames()) {
        same(path + "." + key, actual.get(key), expected.get(key), options);
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          "policy":[0,1]    | "policy":[0]          | tokens[1].policy: 1 logits, expected 2
          "inf":[0,1]       | "inf":[0,1,2]         | tokens[1].inf: 3 logits, expected 2
          "actor":[0,1]     | "actor":[0,"1"]       | tokens[1].actor[1]: found "1", expected a number
          "actor":[0,1]     | "actor":[0,1e999]     | tokens[1].actor[1]: found "Infinity", expected a number
          "actor":[0,1]     | "actor":[0,null]      | tokens[1].actor[1]: missing, expected a number
          "actor":[0,1]     | "actor":3             | tokens[1].actor: found 3, expected a list
          "actor":[0,1]     | "actors":[0,1]        | tokens[1].actors: unknown key, expected one of inf, policyRef
          "action":1        | "action":2            | tokens[1].action: found 2, expected an id from 0 to 1
          "action":1        | "action":-1           | tokens[1].action: found -1
          "action":1        | "action":1.5          | tokens[1].action: found 1.5, expected an integer
          "advantage":1     | "advantage":"big"     | tokens[1].advantage: found "big", expected a number
          "u":0.5           | "u":1                 | tokens[1].u: found 1, expected a number from 0
          "u":0.5           | "u":null              | tokens[1].u: found null
          ,"u":0.5          | ''                    | tokens[1].u: missing
          """)
  void namesTheWrongEntryOfAToken(String right, String wrong, String message) {
    String changed = TOKEN.replace(right, wrong);
    assertThat(changed).isNotEqualTo(TOKEN);
    assertThatThrownBy(() -> explain("{\"tokens\":[" + TOKEN + "," + changed + "]}"))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith(message)
        .message()
        .doesNotContain("\n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          "lamda":1                           | options.lamda: unknown key, expected one of lambda
          "lambda":0                          | lambda: 0.0, expected a number above 0
          "lambda":null                       | options.lambda: found null
          "target":"old"                      | options.target: found "old", expected one of ref, new
          "target":"NEW"                      | options.target: found "NEW", expected "new"
          "clipLow":-0.1                      | clipLow: -0.1
          "c1":0                              | c1: 0.0
          "topK":0                            | topK: 0
          "topK":2.5                          | options.topK: found 2.5, expected an integer
          "mask":1                            | options.mask: found 1, expected a text
          "actorCorrection":null              | options.actorCorrection: found null
          "actorCorrection":{"type":"tis"}    | options.actorCorrection.type: found "tis", expected one of none
          "actorCorrection":{"type":"none","cap":2} | options.actorCorrection.cap: unknown key
          "distill":{"coefficient":-1}        | distill.coefficient: -1.0
          "distill":{"coefficient":null}      | options.distill.coefficient: found null
          """)
  void namesTheWrongOption(String option, String message) {
    assertThatThrownBy(() -> explain("{\"options\":{" + option + "},\"tokens\":[" + TOKEN + "]}"))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"tokens":[]}        | tokens: empty
          {}                   | tokens: missing
          []                   | input: found JSON of type ARRAY; expected one JSON object
          {"tokens":[1]}       | tokens[0]: found 1, expected an object
          {"tokens":[],"x":1}  | x: unknown key
          """)
  void namesWhatIsWrongAtTheTop(String json, String message) {
    assertThatThrownBy(() -> explain(json))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"tokens":[NaN]}
          {"tokens":[]} x
          {"tokens":[],"tokens":[]}
          {"tokens":
          ''
          """)
  void saysWhereAFileIsNotJson(String text) throws IOException {
    Path file = Files.writeString(folder.resolve("input.json"), text);
    assertThatThrownBy(() -> Explain.explain(file))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith(file.toString())
        .message()
        .doesNotContain("\n");
  }

  @Test
  void saysThatAFileIsMissing() {
    Path file = folder.resolve("none.json");
    assertThatThrownBy(() -> Explain.explain(file))
        .hasMessageContaining("cannot read: no such file");
  }

  /** Log-ratios far beyond double's exponent: the caps hold, and the answer has numbers only. */
  @Test
  void isFiniteForHugeLogits() {
    String token =
        """
        {"inf":[1e4,0,-1e300],"policyRef":[0,1e4,7],"policy":[-1e5,1e4,0],"actorRef":[0,1,-1e4],
         "actor":[3,1e6,0],"action":%d,"advantage":%d,"u":0.0}
        """;
    for (int action = 0; action < 3; action++) {
      for (int advantage = -1; advantage <= 1; advantage++) {
        JsonNode answer =
            explain("{\"tokens\":[" + token.formatted(action, advantage) + "," + TOKEN3 + "]}");
        finite("", answer);
      }
    }
  }

  private static final String TOKEN3 = TOKEN.replace("[0,1]", "[0,1,2]");

  private static void finite(String path, JsonNode node) {
    if (node.isContainer()) {
      node.properties().forEach(entry -> finite(path + "." + entry.getKey(), entry.getValue()));
      node.values().forEach(value -> finite(path + "[]", value));
    } else {
      assertThat(node.isNumber()).as("%s is %s", path, node).isTrue();
      assertThat(node.doubleValue()).as(path).isFinite();
    }
  }

  private static JsonNode explain(String json) {
    return Explain.explain(Json.parse(json.getBytes(StandardCharsets.UTF_8), "input"));
  }

  /** What the help and docs/explain.md say of the defaults. */
  @Test
  void defaultsAreThoseOfTrainExceptTheDistillation() {
    TrainSettings train = Settings.of(TrainSettings.class).defaults();
    ObjectiveOptions options = train.objective();
    String same =
        """
        {"options": {"lambda": %s, "target": "new", "clipLow": %s, "clipHigh": %s, "c1": %s,
         "c2": %s, "topK": %s, "normalizer": "topk", "mask": "bernoulli",
         "actorCorrection": {"type": "truncated", "cap": %s}, "distill": {"coefficient": 0.5}},
         "tokens": [%s]}
        """
            .formatted(
                options.lambda(),
                train.clipLow(),
                train.clipHigh(),
                options.c1(),
                options.c2(),
                options.topK(),
                train.actorCap(),
                TOKEN);
    String none = "{\"options\": {}, \"tokens\": [%s]}".formatted(TOKEN);
    assertThat(Explain.explain((ObjectNode) JSON.readTree(none)))
        .isEqualTo(Explain.explain((ObjectNode) JSON.readTree(same)));
    assertThat(train.distillCoefficient()).isOne();
  }
}
