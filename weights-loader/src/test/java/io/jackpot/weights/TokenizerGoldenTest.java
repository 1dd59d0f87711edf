package io.jackpot.weights;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Compares tokenizers with every feature with the Python library tokenizers; see {@code
 * bench/peers/tokenizer_golden.py}, which can also generate random ones: {@code
 * -Djackpot.tokenizer.cases=FILE} runs those.
 */
class TokenizerGoldenTest {
  private static final String CASES =
      System.getProperty(
          "jackpot.tokenizer.cases", "src/test/resources/golden/tokenizers/features.json");

  @TestFactory
  Stream<DynamicTest> asThePythonLibraryDoes() {
    ObjectNode golden = Json.read(Path.of(CASES));
    List<DynamicTest> tests = new ArrayList<>();
    for (JsonNode each : golden.path("cases")) {
      tests.add(
          DynamicTest.dynamicTest(
              each.path("name").stringValue(),
              () -> check(each, golden.path("bases").path(each.path("base").stringValue()))));
    }
    assertThat(tests).isNotEmpty();
    return tests.stream();
  }

  private static void check(JsonNode each, JsonNode base) {
    ObjectNode root = Json.object().put("version", "1.0");
    ObjectNode model = root.putObject("model");
    model.setAll((ObjectNode) base);
    each.path("sections")
        .forEachEntry((name, section) -> {
          if (name.equals("model")) {
            model.setAll((ObjectNode) section);
          } else {
            root.set(name, section);
          }
        });
    Tokenizer tokenizer =
        TokenizerReader.read(Json.bytes(root), "golden", TokenizerFolder.of(Path.of("none")));
    for (JsonNode example : each.path("examples")) {
      String text = example.path("text").stringValue();
      int[] expected = new int[example.path("ids").size()];
      for (int i = 0; i < expected.length; i++) {
        expected[i] = example.path("ids").get(i).intValue();
      }
      assertThat(tokenizer.encode(text)).as("ids of \"%s\"", text).isEqualTo(expected);
      int[] plain = tokenizer.encodePlain(text);
      assertThat(tokenizer.withSpecialIds(plain)).isEqualTo(expected);
      assertThat(tokenizer.decode(plain))
          .as("text of \"%s\"", text)
          .isEqualTo(example.path("decoded").stringValue());
      assertThat(tokenizer.decode(plain, plain.length / 3, plain.length - plain.length / 4))
          .as("part of \"%s\"", text)
          .isEqualTo(example.path("middle").stringValue());
    }
  }
}
