package io.jackpot.weights;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.jackpot.input.InputException;
import io.jackpot.transformer.ModelConfig;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A model as a GGUF file and as a folder; see bench/peers/gguf_model_golden.py. */
class GgufModelTest {
  private static final Path GOLDEN = Path.of("src/test/resources/golden/gguf-model");
  private static final Path FILE = GOLDEN.resolve("model.gguf");

  @TempDir Path temporary;

  @Test
  void isTheModelOfTheFolder() {
    ModelFolder gguf = ModelFolder.load(FILE);
    ModelFolder folder = ModelFolder.load(GOLDEN.resolve("folder"));
    assertThat(gguf.tokenizer()).isNull();
    assertThat(gguf.parameters().tensors().keySet())
        .isEqualTo(folder.parameters().tensors().keySet());
    folder
        .parameters()
        .tensors()
        .forEach((name, tensor) ->
            assertThat(gguf.parameters().get(name).data()).as(name).isEqualTo(tensor.data()));
    ModelConfig a = gguf.config();
    ModelConfig b = folder.config();
    assertThat(a.ropeScaling().frequencies(4, 1e4))
        .containsExactly(b.ropeScaling().frequencies(4, 1e4), within(1e-6));
    assertThat(a).usingRecursiveComparison().ignoringFields("ropeScaling").isEqualTo(b);
  }

  @Test
  void isSavedAsAFolder() {
    ModelFolder gguf = ModelFolder.load(FILE);
    Path folder = temporary.resolve("saved");
    gguf.save(folder);
    ModelFolder again = ModelFolder.load(folder);
    assertThat(again.config()).isEqualTo(gguf.config());
    assertThat(again.parameters().get("model.layers.0.self_attn.q_proj.weight").data())
        .isEqualTo(gguf.parameters().get("model.layers.0.self_attn.q_proj.weight").data());
  }

  @Test
  void weightsThatAreNotFiniteAreNamed() throws IOException {
    byte[] bytes = Files.readAllBytes(FILE);
    byte[] stored;
    try (Gguf gguf = Gguf.open(FILE)) {
      stored = gguf.stored("blk.0.attn_q.weight").bytes().toArray(ValueLayout.JAVA_BYTE);
    }
    int at = new String(bytes, ISO_8859_1).indexOf(new String(stored, ISO_8859_1));
    assertThat(at).isPositive();
    // The float16 scale of the first block becomes NaN.
    bytes[at] = 0x01;
    bytes[at + 1] = 0x7e;
    Path file = Files.write(temporary.resolve("nan.gguf"), bytes);
    assertThatThrownBy(() -> ModelFolder.load(file))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith(file + ": model.layers.0.self_attn.q_proj.weight[0, 0]: NaN, exp");
  }

  @Test
  void whatDoesNotFitIsNamed() throws IOException {
    refused("general.architecture", "llama", "gemma", "general.architecture: found gemma");
    refused("llama.block_count", "block_count", "block_kount", "llama.block_count: missing");
    refused(
        "blk.0.attn_q.weight", "attn_q", "attn_x", "no tensor for model.layers.0.self_attn.q_proj");
    refused("output_norm.weight", "output_norm", "output_nork", "no tensor for model.norm.weight");
    Path file = Files.writeString(temporary.resolve("model.bin"), "x");
    assertThatThrownBy(() -> ModelFolder.load(file))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("a file, expected a model folder or a GGUF file");
  }

  private void refused(String near, String old, String replaced, String message)
      throws IOException {
    String bytes = Files.readString(FILE, ISO_8859_1);
    int at = bytes.indexOf(old, bytes.indexOf(near));
    assertThat(at).isPositive();
    String changed = bytes.substring(0, at) + replaced + bytes.substring(at + old.length());
    if (replaced.length() != old.length()) {
      // The length is in the eight bytes before.
      changed = bytes.substring(0, at - 8) + (char) replaced.length() + changed.substring(at - 7);
    }
    Path file = Files.writeString(temporary.resolve("m.gguf"), changed, ISO_8859_1);
    assertThatThrownBy(() -> ModelFolder.load(file))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(message)
        .hasMessageNotContaining("\n");
  }
}
