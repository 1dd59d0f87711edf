package io.jackpot.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jackpot.input.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.ObjectNode;

/** What a saved model keeps of its source's ids, and what is said where there is no model. */
class SpecialTokenIdsTest {
  private static final Path QWEN = Path.of("src/test/resources/golden/qwen2/config.json");

  @TempDir private Path temporary;
  private Path source;
  private Path saved;

  @BeforeEach
  void aModel() throws IOException {
    source = Files.createDirectories(temporary.resolve("source"));
    saved = temporary.resolve("saved");
    ObjectNode config = Json.read(QWEN);
    config.put("bos_token_id", 3).put("pad_token_id", 4);
    config.putArray("eos_token_id").add(10).add(5);
    Json.write(source.resolve("config.json"), config.put("decoder_start_token_id", 6));
    String characters = "0123456789$";
    new CharTokenizer(characters, '$').save(source.resolve("tokenizer.json"));
  }

  private void save() {
    ModelFolder.load(source, LoadOptions.DEFAULT.withRandomWeights(1)).save(saved);
  }

  private static ObjectNode read(Path folder, String name) {
    return Json.read(folder.resolve(name));
  }

  @Test
  void idsOfTheSourceAreKept() throws IOException {
    String generation = "{\"temperature\": 0.6, \"eos_token_id\": [5, 10], \"do_sample\": true}";
    Files.writeString(source.resolve("generation_config.json"), generation);
    save();
    for (String id : new String[] {"bos", "pad", "eos", "decoder_start"}) {
      String key = id + "_token_id";
      assertThat(read(saved, "config.json").get(key))
          .isEqualTo(read(source, "config.json").get(key));
    }
    assertThat(read(saved, "generation_config.json"))
        .isEqualTo(read(source, "generation_config.json"));
    ModelFolder.load(saved).save(saved);
    assertThat(read(saved, "config.json").get("pad_token_id").intValue()).isEqualTo(4);
  }

  @Test
  void withoutASourceGenerationIsGreedy() {
    save();
    ObjectNode generation = read(saved, "generation_config.json");
    assertThat(generation.get("do_sample").booleanValue()).isFalse();
    assertThat(generation.get("bos_token_id").intValue()).isEqualTo(3);
    assertThat(generation.get("pad_token_id").intValue()).isEqualTo(4);
    assertThat(generation.get("eos_token_id").intValue()).isEqualTo(10);
    assertThat(generation.has("temperature")).isFalse();
  }

  @Test
  void idsOfAGgufFileHaveTheirNamesInConfigJson() {
    ObjectNode config = Json.object();
    SpecialTokenIds.ofGguf(
            Map.of(
                "tokenizer.ggml.bos_token_id", 1L,
                "tokenizer.ggml.eos_token_id", 2L,
                "tokenizer.ggml.padding_token_id", 3L,
                "tokenizer.ggml.unknown_token_id", 0L))
        .writeInto(config, new LinkedHashSet<>());
    assertThat(config.toString())
        .contains("\"bos_token_id\":1", "\"eos_token_id\":2")
        .contains("\"pad_token_id\":3", "\"unk_token_id\":0");
  }

  @Test
  void whereThereIsNoModelTheGgufFilesAreNamed() throws IOException {
    Path folder = Files.createDirectories(temporary.resolve("gguf"));
    assertMissing(folder, folder + ": no config.json; expected a model folder or a GGUF file");
    Path one = Files.createFile(folder.resolve("one-00001-of-00002.gguf"));
    Files.createFile(folder.resolve("one-00002-of-00002.gguf"));
    assertMissing(
        folder, folder + ": a folder with a GGUF file and no config.json; give the file: " + one);
    Path two = Files.createFile(folder.resolve("two.gguf"));
    assertMissing(
        folder,
        folder
            + ": a folder with 2 GGUF files and no config.json; give one of them: %s, %s"
                .formatted(one, two));
    Path absent = folder.resolve("absent.gguf");
    assertMissing(
        absent,
        absent + ": no such file; expected another name: beside it is %s, %s".formatted(one, two));
    Path nowhere = temporary.resolve("nowhere/absent.gguf");
    assertMissing(nowhere, nowhere + ": no such file; expected a GGUF file or a model folder");
  }

  private static void assertMissing(Path model, String message) {
    assertThatThrownBy(() -> ModelFolder.load(model))
        .isInstanceOf(InputException.class)
        .hasMessage(message);
    assertThatThrownBy(() -> Tokenizers.load(model))
        .isInstanceOf(InputException.class)
        .hasMessage(message.replace("config.json", "tokenizer.json"));
  }
}
