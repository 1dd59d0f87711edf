package io.jackpot.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.jackpot.input.InputException;
import io.jackpot.tensor.Tensor;
import io.jackpot.transformer.Model;
import io.jackpot.transformer.ModelConfig;
import io.jackpot.transformer.RopeScaling;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModelFolderTest {
  private static final Path GOLDEN = Path.of("src/test/resources/golden");

  @TempDir Path temporary;

  @ParameterizedTest
  @ValueSource(strings = {"qwen2", "qwen3", "llama", "mistral"})
  void readsWhatTransformersSavedAndSavesItAgain(String type) {
    ModelFolder model = ModelFolder.load(GOLDEN.resolve(type));
    CharTokenizer tokenizer = new CharTokenizer("0123456789$", '$');
    Path folder = temporary.resolve(type);
    new ModelFolder(model.config(), model.parameters(), tokenizer).save(folder);
    ModelFolder again = ModelFolder.load(folder);
    assertThat(again.config()).isEqualTo(model.config());
    assertThat(again.parameters().tensors()).hasSameSizeAs(model.parameters().tensors());
    model
        .parameters()
        .tensors()
        .forEach((name, tensor) ->
            assertThat(again.parameters().get(name).data()).isEqualTo(tensor.data()));
    assertThat(again.tokenizer()).isNotNull();
    again.save(folder); // replaces a model
    assertThat(ModelFolder.load(folder).parameters().count()).isEqualTo(model.parameters().count());
    assertThat(temporary).isDirectoryContaining("glob:**/" + type);
    assertThat(temporary.toFile().list()).hasSize(1);
  }

  @Test
  void whatDoesNotFitIsNamed() throws IOException {
    Path folder = copyOf("qwen2");
    Map<String, Tensor> tensors = new LinkedHashMap<>(tensors(folder));
    Tensor up = tensors.get("model.layers.1.mlp.up_proj.weight");
    assertThat(up).isNotNull();

    tensors.put("model.layers.1.mlp.up_proj.weight", Tensor.zeros(6, 8));
    Safetensors.write(folder.resolve(WeightFiles.SINGLE), tensors);
    assertThatThrownBy(() -> ModelFolder.load(folder))
        .isInstanceOf(InputException.class)
        .hasMessage(
            folder
                + ": model.layers.1.mlp.up_proj.weight: shape [6, 8], expected [12, 8]"
                + " (intermediate_size x hidden_size in config.json)");

    tensors.remove("model.layers.1.mlp.up_proj.weight");
    Safetensors.write(folder.resolve(WeightFiles.SINGLE), tensors);
    assertThatThrownBy(() -> ModelFolder.load(folder))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(folder + ": no tensor model.layers.1.mlp.up_proj.weight");

    // Otherwise the bias would be dropped silently and all results be wrong.
    tensors.put("model.layers.1.mlp.up_proj.weight", up);
    tensors.put("model.layers.1.self_attn.o_proj.bias", Tensor.zeros(8));
    Safetensors.write(folder.resolve(WeightFiles.SINGLE), tensors);
    assertThatThrownBy(() -> ModelFolder.load(folder))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("tensor model.layers.1.self_attn.o_proj.bias has no place");

    // The tied embedding may be stored twice.
    tensors.remove("model.layers.1.self_attn.o_proj.bias");
    tensors.put("lm_head.weight", Tensor.zeros(11, 8));
    Safetensors.write(folder.resolve(WeightFiles.SINGLE), tensors);
    assertThat(ModelFolder.load(folder).tokenizer()).isNull();
  }

  @ParameterizedTest
  @EnumSource(StoredType.class)
  void weightsThatAreNotFiniteAreNamed(StoredType type) throws IOException {
    for (float bad : new float[] {Float.NaN, Float.NEGATIVE_INFINITY, Float.POSITIVE_INFINITY}) {
      Path folder = Files.createDirectories(temporary.resolve(type + " " + bad));
      Files.copy(GOLDEN.resolve("qwen2/config.json"), folder.resolve("config.json"));
      Map<String, Tensor> tensors = tensors(GOLDEN.resolve("qwen2"));
      float[] up = Objects.requireNonNull(tensors.get("model.layers.1.mlp.up_proj.weight")).data();
      up[8 * 5 + 3] = bad;
      up[8 * 7] = bad;
      Safetensors.write(folder.resolve(WeightFiles.SINGLE), tensors, type);
      assertThatThrownBy(() -> ModelFolder.load(folder))
          .isInstanceOf(InputException.class)
          .hasMessage(
              folder
                  + ": model.layers.1.mlp.up_proj.weight[5, 3]: "
                  + bad
                  + ", expected finite weights; use a copy or a checkpoint without it");

      up[8 * 5 + 3] = 0;
      up[8 * 7] = 0;
      Objects.requireNonNull(tensors.get("model.norm.weight")).data()[7] = bad;
      Safetensors.write(folder.resolve(WeightFiles.SINGLE), tensors, type);
      assertThatThrownBy(() -> ModelFolder.load(folder))
          .isInstanceOf(InputException.class)
          .hasMessageContaining(": model.norm.weight[7]: " + bad);
    }
  }

  @Test
  void headsAreTiedUnlessTheWeightsSayOtherwise() throws IOException {
    Path folder = copyOf("qwen2");
    Map<String, Tensor> tensors = new LinkedHashMap<>(tensors(folder));
    Tensor embedding =
        Tensor.of(
            Objects.requireNonNull(tensors.get("model.embed_tokens.weight")).data().clone(), 11, 8);
    tensors.put("lm_head.weight", embedding);
    Safetensors.write(folder.resolve(WeightFiles.SINGLE), tensors);
    assertThat(ModelFolder.load(folder).config().tiedEmbeddings()).isTrue();
    embedding.data()[3] += 1;
    Safetensors.write(folder.resolve(WeightFiles.SINGLE), tensors);
    ModelFolder untied = ModelFolder.load(folder);
    assertThat(untied.config().tiedEmbeddings()).isFalse();
    assertThat(untied.parameters().get("lm_head.weight").data()).isEqualTo(embedding.data());
  }

  @Test
  void aBaseModelsNamesLackTheirFirstPart() throws IOException {
    Path folder = copyOf("qwen2");
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    tensors(folder)
        .forEach((name, tensor) -> tensors.put(name.substring("model.".length()), tensor));
    tensors.put("rotary_emb.inv_freq", Tensor.zeros(2));
    Safetensors.write(folder.resolve(WeightFiles.SINGLE), tensors);
    ModelFolder model = ModelFolder.load(folder);
    assertThat(model.parameters().get("model.norm.weight").data())
        .isEqualTo(Objects.requireNonNull(tensors.get("norm.weight")).data());
  }

  @Test
  void otherFormatsAreNamed() throws IOException {
    Path folder = copyOf("qwen2");
    Files.delete(folder.resolve(WeightFiles.SINGLE));
    for (String[] each :
        new String[][] {
          {"pytorch_model-00001-of-00002.bin", "PyTorch's own format (pytorch_model-00001-of"},
          {"consolidated.00.pth", "PyTorch's own format (consolidated.00.pth)"},
          {"m.gguf", "a folder with a GGUF file and no model.safetensors"},
        }) {
      Path file = Files.writeString(folder.resolve(each[0]), "x");
      assertThatThrownBy(() -> ModelFolder.load(folder))
          .isInstanceOf(InputException.class)
          .hasMessageStartingWith(folder + ": ")
          .hasMessageContaining(each[1]);
      Files.delete(file);
    }
    Files.writeString(
        folder.resolve(WeightFiles.SINGLE),
        "version https://git-lfs.github.com/spec/v1\noid sha256:12\nsize 3\n");
    assertThatThrownBy(() -> ModelFolder.load(folder))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("this is a Git LFS pointer, not the file itself");
  }

  @Test
  void everyWrongShapeNamesItsKeys() throws IOException {
    for (String type : new String[] {"llama", "qwen3"}) {
      Path folder = copyOf(type);
      Map<String, Tensor> good = tensors(folder);
      for (String name : good.keySet()) {
        Map<String, Tensor> tensors = new LinkedHashMap<>(good);
        tensors.put(name, Tensor.zeros(1, 2, 3));
        Safetensors.write(folder.resolve(WeightFiles.SINGLE), tensors);
        int rank = ModelFolder.load(GOLDEN.resolve(type)).parameters().get(name).shape().rank();
        assertThatThrownBy(() -> ModelFolder.load(folder))
            .isInstanceOf(InputException.class)
            .hasMessageContaining(name + ": shape [1, 2, 3], expected [")
            .satisfies(e -> assertThat(e.toString().split(" x ")).hasSize(rank));
      }
    }
  }

  @Test
  void theTokenizerMustFit() throws IOException {
    Path folder = copyOf("qwen2");
    new CharTokenizer("0123456789$ab", '$').save(folder.resolve(Tokenizers.FILE));
    assertThatThrownBy(() -> ModelFolder.load(folder))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("tokenizer.json: the tokenizer has 13 tokens, expected at most");
    Files.writeString(folder.resolve(Tokenizers.FILE), "{\"model\": {\"type\": \"BPE\"}}");
    assertThatThrownBy(() -> ModelFolder.load(folder)).isInstanceOf(InputException.class);
    assertThat(
            ModelFolder.load(folder, LoadOptions.DEFAULT.withoutTokenizer())
                .config()
                .vocabularySize())
        .isEqualTo(11);
  }

  @Test
  void doesNotReplaceWhatIsNoModel() throws IOException {
    ModelFolder model = ModelFolder.load(GOLDEN.resolve("qwen2"));
    Path folder = Files.createDirectories(temporary.resolve("home"));
    model.save(folder); // empty
    Files.writeString(folder.resolve("notes.txt"), "mine");
    assertThatThrownBy(() -> model.save(folder))
        .isInstanceOf(InputException.class)
        .hasMessage(
            "cannot save a model to "
                + folder
                + ", which holds something else (notes.txt); choose a new or empty folder");
    assertThat(folder.resolve("notes.txt")).exists();
    Path file = Files.writeString(temporary.resolve("file"), "x");
    assertThatThrownBy(() -> model.save(file)).isInstanceOf(InputException.class);
    assertThatThrownBy(() -> model.save(file.resolve("below"))).isInstanceOf(InputException.class);
    assertThatThrownBy(() -> ModelFolder.load(temporary.resolve("none")))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("no such folder");
    assertThatThrownBy(() -> ModelFolder.load(temporary))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("no config.json; expected a model folder or a GGUF file");
  }

  private Path copyOf(String type) throws IOException {
    Path folder = Files.createDirectories(temporary.resolve("copy-" + type));
    for (String file : new String[] {"config.json", WeightFiles.SINGLE}) {
      Files.copy(GOLDEN.resolve(type).resolve(file), folder.resolve(file));
    }
    return folder;
  }

  private static Map<String, Tensor> tensors(Path folder) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    try (WeightFiles files = WeightFiles.open(folder)) {
      files.names().forEach(name -> tensors.put(name, files.read(name)));
    }
    return tensors;
  }

  @Test
  void largeWeightsAreCutUpBetweenTensorsAndReplacedAsAWhole() throws IOException {
    ModelConfig config =
        new ModelConfig(
            "llama",
            16,
            8,
            16,
            2,
            2,
            1,
            4,
            32,
            1e4,
            new RopeScaling.None(),
            1e-6f,
            false,
            false,
            false,
            false,
            null);
    Model model = Model.random(config, 1);
    Path saved = temporary.resolve("sharded");
    new ModelFolder(config, model.parameters(), null).save(saved, StoredType.BF16, 600);
    try (Stream<Path> files = Files.list(saved)) {
      assertThat(files.filter(file -> file.toString().endsWith(".safetensors")))
          .hasSizeGreaterThan(2)
          .allMatch(file -> file.getFileName().toString().startsWith("model-0000"));
    }
    ModelFolder loaded = ModelFolder.load(saved);
    model
        .parameters()
        .tensors()
        .forEach((name, tensor) -> {
          float[] found = loaded.parameters().get(name).data();
          for (int i = 0; i < found.length; i++) {
            assertThat(found[i]).isCloseTo(tensor.data()[i], withinPercentage(0.4));
          }
        });
    loaded.save(saved);
    assertThat(saved.resolve("model.safetensors")).exists();
    assertThat(saved.resolve("model.safetensors.index.json")).doesNotExist();
  }
}
