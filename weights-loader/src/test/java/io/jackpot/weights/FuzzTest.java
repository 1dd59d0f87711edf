package io.jackpot.weights;

import io.jackpot.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Weight files with damage of every kind; see {@link Mutations}. */
class FuzzTest {
  @TempDir Path folder;

  @Test
  void safetensors() throws IOException, InterruptedException {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    tensors.put("model.embed_tokens.weight", Tensor.zeros(8, 4));
    tensors.put("model.layers.0.input_layernorm.weight", Tensor.zeros(4));
    tensors.put("scalar", Tensor.zeros(1));
    Path file = folder.resolve("model.safetensors");
    Safetensors.write(file, tensors, StoredType.BF16);
    Mutations.run(Files.readAllBytes(file), file, FuzzTest::readAll);
  }

  @Test
  void gguf() throws IOException, InterruptedException {
    byte[] good = Files.readAllBytes(Path.of("src/test/resources/golden/gguf/blocks.gguf"));
    Mutations.run(good, folder.resolve("model.gguf"), FuzzTest::decodeAll);
  }

  @Test
  void ggufModel() throws IOException, InterruptedException {
    byte[] good = Files.readAllBytes(Path.of("src/test/resources/golden/gguf-model/model.gguf"));
    Mutations.run(good, folder.resolve("model.gguf"), ModelFolder::load);
  }

  @Test
  void configOfAModel() throws IOException, InterruptedException {
    Path model = Path.of("src/test/resources/golden/gguf-model/folder");
    Path weights = model.resolve(WeightFiles.SINGLE);
    Files.copy(weights, folder.resolve(WeightFiles.SINGLE));
    byte[] good = Files.readAllBytes(model.resolve("config.json"));
    Mutations.run(good, folder.resolve("config.json"), _ -> ModelFolder.load(folder));
  }

  private static void decodeAll(Path file) {
    try (Gguf gguf = Gguf.open(file)) {
      for (String name : gguf.names()) {
        StoredTensor tensor = gguf.stored(name);
        tensor.decode(new float[(int) tensor.shape().size()]);
      }
    }
  }

  private static void readAll(Path file) {
    try (Safetensors safetensors = Safetensors.open(file)) {
      safetensors.names().forEach(safetensors::read);
    }
  }
}
