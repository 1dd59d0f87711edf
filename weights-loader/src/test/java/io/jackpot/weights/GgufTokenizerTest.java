package io.jackpot.weights;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jackpot.input.InputException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

class GgufTokenizerTest {
  private static final ObjectNode GOLDEN =
      Json.read(Path.of("src/test/resources/golden/tokenizers/sentencepiece.json"));
  private static final ObjectNode FEATURES =
      Json.read(Path.of("src/test/resources/golden/tokenizers/features.json"));

  private final Map<String, Object> metadata = new HashMap<>();

  @TempDir Path folder;

  @BeforeEach
  void sentencePiece() {
    JsonNode given = GOLDEN.path("metadata");
    put("model", "llama");
    int size = given.path("tokenizer.ggml.tokens").size();
    String[] tokens = new String[size];
    float[] scores = new float[size];
    int[] types = new int[size];
    for (int i = 0; i < size; i++) {
      tokens[i] = given.path("tokenizer.ggml.tokens").get(i).stringValue();
      scores[i] = given.path("tokenizer.ggml.scores").get(i).floatValue();
      types[i] = given.path("tokenizer.ggml.token_type").get(i).intValue();
    }
    put("tokens", tokens);
    put("scores", scores);
    put("token_type", types);
    for (String key : new String[] {"bos_token_id", "eos_token_id", "unknown_token_id"}) {
      put(key, given.path("tokenizer.ggml." + key).longValue());
    }
  }

  private void put(String key, Object value) {
    metadata.put("tokenizer.ggml." + key, value);
  }

  /** Byte-level BPE of the other golden file. */
  private Tokenizer bytes(String pre) {
    JsonNode model = FEATURES.path("bases").path("bytes");
    metadata.clear();
    String[] tokens = new String[model.path("vocab").size()];
    model.path("vocab").forEachEntry((token, id) -> tokens[id.intValue()] = token);
    String[] merges = new String[model.path("merges").size()];
    for (int i = 0; i < merges.length; i++) {
      JsonNode pair = model.path("merges").get(i);
      merges[i] = pair.get(0).stringValue() + " " + pair.get(1).stringValue();
    }
    put("model", "gpt2");
    put("pre", pre);
    put("tokens", tokens);
    put("merges", merges);
    return Tokenizers.fromGguf(metadata, "model.gguf");
  }

  @Test
  void sentencePieceAsSentencePieceDoes() {
    check(Tokenizers.fromGguf(metadata, "model.gguf"));
  }

  @Test
  void savedAsTokenizerJson() {
    Tokenizers.fromGguf(metadata, "model.gguf").save(folder.resolve("tokenizer.json"));
    check(Tokenizers.load(folder));
  }

  private static void check(Tokenizer tokenizer) {
    for (JsonNode example : GOLDEN.path("examples")) {
      String text = example.path("text").stringValue();
      int[] ids = new int[example.path("ids").size()];
      for (int i = 0; i < ids.length; i++) {
        ids[i] = example.path("ids").get(i).intValue();
      }
      assertThat(tokenizer.encode(text)).as(text).isEqualTo(ids);
      assertThat(tokenizer.decode(tokenizer.encodePlain(text))).isEqualTo(text);
      assertThat(example.path("decoded").stringValue()).isEqualTo(text);
    }
  }

  @ParameterizedTest
  @CsvSource({"gpt-2, gpt2", "qwen2, qwen", "smollm, smollm"})
  void bytesAsTheSameTokenizerJsonDoes(String pre, String name) {
    Tokenizer tokenizer = bytes(pre);
    int checked = 0;
    for (JsonNode each : FEATURES.path("cases")) {
      for (JsonNode example : each.path("examples")) {
        String text = example.path("text").stringValue();
        // Not the text with the added tokens of those files.
        if (each.path("name").stringValue().equals(name) && !text.contains("<s>")) {
          int[] ids = tokenizer.encode(text);
          assertThat(ids).hasSize(example.path("ids").size());
          for (int i = 0; i < ids.length; i++) {
            assertThat(ids[i]).isEqualTo(example.path("ids").get(i).intValue());
          }
          checked++;
        }
      }
    }
    assertThat(checked).isEqualTo(11);
  }

  @ParameterizedTest
  @ValueSource(strings = {"llama-bpe", "smollm", "starcoder", "gpt-4o", "tekken", "default"})
  void textComesBack(String pre) {
    Tokenizer tokenizer = bytes(pre);
    String text = "Don't STOP at 12345!\r\n\n  naïve 漢字 👍🏽 e\u0301 ÅÅ";
    assertThat(tokenizer.decode(tokenizer.encodePlain(text))).isEqualTo(text);
  }

  @Test
  void specialTokensAndEnds() {
    put("add_eos_token", true);
    put("eot_token_id", 0L);
    metadata.put("tokenizer.chat_template", "{{ messages }}");
    Tokenizer tokenizer = Tokenizers.fromGguf(metadata, "model.gguf");
    assertThat(tokenizer.encode("")).containsExactly(1, 2);
    assertThat(tokenizer.encodePlain("<s>")).containsExactly(1);
    assertThat(tokenizer.endIds()).containsExactly(2, 0);
    assertThat(tokenizer.companions().get("tokenizer_config.json"))
        .asString()
        .contains("\"chat_template\":\"{{ messages }}\"", "\"eos_token\":\"</s>\"");
    put("add_bos_token", false);
    assertThat(Tokenizers.fromGguf(metadata, "model.gguf").encode("")).containsExactly(2);
  }

  @Test
  void paddingIsNoToken() {
    bytes("qwen2");
    List<String> tokens =
        new ArrayList<>(List.of((String[]) requireNonNull(metadata.get("tokenizer.ggml.tokens"))));
    int size = tokens.size();
    tokens.add("[PAD" + size + "]");
    int[] types = new int[size + 1];
    types[size] = 5;
    put("tokens", tokens.toArray(String[]::new));
    put("token_type", types);
    Tokenizer tokenizer = Tokenizers.fromGguf(metadata, "model.gguf");
    assertThat(tokenizer.vocabularySize()).isEqualTo(size);
    assertThat(tokenizer.decode(size)).isEmpty();
  }

  @Test
  void whatIsWrongIsNamed() {
    refused("model", "bert", "model.gguf: tokenizer.ggml.model: found \"bert\", expected gpt2 or");
    refused("model", 1L, "tokenizer.ggml.model: found a Long, expected a text");
    refused("scores", new float[3], "tokenizer.ggml.scores: found 3, expected one for each of 420");
    refused("token_type", new int[1], "tokenizer.ggml.token_type: found 1, expected one for each");
    refused("eos_token_id", 420L, "tokenizer.ggml.eos_token_id: found 420, expected an id below");
    refused("tokens", new String[] {"a", "a"}, "token_type");
    assertThatThrownBy(() -> bytes("chatglm-bpe"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("tokenizer.ggml.pre: found \"chatglm-bpe\", expected default or one");
  }

  private void refused(String key, Object value, String message) {
    sentencePiece();
    put(key, value);
    assertThatThrownBy(() -> Tokenizers.fromGguf(metadata, "model.gguf"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(message);
  }
}
