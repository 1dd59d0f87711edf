package io.jackpot.weights;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jackpot.input.InputException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Cases beyond the golden files: other files of the folder, saving, errors, long texts. */
class BpeTokenizerTest {
  private static final ObjectNode GOLDEN =
      Json.read(Path.of("src/test/resources/golden/tokenizers/features.json"));

  @TempDir Path folder;

  @BeforeEach
  void aTokenizer() {
    write("llama");
  }

  /** Writes one of the golden tokenizers. */
  private void write(String name) {
    for (JsonNode each : GOLDEN.path("cases")) {
      if (each.path("name").stringValue().equals(name)) {
        ObjectNode root = Json.object().put("version", "1.0");
        each.path("sections").forEachEntry((key, section) -> root.set(key, section));
        root.set("model", GOLDEN.path("bases").path(each.path("base").stringValue()));
        Json.write(folder.resolve("tokenizer.json"), root);
      }
    }
  }

  private void put(String name, String content) throws IOException {
    Files.writeString(folder.resolve(name), content);
  }

  @Test
  void endsComeFromTheFilesBesideIt() throws IOException {
    assertThat(Tokenizers.load(folder).endIds()).isEmpty();
    put("tokenizer_config.json", "{\"eos_token\": {\"content\": \"</s>\", \"special\": true}}");
    assertThat(Tokenizers.load(folder).endIds()).containsExactly(2);
    put("config.json", "{\"eos_token_id\": 7}");
    assertThat(Tokenizers.load(folder).endIds()).containsExactly(7, 2);
    put("generation_config.json", "{\"eos_token_id\": [9, 2]}");
    assertThat(Tokenizers.load(folder.resolve("tokenizer.json")).endIds()).containsExactly(9, 2, 7);
    put("tokenizer_config.json", "{\"eos_token\": \"<s>\"}");
    assertThat(Tokenizers.load(folder).endIds()).containsExactly(9, 2, 7, 1);
    put("tokenizer_config.json", "{\"eos_token\": \"not a token\"}");
    assertThat(Tokenizers.load(folder).endIds()).containsExactly(9, 2, 7);
    put("config.json", "{\"eos_token_id\": \"x\"}");
    assertThatThrownBy(() -> Tokenizers.load(folder))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("config.json: eos_token_id: found \"x\", expected an integer");
  }

  @Test
  void isSavedAsItWas() throws IOException {
    put("tokenizer_config.json", "{ \"chat_template\": \"x\", \"eos_token\": \"</s>\" }");
    put("chat_template.jinja", "{{ messages }}");
    put("config.json", "{}");
    Tokenizer tokenizer = Tokenizers.load(folder);
    Path copy = Files.createDirectories(folder.resolve("copy"));
    TokenizerFolder.save(tokenizer, copy, 64);
    for (String name :
        new String[] {"tokenizer.json", "tokenizer_config.json", "chat_template.jinja"}) {
      assertThat(copy.resolve(name)).hasSameBinaryContentAs(folder.resolve(name));
    }
    assertThat(copy.resolve("config.json")).doesNotExist();
  }

  @Test
  void aSavedModelEndsWhereItsTokenizerDoes() throws IOException {
    Path qwen2 = Path.of("src/test/resources/golden/qwen2/config.json");
    put(
        "config.json",
        Files.readString(qwen2).replace("\"vocab_size\": 11", "\"vocab_size\": 500"));
    put("generation_config.json", "{\"eos_token_id\": [9, 2]}");
    put("special_tokens_map.json", "{\"eos_token\": \"</s>\"}");
    Path saved = folder.resolve("saved");
    ModelFolder.load(folder, LoadOptions.DEFAULT.withRandomWeights(1)).save(saved);
    assertThat(saved.resolve("special_tokens_map.json"))
        .hasSameBinaryContentAs(folder.resolve("special_tokens_map.json"));
    ModelFolder again = ModelFolder.load(saved);
    assertThat(requireNonNull(again.tokenizer()).endIds()).startsWith(9, 2);
    again.save(saved);
    assertThat(Json.read(saved.resolve("generation_config.json")).path("eos_token_id").toString())
        .startsWith("[9,2");
  }

  @Test
  void specialTokensAroundAText() {
    Tokenizer tokenizer = Tokenizers.load(folder);
    int[] plain = tokenizer.encodePlain("Hello");
    int[] ids = tokenizer.encode("Hello");
    assertThat(Arrays.copyOf(ids, 2)).containsExactly(7, 9);
    assertThat(Arrays.copyOfRange(ids, 2, ids.length)).isEqualTo(plain);
    assertThat(tokenizer.withSpecialIds(plain)).isEqualTo(ids);
    assertThat(tokenizer.decode(plain)).isEqualTo("Hello");
  }

  @Test
  void idsThatNoTokenHasAreNoText() {
    Tokenizer tokenizer = Tokenizers.load(folder);
    assertThat(tokenizer.decode(tokenizer.vocabularySize(), Integer.MAX_VALUE)).isEmpty();
    assertThatThrownBy(() -> tokenizer.decode(1, -1))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("token id -1 at position 1, expected 0 to ");
  }

  @Test
  void halfASurrogatePairIsTheReplacementCharacter() {
    write("gpt2");
    Tokenizer tokenizer = Tokenizers.load(folder);
    String text = "a\ud800b\udc00\ud83d\ude00\ud83d";
    assertThat(tokenizer.decode(tokenizer.encode(text))).isEqualTo("a\ufffdb\ufffd😀\ufffd");
  }

  @Test
  void bytesThatAreNotUtf8() {
    write("gpt2");
    Tokenizer tokenizer = Tokenizers.load(folder);
    int[] euro = tokenizer.encode("€");
    assertThat(euro).hasSize(3);
    // One U+FFFD for each maximal malformed part.
    assertThat(tokenizer.decode(euro, 0, 2)).isEqualTo("\ufffd");
    assertThat(tokenizer.decode(euro, 1, 3)).isEqualTo("\ufffd\ufffd");
    assertThat(tokenizer.decode(euro[0], euro[0], euro[1], euro[2])).isEqualTo("\ufffd€");
  }

  @ParameterizedTest
  @Timeout(value = 1, unit = TimeUnit.MINUTES)
  @ValueSource(strings = {"qwen", "gpt4o", "llama", "NFKD"})
  void longRunsCostNoMoreThanOthers(String name) {
    write(name);
    Tokenizer tokenizer = Tokenizers.load(folder);
    String[] units = {
      "a", " ", "\n", "\u0301", "\u0301\u0323", "👍🏽", "\0", "A", " \n", "<", "ab "
    };
    for (String unit : units) {
      String text = unit.repeat(100_000 / unit.length());
      int[] ids = tokenizer.encodePlain(text);
      if (name.equals("llama")) { // the others normalize
        assertThat(tokenizer.decode(ids)).isEqualTo(text);
      }
      assertThat(ids.length).isBetween(text.length() / 20, 4 * text.length());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"Prepend\"       | \"Nmt\"    | normalizer.normalizers[0].type: found \"Nmt\", expected NFC",
        "\"ByteFallback\"  | \"CTC\"    | decoder.decoders[1].type: found \"CTC\", expected ByteLevel",
        "\"TemplateProcessing\" | \"X\" | post_processor.type: found \"X\", expected ByteLevel",
        "\"BPE\"           | \"WordPiece\" | model.type: found \"WordPiece\", expected BPE",
        "\"dropout\" : null | \"dropout\" : 0.1 | model.dropout: found 0.1, expected null or 0",
        "\"byte_fallback\" : true | \"byte_fallback\" : 3 | model.byte_fallback: found 3",
        "\"version\" : \"1.0\" | \"version\" : \"2.0\" | version: found \"2.0\", expected 1.0",
        "\"<unk>\" : 0     | \"<unk>\" : -1 | model.vocab: \"<unk>\": found -1, expected an id",
        "\"<unk>\" : 0     | \"<unk>\" : 2000000000 | ids up to 2000000000 for",
        "\"lstrip\" : true | \"lstrip\" : 1 | lstrip: found 1, expected true or false",
        "\"id\" : \"A\"    | \"id\" : \"B\" | expected the sequence A once",
      })
  void whatIsNotSupportedIsNamed(String from, String to, String message) throws IOException {
    Path file = folder.resolve("tokenizer.json");
    String changed = Files.readString(file).replace(from, to);
    assertThat(changed).isNotEqualTo(Files.readString(file));
    Files.writeString(file, changed, StandardCharsets.UTF_8);
    assertThatThrownBy(() -> Tokenizers.load(folder))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("tokenizer.json: ")
        .hasMessageContaining(message);
  }

  @Test
  void anUnknownTokenOfTwoLinesIsNamedInOne() throws IOException {
    Path file = folder.resolve("tokenizer.json");
    Files.writeString(
        file,
        Files.readString(file)
            .replace("\"byte_fallback\" : true", "\"byte_fallback\" : false")
            .replace("\"unk_token\" : \"<unk>\"", "\"unk_token\" : \"a\\nb\""));
    Tokenizer tokenizer = Tokenizers.load(folder);
    assertThatThrownBy(() -> tokenizer.encodePlain("\u2603"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("the unknown token \"a b\" is not either");
  }

  @Test
  void regularExpressionsAreNamedToo() throws IOException {
    write("qwen");
    Path file = folder.resolve("tokenizer.json");
    Files.writeString(file, Files.readString(file).replace("(?i:'s", "(?k:'s"));
    assertThatThrownBy(() -> Tokenizers.load(folder))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("pre_tokenizer.pretokenizers[0].pattern: regular expression (?k:'s")
        .hasMessageContaining("unknown kind of group");
  }
}
