package io.jackpot.weights;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The encoding of a tensor's elements in a file: plain numbers, or blocks of {@link #elements()}
 * elements in {@link #bytes()} bytes each, all little endian. Type numbers and block layouts are
 * those of ggml (enum ggml_type and the structs of ggml-common.h); values are computed with the
 * same float32 operations as in the Python library gguf, so that they are bit-identical.
 */
public enum Encoding {
  F32(0, 1, 4),
  F16(1, 1, 2),
  Q4_0(2, 32, 18),
  Q4_1(3, 32, 20),
  Q5_0(6, 32, 22),
  Q5_1(7, 32, 24),
  Q8_0(8, 32, 34),
  Q2_K(10, 256, 84),
  Q3_K(11, 256, 110),
  Q4_K(12, 256, 144),
  Q5_K(13, 256, 176),
  Q6_K(14, 256, 210),
  BF16(30, 1, 2);

  /** The names of ggml's types, by number. */
  private static final List<String> NAMES =
      List.of(
          "F32",
          "F16",
          "Q4_0",
          "Q4_1",
          "Q4_2",
          "Q4_3",
          "Q5_0",
          "Q5_1",
          "Q8_0",
          "Q8_1",
          "Q2_K",
          "Q3_K",
          "Q4_K",
          "Q5_K",
          "Q6_K",
          "Q8_K",
          "IQ2_XXS",
          "IQ2_XS",
          "IQ3_XXS",
          "IQ1_S",
          "IQ4_NL",
          "IQ3_S",
          "IQ2_S",
          "IQ4_XS",
          "I8",
          "I16",
          "I32",
          "I64",
          "F64",
          "IQ1_M",
          "BF16",
          "Q4_0_4_4",
          "Q4_0_4_8",
          "Q4_0_8_8",
          "TQ1_0",
          "TQ2_0",
          "IQ4_NL_4_4",
          "IQ4_NL_4_8",
          "IQ4_NL_8_8",
          "MXFP4",
          "NVFP4",
          "Q1_0");

  /** Elements that are decoded from one copied chunk; a multiple of every block. */
  private static final int CHUNK = 1 << 14;

  private static final ValueLayout.OfFloat FLOATS =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfShort SHORTS =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle SHORT =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private final int number;
  private final int elements;
  private final int bytes;

  Encoding(int number, int elements, int bytes) {
    this.number = number;
    this.elements = elements;
    this.bytes = bytes;
  }

  /** Elements of a block. */
  public int elements() {
    return elements;
  }

  /** Bytes of a block. */
  public int bytes() {
    return bytes;
  }

  /** The encoding with a number of GGUF files; null if it is not supported. */
  static @Nullable Encoding of(int number) {
    return Arrays.stream(values()).filter(each -> each.number == number).findAny().orElse(null);
  }

  /** ggml's name of type {@code number}. */
  static String name(int number) {
    return number >= 0 && number < NAMES.size() ? NAMES.get(number) : "number " + number;
  }

  /**
   * Decodes {@code count} elements, a whole number of blocks.
   *
   * @param from the block with the first of them, in bytes from the start of {@code in}
   * @param out receives the values from {@code out[to]} on
   */
  void decode(MemorySegment in, long from, int count, float[] out, int to) {
    switch (this) {
      case F32 -> MemorySegment.copy(in, FLOATS, from, out, to, count);
      case F16, BF16 -> {
        short[] bits = new short[Math.min(count, CHUNK)];
        for (int done = 0; done < count; done += bits.length) {
          int length = Math.min(bits.length, count - done);
          MemorySegment.copy(in, SHORTS, from + 2L * done, bits, 0, length);
          widen(bits, length, out, to + done);
        }
      }
      default -> {
        byte[] chunk = new byte[Math.min(count, CHUNK) / elements * bytes];
        int perChunk = chunk.length / bytes * elements;
        for (int done = 0; done < count; done += perChunk) {
          int blocks = Math.min(perChunk, count - done) / elements;
          long at = from + (long) done / elements * bytes;
          MemorySegment.copy(in, ValueLayout.JAVA_BYTE, at, chunk, 0, blocks * bytes);
          for (int block = 0; block < blocks; block++) {
            decodeBlock(chunk, block * bytes, out, to + done + block * elements);
          }
        }
      }
    }
  }

  private void widen(short[] bits, int length, float[] out, int to) {
    if (this == F16) {
      for (int i = 0; i < length; i++) {
        out[to + i] = Float.float16ToFloat(bits[i]);
      }
    } else {
      for (int i = 0; i < length; i++) {
        out[to + i] = Float.intBitsToFloat(bits[i] << 16);
      }
    }
  }

  private void decodeBlock(byte[] in, int at, float[] out, int first) {
    switch (this) {
      case Q8_0 -> {
        float d = half(in, at);
        for (int i = 0; i < 32; i++) {
          out[first + i] = in[at + 2 + i] * d;
        }
      }
      case Q4_0 -> {
        float d = half(in, at);
        for (int i = 0; i < 16; i++) {
          int q = in[at + 2 + i];
          out[first + i] = d * ((q & 15) - 8);
          out[first + 16 + i] = d * ((q >> 4 & 15) - 8);
        }
      }
      case Q4_1 -> {
        float d = half(in, at);
        float m = half(in, at + 2);
        for (int i = 0; i < 16; i++) {
          int q = in[at + 4 + i];
          out[first + i] = d * (q & 15) + m;
          out[first + 16 + i] = d * (q >> 4 & 15) + m;
        }
      }
      case Q5_0 -> {
        float d = half(in, at);
        int high = (int) INT.get(in, at + 2);
        for (int i = 0; i < 16; i++) {
          int q = in[at + 6 + i];
          out[first + i] = d * ((q & 15 | (high >> i & 1) << 4) - 16);
          out[first + 16 + i] = d * ((q >> 4 & 15 | (high >> i + 16 & 1) << 4) - 16);
        }
      }
      case Q5_1 -> {
        float d = half(in, at);
        float m = half(in, at + 2);
        int high = (int) INT.get(in, at + 4);
        for (int i = 0; i < 16; i++) {
          int q = in[at + 8 + i];
          out[first + i] = d * (q & 15 | (high >> i & 1) << 4) + m;
          out[first + 16 + i] = d * (q >> 4 & 15 | (high >> i + 16 & 1) << 4) + m;
        }
      }
      case Q2_K -> q2(in, at, out, first);
      case Q3_K -> q3(in, at, out, first);
      case Q4_K -> q45(in, at, false, out, first);
      case Q5_K -> q45(in, at, true, out, first);
      case Q6_K -> q6(in, at, out, first);
      case F32, F16, BF16 -> throw new IllegalStateException(this + " has no blocks");
    }
  }

  /** 16 scales and minimums of four bits, 64 bytes of two-bit values, d, dmin. */
  private static void q2(byte[] in, int at, float[] out, int first) {
    float d = half(in, at + 80);
    float dMin = half(in, at + 82);
    for (int i = 0; i < 256; i++) {
      int scale = in[at + i / 16];
      int q = in[at + 16 + i / 128 * 32 + i % 32] >> i % 128 / 32 * 2 & 3;
      out[first + i] = d * (scale & 15) * q - dMin * (scale >> 4 & 15);
    }
  }

  /** 32 bytes of high bits, 64 of two-bit values, 16 scales of six bits in 12 bytes, d. */
  private static void q3(byte[] in, int at, float[] out, int first) {
    float d = half(in, at + 108);
    for (int i = 0; i < 256; i++) {
      int group = i / 16;
      int low = in[at + 96 + group % 8] >> group / 8 * 4 & 15;
      int high = in[at + 104 + group % 4] >> group / 4 * 2 & 3;
      float scale = d * ((low | high << 4) - 32);
      int q = in[at + 32 + i / 128 * 32 + i % 32] >> i % 128 / 32 * 2 & 3;
      int above = in[at + i % 32] >> i / 32 & 1; // where the bit is 0, 4 is subtracted
      out[first + i] = scale * (q - (1 - above) * 4);
    }
  }

  /**
   * d, dmin, 8 scales and minimums of six bits in 12 bytes, 32 bytes of fifth bits where there are
   * any, 128 bytes of four-bit values.
   */
  private static void q45(byte[] in, int at, boolean fifthBits, float[] out, int first) {
    float d = half(in, at);
    float dMin = half(in, at + 2);
    int values = at + (fifthBits ? 48 : 16);
    for (int group = 0; group < 8; group++) {
      float scale = d * scale(in, at + 4, group);
      float min = dMin * minimum(in, at + 4, group);
      int from = values + group / 2 * 32;
      int shift = group % 2 * 4;
      for (int i = 0; i < 32; i++) {
        int fifth = fifthBits ? (in[at + 16 + i] >> group & 1) << 4 : 0;
        out[first + group * 32 + i] = scale * (in[from + i] >> shift & 15 | fifth) - min;
      }
    }
  }

  /** 128 bytes of low four bits, 64 of high two bits, 16 scales of eight bits, d. */
  private static void q6(byte[] in, int at, float[] out, int first) {
    float d = half(in, at + 208);
    for (int group = 0; group < 16; group++) {
      float scale = d * in[at + 192 + group];
      int start = group * 16;
      int low = at + start / 128 * 64 + start % 64;
      int lowShift = start % 128 / 64 * 4;
      int high = at + 128 + start / 128 * 32 + start % 32;
      int highShift = start % 128 / 32 * 2;
      for (int i = 0; i < 16; i++) {
        int q = in[low + i] >> lowShift & 15 | (in[high + i] >> highShift & 3) << 4;
        out[first + start + i] = scale * (q - 32);
      }
    }
  }

  /** Six bits: in one byte for the first four groups, from two bytes for the others. */
  private static int scale(byte[] in, int at, int group) {
    return group < 4
        ? in[at + group] & 63
        : in[at + group + 4] & 15 | (in[at + group - 4] >> 6 & 3) << 4;
  }

  private static int minimum(byte[] in, int at, int group) {
    return group < 4
        ? in[at + group + 4] & 63
        : in[at + group + 4] >> 4 & 15 | (in[at + group] >> 6 & 3) << 4;
  }

  private static float half(byte[] in, int at) {
    return Float.float16ToFloat((short) SHORT.get(in, at));
  }
}
