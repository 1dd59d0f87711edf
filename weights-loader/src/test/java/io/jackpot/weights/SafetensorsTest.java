package io.jackpot.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jackpot.input.InputException;
import io.jackpot.tensor.Shape;
import io.jackpot.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

class SafetensorsTest {
  private static final Path GOLDEN = Path.of("src/test/resources/golden");

  @TempDir Path folder;

  @Test
  void readsWhatPythonWroteBitForBit() {
    JsonNode expected = Json.read(GOLDEN.resolve("dtypes/expected.json"));
    try (Safetensors file = Safetensors.open(GOLDEN.resolve("dtypes/model.safetensors"))) {
      assertThat(file.names())
          .containsExactlyInAnyOrder("f32", "f16", "bf16", "scalar", "empty", "i64");
      for (Map.Entry<String, JsonNode> each : expected.properties()) {
        assertSame(file.read(each.getKey()), each.getValue());
      }
    }
  }

  @Test
  void readsShards() {
    JsonNode expected = Json.read(GOLDEN.resolve("dtypes/expected.json"));
    try (WeightFiles files = WeightFiles.open(GOLDEN.resolve("sharded"))) {
      assertThat(files.names()).containsExactlyInAnyOrder("f32", "bf16", "scalar");
      for (String name : files.names()) {
        assertSame(files.read(name), expected.path(name));
      }
      assertThatThrownBy(() -> files.read("f16"))
          .isInstanceOf(InputException.class)
          .hasMessageContaining("sharded: no tensor f16");
    }
  }

  private static void assertSame(Tensor tensor, JsonNode expected) {
    JsonNode bits = expected.path("bits");
    assertThat(tensor.shape().toString())
        .isEqualTo(expected.path("shape").toString().replace(",", ", "));
    assertThat(tensor.size()).isEqualTo(bits.size());
    for (int i = 0; i < bits.size(); i++) {
      int found = Float.floatToRawIntBits(tensor.data()[i]);
      assertThat(String.format("%08x", found)).isEqualTo(bits.path(i).stringValue());
    }
  }

  @Test
  void anotherDtypeIsAnErrorOnlyWhenAskedFor() {
    try (Safetensors file = Safetensors.open(GOLDEN.resolve("dtypes/model.safetensors"))) {
      assertThat(file.shape("i64")).isEqualTo(Shape.of(5));
      assertThatThrownBy(() -> file.read("i64"))
          .isInstanceOf(InputException.class)
          .hasMessageContaining("tensor i64: dtype I64, expected F32, F16 or BF16");
      assertThatThrownBy(() -> file.read("none"))
          .isInstanceOf(InputException.class)
          .hasMessageContaining("no tensor none");
    }
  }

  @Test
  void roundTripKeepsEveryBit() {
    float[] values = new float[40_000];
    Random random = new Random(1);
    for (int i = 0; i < values.length; i++) {
      values[i] = Float.intBitsToFloat(random.nextInt());
    }
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    tensors.put("b", Tensor.of(values, 200, 200));
    tensors.put("a", Tensor.of(new float[] {1, 2, 3, 9}, 3)); // a longer buffer than the shape
    tensors.put("\"ü\n", Tensor.zeros(0, 4));
    Path file = folder.resolve("new/model.safetensors");
    Safetensors.write(file, tensors);
    try (Safetensors read = Safetensors.open(file)) {
      assertThat(read.names()).containsExactly("b", "a", "\"ü\n");
      float[] found = read.read("b").data();
      assertThat(found).hasSameSizeAs(values);
      for (int i = 0; i < values.length; i++) {
        assertThat(Float.floatToRawIntBits(found[i])).isEqualTo(Float.floatToRawIntBits(values[i]));
      }
      assertThat(read.read("a").data()).containsExactly(1, 2, 3);
      assertThat(read.read("\"ü\n").shape()).isEqualTo(Shape.of(0, 4));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}                   |ok",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}} x                |invalid",
        "{\"a\":1}                                                                         |dtype",
        "[]                                                                                |start",
        "x{}                                                                               |start",
        "{}                                                                                |end at",
        "{\"a\":{\"dtype\":\"F31\",\"shape\":[2],\"data_offsets\":[0,8]}}                  |F31",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[-2],\"data_offsets\":[0,8]}}                 |[-2]",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2.0],\"data_offsets\":[0,8]}}                |[2.0]",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":2,\"data_offsets\":[0,8]}}                    |shape 2",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,8]}}                  |12",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,12]}}                 |within 8",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,0]}}                  |[8,0]",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[-8,0]}}                 |[-8,0]",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}                  |hole",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}                  |end at",
        "{\"a\":{\"dtype\":\"F4\",\"shape\":[15],\"data_offsets\":[0,8]}}                  |F4",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2147483647,2147483647,2147483647],\"data_offsets\":[0,8]}}|2^63",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[99999999999999999999],\"data_offsets\":[0,8]}}|sizes up",
        "{\"__metadata__\":{\"x\":1}}                                                      |strings",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},\"a\":1}          |uplicate",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}|overlap",
      })
  void checksTheHeader(String header, String problem) throws IOException {
    byte[] bytes = header.getBytes(StandardCharsets.UTF_8);
    if (problem.equals("ok")) { // the control: closed, the first header is right
      open(withHeader((header + "}").getBytes(StandardCharsets.UTF_8), 8)).close();
      return;
    }
    assertThatThrownBy(() -> open(withHeader(bytes, 8)))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("x.safetensors")
        .hasMessageContaining(problem);
  }

  @Test
  void checksTheLength() {
    for (long length : new long[] {-1, 3, 100_000_001, Long.MAX_VALUE, Long.MIN_VALUE}) {
      byte[] bytes = ByteBuffer.allocate(10).order(ByteOrder.LITTLE_ENDIAN).putLong(length).array();
      assertThatThrownBy(() -> open(bytes))
          .isInstanceOf(InputException.class)
          .hasMessageContaining("header length " + length);
    }
    assertThatThrownBy(() -> open(new byte[7])).hasMessageContaining("found 7 bytes");
    assertThatThrownBy(() -> open(new byte[0])).hasMessageContaining("found 0 bytes");
    assertThatThrownBy(() -> Safetensors.open(folder)).isInstanceOf(InputException.class);
    assertThatThrownBy(() -> Safetensors.open(folder.resolve("none")))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("none: cannot read: no such file");
  }

  @Test
  void aMutatedFileIsReadOrRefused() throws IOException {
    byte[] good = Files.readAllBytes(GOLDEN.resolve("dtypes/model.safetensors"));
    int header = (int) ByteBuffer.wrap(good).order(ByteOrder.LITTLE_ENDIAN).getLong();
    for (int length = 0; length < good.length; length++) {
      byte[] cut = Arrays.copyOf(good, length);
      assertThatThrownBy(() -> open(cut)).isInstanceOf(InputException.class);
    }
    Random random = new Random(2);
    int refused = 0;
    for (int i = 0; i < 3000; i++) {
      byte[] mutated = good.clone();
      for (int flips = 1 + random.nextInt(3); flips > 0; flips--) {
        mutated[random.nextInt(header + 8)] = (byte) random.nextInt(256);
      }
      try (Safetensors file = open(mutated)) {
        for (String name : file.names()) {
          file.read(name);
        }
      } catch (InputException e) {
        assertThat(e.getMessage()).doesNotContain("\n").hasSizeLessThan(500);
        refused++;
      }
    }
    assertThat(refused).isGreaterThan(1500);
  }

  @Test
  void aFailedWriteLeavesTheOldFile() throws IOException {
    Path file = folder.resolve("x.safetensors");
    Files.writeString(file, "old");
    assertThatThrownBy(() ->
            AtomicFiles.writeAtomically(
                file,
                out -> {
                  out.write(new byte[100]);
                  throw new IOException("No space left on device");
                }))
        .isInstanceOf(InputException.class)
        .hasMessage(file + ": cannot write: No space left on device");
    assertThat(file).hasContent("old");
    try (var files = Files.list(folder)) {
      assertThat(files).hasSize(1);
    }
  }

  @Test
  void anIndexMustNotLie() throws IOException {
    Files.copy(
        GOLDEN.resolve("sharded/model-00001-of-00002.safetensors"),
        folder.resolve("a.safetensors"));
    for (String map :
        new String[] {
          "{\"f32\": \"../a.safetensors\"}",
          "{\"bf16\": \"a.safetensors\"}",
          "{\"f32\": \"b.safetensors\"}",
          "{\"f32\": 1}",
          "3"
        }) {
      Files.writeString(folder.resolve(WeightFiles.INDEX), "{\"weight_map\": " + map + "}");
      assertThatThrownBy(() -> WeightFiles.open(folder)).isInstanceOf(InputException.class);
    }
    Files.writeString(
        folder.resolve(WeightFiles.INDEX), "{\"weight_map\": {\"f32\": \"a.safetensors\"}}");
    WeightFiles.open(folder).close();
  }

  private static byte[] withHeader(byte[] header, int data) {
    return ByteBuffer.allocate(8 + header.length + data)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(header.length)
        .put(header)
        .array();
  }

  private Safetensors open(byte[] bytes) throws IOException {
    Path file = folder.resolve("x.safetensors");
    Files.write(file, bytes);
    return Safetensors.open(file);
  }

  /** Compares with the exact neighbours: ties to even, and NaN stays NaN. */
  @Test
  void halvesAreTheNearestNumbers() {
    float ulp = 0x1p-7f;
    float[] values = {
      1 + ulp / 2,
      1 + 3 * ulp / 2,
      1 + 0.51f * ulp,
      -0f,
      1e-40f,
      Float.MAX_VALUE,
      Float.NEGATIVE_INFINITY,
      Float.intBitsToFloat(0x7F800001)
    };
    Path bf16 = folder.resolve("bf16.safetensors");
    Safetensors.write(bf16, Map.of("x", Tensor.of(values, 8)), StoredType.BF16);
    assertThat(read(bf16))
        .containsExactly(
            1,
            1 + 2 * ulp,
            1 + ulp,
            -0f,
            0x1p-133f,
            Float.POSITIVE_INFINITY,
            Float.NEGATIVE_INFINITY,
            Float.NaN);
    Path f16 = folder.resolve("f16.safetensors");
    float[] halves = {1 + 0x1p-11f, 1 + 3 * 0x1p-11f, 65504, 65520, -0x1p-24f, 0x1p-26f, 0, 3};
    Safetensors.write(f16, Map.of("x", Tensor.of(halves, 8)), StoredType.F16);
    assertThat(read(f16))
        .containsExactly(1, 1 + 0x1p-9f, 65504, Float.POSITIVE_INFINITY, -0x1p-24f, 0, 0, 3);
  }

  private static float[] read(Path file) {
    try (Safetensors opened = Safetensors.open(file)) {
      return opened.read("x").data();
    }
  }
}
