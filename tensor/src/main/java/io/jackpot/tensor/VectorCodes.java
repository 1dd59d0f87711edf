package io.jackpot.tensor;

import static io.jackpot.tensor.VectorMath.LANES;
import static io.jackpot.tensor.VectorMath.SPECIES;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Codes of fewer bits back to float32, exactly. {@code count} is a multiple of the vector's length;
 * up to {@link #SLACK} bytes are read behind the last one.
 */
final class VectorCodes {
  /** Bytes that an array has behind its last code. */
  static final int SLACK = 4;

  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Short> SHORTS =
      VectorSpecies.of(short.class, VectorShape.forBitSize(LANES * Short.SIZE));

  /** As many bytes as a vector has floats, but 8 at least: there is no shorter vector. */
  private static final VectorSpecies<Byte> BYTES =
      VectorSpecies.of(byte.class, VectorShape.forBitSize(Math.max(8, LANES) * Byte.SIZE));

  private VectorCodes() {}

  /** One vector of bfloat16. */
  static FloatVector bfloat16(short[] codes, int at) {
    IntVector bits =
        (IntVector)
            ShortVector.fromArray(SHORTS, codes, at)
                .convertShape(VectorOperators.ZERO_EXTEND_S2I, INTS, 0);
    return bits.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
  }

  static void bfloat16(short[] codes, int at, int count, float[] to) {
    for (int i = 0; i < count; i += LANES) {
      bfloat16(codes, at + i).intoArray(to, i);
    }
  }

  /** One vector of integers. */
  static FloatVector int8(byte[] codes, int at) {
    return (FloatVector)
        ByteVector.fromArray(BYTES, codes, at).convertShape(VectorOperators.B2F, SPECIES, 0);
  }

  /** {@code scales} has one for each of the two vectors that make a row of a panel. */
  static void int8(byte[] codes, int at, int count, float[] scales, int scaleAt, float[] to) {
    FloatVector left = FloatVector.fromArray(SPECIES, scales, scaleAt);
    FloatVector right = FloatVector.fromArray(SPECIES, scales, scaleAt + LANES);
    for (int i = 0; i < count; i += 2 * LANES) {
      int8(codes, at + i).mul(left).intoArray(to, i);
      int8(codes, at + i + LANES).mul(right).intoArray(to, i + LANES);
    }
  }

  static void int8(byte[] codes, int at, int count, float[] to, int toAt) {
    for (int i = 0; i < count; i += LANES) {
      int8(codes, at + i).intoArray(to, toAt + i);
    }
  }

  /**
   * {@link Float8} but for its NaNs: the bits at their place in a float32, whose exponent is then
   * too small by the difference of the biases.
   */
  static void float8(byte[] codes, int at, int count, float[] to, int toAt) {
    for (int i = 0; i < count; i += LANES) {
      IntVector code =
          (IntVector)
              ByteVector.fromArray(BYTES, codes, at + i).convertShape(VectorOperators.B2I, INTS, 0);
      IntVector sign = code.and(0x80).lanewise(VectorOperators.LSHL, 24);
      IntVector magnitude = code.and(0x7F).lanewise(VectorOperators.LSHL, 20);
      sign.or(magnitude).reinterpretAsFloats().mul(0x1p120f).intoArray(to, toAt + i);
    }
  }
}
