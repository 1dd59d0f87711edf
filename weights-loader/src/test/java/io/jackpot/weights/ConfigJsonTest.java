package io.jackpot.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jackpot.input.InputException;
import io.jackpot.transformer.ModelConfig;
import io.jackpot.transformer.RopeScaling;
import io.jackpot.transformer.SlidingWindow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigJsonTest {
  private static final Path GOLDEN = Path.of("src/test/resources/golden");

  private static final String KV = "\"num_key_value_heads\": 2, ";

  @TempDir Path folder;

  @Test
  void readsWhatTransformersWrote() {
    assertThat(golden("qwen2")).isEqualTo(tiny("qwen2", 4, 1e6, 1e-6f, true, true, false, false));
    assertThat(golden("qwen3")).isEqualTo(tiny("qwen3", 6, 1e4, 1e-6f, false, false, false, true));
    assertThat(golden("llama")).isEqualTo(tiny("llama", 4, 1e4, 1e-5f, false, true, true, false));
    assertThat(golden("mistral"))
        .isEqualTo(tiny("mistral", 4, 1e4, 1e-6f, false, false, false, false));
  }

  private static ModelConfig tiny(
      String type,
      int headDim,
      double ropeTheta,
      float epsilon,
      boolean tied,
      boolean qkvBias,
      boolean outputBias,
      boolean qkNorm) {
    return new ModelConfig(
        type,
        11,
        8,
        12,
        2,
        2,
        1,
        headDim,
        64,
        ropeTheta,
        new RopeScaling.None(),
        epsilon,
        tied,
        qkvBias,
        outputBias,
        qkNorm,
        null);
  }

  @ParameterizedTest
  @ValueSource(strings = {"qwen2", "qwen3", "llama", "mistral"})
  void roundTrip(String type) {
    ModelConfig config = golden(type);
    Path file = folder.resolve("config.json");
    ConfigJson.write(file, config, root -> root.put("eos_token_id", 3), StoredType.F32);
    assertThat(ConfigJson.read(file)).isEqualTo(config);
    assertThat(file).content().contains("\"eos_token_id\" : 3");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "qwen3 | \"hidden_act\": \"gelu\"                                  | hidden_act: found \"gelu\", expected silu",
        "llama | \"rope_scaling\": {\"rope_type\": \"mrope\"}                | rope_scaling: found rope_type mrope, expected default, linear, dynamic",
        "llama | \"rope_scaling\": {\"type\": \"linear\", \"factor\": 0}    | rope_scaling: factor 0.0: expected above 0",
        "llama | \"rope_scaling\": {\"type\": \"yarn\", \"factor\": \"a\"}    | rope_scaling.factor: found \"a\", expected a number",
        "llama | \"rope_scaling\": [1]                                    | rope_scaling: found [1], expected an object",
        "llama | \"rope_scaling\": {\"type\": \"longrope\", \"short_factor\": [1], \"long_factor\": [1]} | short_factor: 1 numbers, expected head_dim/2 = 4",
        "llama | \"rope_parameters\": {\"full_attention\": {}}             | rope_parameters: found {\"full_attention\":{}}, expected one set",
        "llama | \"rope_parameters\": {\"rope_type\": \"llama3\"}           | rope_parameters.factor: missing",
        "llama | \"rope_parameters\": {\"partial_rotary_factor\": 0.5}      | rope_parameters.partial_rotary_factor: found 0.5",
        "llama | \"partial_rotary_factor\": 0.5                             | partial_rotary_factor: found 0.5",
        "llama | \"mlp_bias\": true                                         | mlp_bias: found true, expected false",
        "llama | \"rope_theta\": 0                                          | rope_theta: found 0",
        "llama | \"rope_parameters\": {\"rope_theta\": \"x\"}                 | rope_parameters.rope_theta: found \"x\", expected a number",
        "llama | \"head_dim\": 3                                            | head_dim 3",
        "llama | \"num_key_value_heads\": 3                                 | num_key_value_heads 3",
        "llama | \"num_key_value_heads\": 0                                 | num_key_value_heads 0",
        "llama | \"num_attention_heads\": 0                                 | num_attention_heads: found 0",
        "llama | \"hidden_size\": 8.5                                       | hidden_size: found 8.5",
        "llama | \"vocab_size\": null                                       | vocab_size: missing",
        "llama | \"vocab_size\": 99999999999                                | vocab_size: found 99999999999",
        "llama | \"tie_word_embeddings\": 1                                 | tie_word_embeddings: found 1",
        "llama | \"quantization_config\": {\"quant_method\": \"gptq\"}          | quantization_config: found quant_method \"gptq\", expected weights in F32",
        "mistral | \"sliding_window\": 0                                   | sliding_window 0: expected above 0",
        "qwen2 | \"use_sliding_window\": true, \"max_window_layers\": -1     | max_window_layers -1: expected at least 0",
        "qwen2 | \"layer_types\": [\"sliding_attention\"]                   | layer_types: found",
        "gpt2  | \"a\": 1                                                   | model_type: found \"gpt2\", expected qwen2",
      })
  void unsupportedIsNamed(String type, String line, String message) throws IOException {
    assertThatThrownBy(() -> config(type, line))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith(folder.resolve("config.json") + ": ")
        .hasMessageContaining(message);
  }

  @Test
  void defaultsAreThoseOfTransformers() throws IOException {
    assertThat(config("llama", "\"a\": 1").kvHeads()).isEqualTo(4);
    assertThat(config("llama", "\"a\": 1").headDim()).isEqualTo(8);
    assertThat(config("qwen3", "\"num_key_value_heads\": null").headDim()).isEqualTo(128);
    assertThat(config("llama", "\"a\": 1").ropeTheta()).isEqualTo(10_000);
    assertThat(config("llama", "\"rope_theta\": 5e5").ropeTheta()).isEqualTo(500_000);
    assertThat(config("llama", "\"rope_theta\": 1, \"rope_parameters\": {\"rope_theta\": 7}"))
        .extracting(ModelConfig::ropeTheta)
        .isEqualTo(7.0);
    assertThat(config("mistral", "\"num_key_value_heads\": 2").slidingWindow())
        .isEqualTo(new SlidingWindow(4096, 0));
    // 28 layers come before the first with a window.
    assertThat(config("qwen2", KV + "\"use_sliding_window\": true, \"sliding_window\": 8"))
        .extracting(ModelConfig::slidingWindow)
        .isNull();
  }

  @Test
  void sequencesEndWhereAWindowOrRotaryPositionsDo() throws IOException {
    ModelConfig mistral = config("mistral", KV + "\"sliding_window\": 16");
    assertThat(mistral.slidingWindow()).isEqualTo(new SlidingWindow(16, 0));
    assertThat(mistral.maxPositions()).isEqualTo(64);
    assertThat(mistral.longestSequence()).isEqualTo(16);
    assertThat(mistral.longestForward()).isEqualTo(16);
    String window = KV + "\"use_sliding_window\": true, \"sliding_window\": 8, ";
    assertThat(config("qwen2", window + "\"max_window_layers\": 1").slidingWindow())
        .isEqualTo(new SlidingWindow(8, 1));
    String layers = "\"layer_types\": [\"full_attention\", \"sliding_attention\"]";
    assertThat(config("qwen3", window + "\"head_dim\": 8, " + layers).slidingWindow())
        .isEqualTo(new SlidingWindow(8, 1));

    String scaling = "\"rope_scaling\": {\"type\": \"%s\", \"factor\": 2.5}";
    assertThat(config("llama", scaling.formatted("linear")).longestSequence()).isEqualTo(160);
    assertThat(config("llama", scaling.formatted("yarn")).longestSequence()).isEqualTo(160);
    ModelConfig dynamic = config("llama", scaling.formatted("dynamic"));
    assertThat(dynamic.longestSequence()).isEqualTo(64);
    assertThat(dynamic.longestForward()).isEqualTo(160);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"rope_scaling\": {\"type\": \"linear\", \"factor\": 2}",
        "\"rope_scaling\": {\"rope_type\": \"dynamic\", \"factor\": 2}",
        "\"rope_parameters\": {\"rope_type\": \"llama3\", \"factor\": 8, \"rope_theta\": 5e5,"
            + " \"low_freq_factor\": 1, \"high_freq_factor\": 4,"
            + " \"original_max_position_embeddings\": 32}",
        "\"rope_scaling\": {\"type\": \"yarn\", \"factor\": 4, \"mscale\": 0.7, \"mscale_all_dim\": 1,"
            + " \"original_max_position_embeddings\": 16, \"truncate\": false}",
        "\"rope_scaling\": {\"rope_type\": \"longrope\", \"short_factor\": [1, 1, 1.5, 2],"
            + " \"long_factor\": [1, 2, 3, 4], \"original_max_position_embeddings\": 16}"
      })
  void rotaryPositionsAreSavedAgain(String rope) throws IOException {
    ModelConfig config = config("llama", rope);
    Path file = folder.resolve("config.json");
    ConfigJson.write(file, config, _ -> {}, StoredType.F32);
    assertThat(ConfigJson.read(file)).isEqualTo(config);
    assertThat(config.ropeScaling()).isNotEqualTo(new RopeScaling.None());
  }

  @Test
  void windowsAreSavedAgain() throws IOException {
    String window = "\"use_sliding_window\": true, \"sliding_window\": 8, \"max_window_layers\": 1";
    for (ModelConfig config :
        new ModelConfig[] {
          config("qwen2", KV + window), config("mistral", KV + "\"sliding_window\": 16")
        }) {
      Path file = folder.resolve("config.json");
      ConfigJson.write(file, config, _ -> {}, StoredType.F32);
      assertThat(ConfigJson.read(file)).isEqualTo(config);
    }
  }

  @Test
  void aMutatedFileIsReadOrRefused() throws IOException {
    byte[] good = Files.readAllBytes(GOLDEN.resolve("qwen3/config.json"));
    Random random = new Random(3);
    Path file = folder.resolve("config.json");
    for (int i = 0; i < 2000; i++) {
      byte[] mutated = good.clone();
      mutated[random.nextInt(good.length)] = (byte) random.nextInt(256);
      mutated[random.nextInt(good.length)] = (byte) random.nextInt(128);
      Files.write(file, mutated);
      try {
        ConfigJson.read(file);
      } catch (InputException e) {
        assertThat(e.getMessage()).doesNotContain("\n");
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"qwen2, 32768", "qwen3, 32768", "llama, 2048", "mistral, 131072"})
  void positionsThatAreNotSaidAreTheLibrarys(String type, int positions) throws IOException {
    assertThat(config(type, KV + "\"max_position_embeddings\": null").maxPositions())
        .isEqualTo(positions);
  }

  private ModelConfig config(String type, String line) throws IOException {
    StringBuilder json = new StringBuilder("{\"model_type\": \"" + type + "\"");
    String[] keys = {
      "vocab_size", "hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads"
    };
    for (String key : keys) {
      if (!line.contains('"' + key + '"')) {
        json.append(", \"" + key + "\": ").append(key.equals("num_attention_heads") ? 4 : 32);
      }
    }
    if (!line.contains("\"max_position_embeddings\"")) {
      json.append(", \"max_position_embeddings\": 64");
    }
    json.append(", " + line + "}");
    Path file = folder.resolve("config.json");
    Files.writeString(
        file, json.toString().replace("\"num_hidden_layers\": 32", "\"num_hidden_layers\": 2"));
    return ConfigJson.read(file);
  }

  private static ModelConfig golden(String type) {
    return ConfigJson.read(GOLDEN.resolve(type).resolve("config.json"));
  }
}
