package io.jackpot.weights;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jackpot.input.InputException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

class GgufTest {
  private static final Path GOLDEN = Path.of("src/test/resources/golden/gguf");
  private static final Path BLOCKS = GOLDEN.resolve("blocks.gguf");

  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource(Encoding.class)
  void decodesAsTheReferenceDoes(Encoding encoding) {
    JsonNode expected = Json.read(GOLDEN.resolve("blocks.json")).path(encoding.name());
    try (Gguf gguf = Gguf.open(BLOCKS)) {
      StoredTensor tensor = gguf.stored(encoding.name());
      assertThat(tensor.encoding()).isEqualTo(encoding);
      assertThat(tensor.shape().dim(0)).isEqualTo(2);
      assertThat(tensor.shape().dim(1)).isEqualTo(expected.path("shape").path(1).intValue());
      float[] values = new float[(int) tensor.shape().size()];
      tensor.decode(values);
      byte[] bits = new byte[4 * values.length];
      for (int i = 0; i < values.length; i++) {
        ByteBuffer.wrap(bits).putInt(4 * i, Float.floatToIntBits(values[i]));
      }
      assertThat(HexFormat.of().formatHex(bits)).isEqualTo(expected.path("bits").stringValue());

      // Decoding from the second row on gives the same values.
      float[] part = new float[values.length];
      tensor.decode(1, 2, part);
      Arrays.fill(values, 0, values.length / 2, 0);
      assertThat(part).isEqualTo(values);
    }
  }

  @Test
  void metadataOfEveryType() {
    try (Gguf gguf = Gguf.open(BLOCKS)) {
      assertThat(gguf.metadata())
          .containsEntry("general.architecture", "llama")
          .containsEntry("general.alignment", 64L)
          .containsEntry("a.u8", 255L)
          .containsEntry("a.i8", -128L)
          .containsEntry("a.u16", 65_535L)
          .containsEntry("a.i16", -32_768L)
          .containsEntry("a.u32", 4_294_967_295L)
          .containsEntry("a.i32", -2_147_483_648L)
          .containsEntry("a.u64", Long.MAX_VALUE)
          .containsEntry("a.i64", Long.MIN_VALUE)
          .containsEntry("a.f32", (double) 1e-6f)
          .containsEntry("a.f64", 1e-6)
          .containsEntry("a.true", true)
          .containsEntry("a.false", false)
          .containsEntry("a.text", "ünï 😀\n")
          .containsEntry("a.texts", new String[] {"", "a", "▁the", "😀"})
          .containsEntry("a.ints", new int[] {1, -2, 3})
          .containsEntry("a.floats", new float[] {0.5f, -1.25f})
          .containsEntry("a.bools", new boolean[] {true, false})
          .containsEntry("a.u8s", new int[] {1, 255})
          .containsEntry("a.u32s", new long[] {1, 4_294_967_295L});
    }
  }

  @Test
  void wrongFilesAreNamed() throws IOException {
    byte[] good = Files.readAllBytes(BLOCKS);
    refused(new byte[0], "does not start as a GGUF file does");
    refused("GGML, an older format of the same".getBytes(UTF_8), "does not start as a GGUF file");
    refused(
        "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n".getBytes(UTF_8),
        "this is a Git LFS pointer, not the file itself; fetch it with git lfs pull");
    refused(with(good, 4, 4, 0x0300_0000), "a big-endian GGUF file, expected a little-endian one");
    refused(with(good, 4, 4, 1), "GGUF version 1, expected 2 or 3; convert the model again");
    refused(with(good, 8, 8, -1), "tensor count 18446744073709551615, expected at most");
    refused(with(good, 8, 8, 1L << 40), "tensor count 1099511627776, expected at most");
    refused(with(good, 16, 8, 1L << 40), "count of settings 1099511627776, expected at most");
    refused(with(good, 24, 8, 1L << 40), "the name of a setting: length 1099511627776");
    refused(Arrays.copyOf(good, good.length - 64), "lies outside of the file");
    refused(Arrays.copyOf(good, 1500), "not a whole one, get it again");
    assertThatThrownBy(() -> Gguf.open(folder))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("a folder, expected a file");
    assertThatThrownBy(() -> Gguf.open(folder.resolve("none.gguf")))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("none.gguf: cannot read: no such file");
  }

  @Test
  void wrongTensorsAreNamed() throws IOException {
    byte[] good = Files.readAllBytes(BLOCKS);
    int q = find(good, "Q4_K") + 4; // its rank, its two dimensions, type and offset
    refused(with(good, q, 4, 9), "tensor Q4_K: 9 dimensions, expected up to 4");
    refused(with(good, q + 4, 8, 1L << 40), "tensor Q4_K: a dimension of 1099511627776");
    refused(with(good, q + 12, 8, 1 << 30), "expected at most 2147483639 elements");
    refused(with(good, q + 12, 8, 1 << 20), "tensor Q4_K: 301989888 bytes at");
    refused(
        with(good, q + 4, 8, 100), "rows of 100 elements, expected a multiple of 256 as of Q4_K");
    refused(
        with(good, q + 20, 4, 16), "tensor Q4_K is of type IQ2_XXS, expected one of [F32, F16,");
    refused(with(good, q + 20, 4, 99), "tensor Q4_K is of type number 99, expected one of");
    refused(with(good, q + 24, 8, -64), "lies outside of the file");
    refused(with(good, q + 24, 8, 32), "is not at a multiple of 64");
    refused(with(good, q + 24, 8, 0), "overlaps the tensor before it");
    byte[] twice = good.clone();
    System.arraycopy("Q5_K".getBytes(UTF_8), 0, twice, q - 4, 4);
    refused(twice, "two tensors are named Q5_K");
    System.arraycopy("a.i8".getBytes(UTF_8), 0, twice, find(good, "a.u8"), 4);
    refused(twice, "two settings are named a.i8");
    int alignment = find(good, "general.alignment") + 17 + 4;
    refused(with(good, alignment, 4, 48), "general.alignment: found 48, expected a power of two");
  }

  private void refused(byte[] bytes, String message) throws IOException {
    Path file = Files.write(folder.resolve("m.gguf"), bytes);
    assertThatThrownBy(() -> Gguf.open(file))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith(file + ": ")
        .hasMessageContaining(message)
        .hasMessageNotContaining("\n");
  }

  private static byte[] with(byte[] good, int at, int width, long value) {
    byte[] bytes = good.clone();
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    if (width == 4) {
      buffer.putInt(at, (int) value);
    } else {
      buffer.putLong(at, value);
    }
    return bytes;
  }

  /** The offset of {@code name}, preceded by its length. */
  private static int find(byte[] bytes, String name) {
    String text = new String(bytes, ISO_8859_1);
    int at = text.indexOf((char) name.length() + "\0\0\0\0\0\0\0" + name);
    assertThat(at).isPositive();
    return at + 8;
  }
}
