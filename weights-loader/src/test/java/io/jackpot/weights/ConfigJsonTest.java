package io.jackpot.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jackpot.tensor.InputException;
import io.jackpot.transformer.ModelConfig;
import io.jackpot.transformer.RopeScaling;
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

  @TempDir Path folder;

  @Test
  void readsWhatTransformersWrote() {
    assertThat(golden("qwen2"))
        .isEqualTo(
            new ModelConfig(
                "qwen2",
                11,
                8,
                12,
                2,
                2,
                1,
                4,
                64,
                1e6,
                new RopeScaling.None(),
                1e-6f,
                true,
                true,
                false,
                false));
    assertThat(golden("qwen3"))
        .isEqualTo(
            new ModelConfig(
                "qwen3",
                11,
                8,
                12,
                2,
                2,
                1,
                6,
                64,
                1e4,
                new RopeScaling.None(),
                1e-6f,
                false,
                false,
                false,
                true));
    assertThat(golden("llama"))
        .isEqualTo(
            new ModelConfig(
                "llama",
                11,
                8,
                12,
                2,
                2,
                1,
                4,
                64,
                1e4,
                new RopeScaling.None(),
                1e-5f,
                false,
                true,
                true,
                false));
    assertThat(golden("mistral"))
        .isEqualTo(
            new ModelConfig(
                "mistral",
                11,
                8,
                12,
                2,
                2,
                1,
                4,
                64,
                1e4,
                new RopeScaling.None(),
                1e-6f,
                false,
                false,
                false,
                false));
  }

  @ParameterizedTest
  @ValueSource(strings = {"qwen2", "qwen3", "llama", "mistral"})
  void roundTrip(String type) {
    ModelConfig config = golden(type);
    Path file = folder.resolve("config.json");
    ConfigJson.write(file, config, 3, StoredType.F32);
    assertThat(ConfigJson.read(file)).isEqualTo(config);
    assertThat(file).content().contains("\"eos_token_id\" : 3");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "qwen3 | \"hidden_act\": \"gelu\"                                  | hidden_act: found \"gelu\", expected silu",
        "llama | \"rope_scaling\": {\"rope_type\": \"longrope\"}           | rope_scaling: found",
        "llama | \"rope_scaling\": 4                                        | rope_scaling: found 4",
        "llama | \"rope_scaling\": {\"type\": \"linear\"}                  | factor: missing, expected a number",
        "llama | \"rope_scaling\": {\"type\": \"linear\", \"factor\": 0}    | factor 0.0: expected above 0",
        "llama | \"rope_parameters\": {\"rope_type\": \"llama3\"}           | factor: missing",
        "llama | \"rope_parameters\": {\"partial_rotary_factor\": 0.5}      | partial_rotary_factor: found 0.5",
        "llama | \"rope_theta\": 0                                          | rope_theta 0.0: expected above 0",
        "qwen2 | \"layer_types\": [\"chunked_attention\"]                   | layer_types",
        "llama | \"partial_rotary_factor\": 0.5                             | partial_rotary_factor: found 0.5",
        "llama | \"mlp_bias\": true                                         | mlp_bias: found true, expected false",
        "llama | \"rope_parameters\": {\"rope_theta\": \"x\"}                 | rope_theta: found \"x\", expected a number",
        "llama | \"head_dim\": 3                                            | head_dim 3",
        "llama | \"num_key_value_heads\": 3                                 | num_key_value_heads 3",
        "llama | \"num_key_value_heads\": 0                                 | num_key_value_heads 0",
        "llama | \"num_attention_heads\": 0                                 | num_attention_heads: found 0",
        "llama | \"hidden_size\": 8.5                                       | hidden_size: found 8.5",
        "llama | \"vocab_size\": null                                       | vocab_size: missing",
        "llama | \"vocab_size\": 99999999999                                | vocab_size: found 99999999999",
        "llama | \"tie_word_embeddings\": 1                                 | tie_word_embeddings: found 1",
        "llama | \"quantization_config\": {}                                | quantization_config",
        "gpt2  | \"a\": 1                                                   | model_type: found \"gpt2\", expected qwen2",
      })
  void unsupportedIsNamed(String type, String line, String message) throws IOException {
    assertThatThrownBy(() -> config(type, line))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("config.json: " + message.split(" ")[0])
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
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "mistral | \"sliding_window\": 64 | 64",
        "mistral | \"sliding_window\": null | 64",
        "mistral | \"sliding_window\": 8 | 8",
        "qwen2 | \"use_sliding_window\": true, \"sliding_window\": 8 | 64",
        "qwen2 | \"use_sliding_window\": true, \"sliding_window\": 8, \"max_window_layers\": 1 | 8",
        "qwen2 | \"use_sliding_window\": false, \"sliding_window\": 8 | 64",
        "qwen2 | \"layer_types\": [\"sliding_attention\"], \"sliding_window\": 8 | 8",
      })
  void sequencesAreNoLongerThanTheWindow(String type, String line, int expected)
      throws IOException {
    assertThat(config(type, "\"num_key_value_heads\": 2, " + line).maxPositions())
        .isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"rope_type\": \"default\"",
        "\"type\": \"linear\", \"factor\": 2.5",
        "\"rope_type\": \"dynamic\", \"factor\": 2",
        "\"rope_type\": \"llama3\", \"factor\": 8, \"low_freq_factor\": 1, \"high_freq_factor\": 4,"
            + " \"original_max_position_embeddings\": 16",
        "\"rope_type\": \"yarn\", \"factor\": 4, \"beta_fast\": 16, \"truncate\": false",
        "\"rope_type\": \"yarn\", \"factor\": 4, \"mscale\": 0.7, \"mscale_all_dim\": 1.0",
      })
  void scaledRotaryPositionsRoundTrip(String rope) throws IOException {
    ModelConfig config = config("llama", "\"rope_scaling\": {" + rope + "}");
    assertThat(config.ropeScaling() instanceof RopeScaling.None)
        .isEqualTo(rope.contains("default"));
    assertThat(config("llama", "\"rope_parameters\": {" + rope + "}")).isEqualTo(config);
    Path file = folder.resolve("config.json");
    ConfigJson.write(file, config, null, StoredType.F32);
    assertThat(ConfigJson.read(file)).isEqualTo(config);
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
    json.append(", \"max_position_embeddings\": 64, " + line + "}");
    Path file = folder.resolve("config.json");
    Files.writeString(
        file, json.toString().replace("\"num_hidden_layers\": 32", "\"num_hidden_layers\": 2"));
    return ConfigJson.read(file);
  }

  private static ModelConfig golden(String type) {
    return ConfigJson.read(GOLDEN.resolve(type).resolve("config.json"));
  }
}
