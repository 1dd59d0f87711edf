package io.jackpot.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** E4M3 and bfloat16 against PyTorch, see {@code bench/peers/golden_float8.py}. */
class Float8Test {

  private static ByteBuffer golden(String name) throws IOException {
    try (InputStream in = Float8Test.class.getResourceAsStream("/golden/" + name)) {
      return ByteBuffer.wrap(Objects.requireNonNull(in, name).readAllBytes())
          .order(ByteOrder.LITTLE_ENDIAN);
    }
  }

  @Test
  void everyCodeIsItsNumber() throws IOException {
    ByteBuffer numbers = golden("float8-codes.bin");
    for (int code = 0; code < 256; code++) {
      float expected = numbers.getFloat();
      float found = Float8.toFloat((byte) code);
      if (Float.isNaN(expected)) {
        assertThat(found).as("code %02x", code).isNaN();
      } else {
        assertThat(found).as("code %02x", code).isEqualTo(expected);
        assertThat(Float8.of(expected)).as("%s", expected).isEqualTo((byte) code);
      }
    }
  }

  /** Ties, subnormals and random numbers; in records of float32, E4M3 and bfloat16. */
  @Test
  void roundingIsThatOfPyTorch() throws IOException {
    ByteBuffer cases = golden("float8-rounding.bin");
    assertThat(cases.remaining() / 7).isGreaterThan(2000);
    while (cases.hasRemaining()) {
      float x = cases.getFloat();
      byte code = cases.get();
      short half = cases.getShort();
      assertThat(Float8.of(x)).as("%s", x).isEqualTo(code);
      assertThat(PackedMatrix.BFloat16.of(x)).as("%s", x).isEqualTo(half);
      assertThat(PackedMatrix.BFloat16.toFloat(half)).isEqualTo(Float.intBitsToFloat(half << 16));
    }
  }

  @Test
  void whatIsTooLargeSaturates() {
    for (float x : new float[] {448, 449, 464, 465, 1e30f, Float.POSITIVE_INFINITY}) {
      assertThat(Float8.toFloat(Float8.of(x))).isEqualTo(448);
      assertThat(Float8.toFloat(Float8.of(-x))).isEqualTo(-448);
    }
    assertThat(Float8.toFloat(Float8.of(Float.NaN))).isNaN();
    assertThat(
            PackedMatrix.BFloat16.toFloat(
                PackedMatrix.BFloat16.of(Float.intBitsToFloat(0x7F800001))))
        .isNaN();
  }

  @Test
  void vectorsOfCodesAreTheirNumbers() {
    assumeThat(OpsLookup.refusal()).isEmpty();
    byte[] codes = new byte[256 + VectorCodes.SLACK];
    for (int i = 0; i < 256; i++) {
      codes[i] = (byte) i;
    }
    float[] numbers = new float[256];
    VectorCodes.float8(codes, 0, 256, numbers, 0);
    for (int i = 0; i < 256; i++) {
      if ((i & 0x7F) != 0x7F) {
        assertThat(numbers[i]).isEqualTo(Float8.toFloat((byte) i));
      }
    }
    VectorCodes.int8(codes, 0, 256, numbers, 0);
    for (int i = 0; i < 256; i++) {
      assertThat(numbers[i]).isEqualTo((byte) i);
    }
  }
}
