package io.jackpot.weights;

import io.jackpot.input.InputException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;

/** Reads the header of a GGUF file field by field, with bounds checks. */
final class GgufReader {
  static final String DAMAGED = "; this is not a GGUF file or not a whole one, get it again";

  private static final int MAGIC = 0x46554747;
  private static final int DEEPEST_ARRAY = 4;
  private static final int MOST_ELEMENTS = Integer.MAX_VALUE - 8;
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfDouble DOUBLE =
      ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final int UINT8 = 0;
  private static final int INT8 = 1;
  private static final int UINT16 = 2;
  private static final int INT16 = 3;
  private static final int UINT32 = 4;
  private static final int INT32 = 5;
  private static final int FLOAT32 = 6;
  private static final int BOOL = 7;
  private static final int STRING = 8;
  private static final int ARRAY = 9;
  private static final int UINT64 = 10;
  private static final int INT64 = 11;
  private static final int FLOAT64 = 12;

  /** Minimum size of a value of each type, in bytes. */
  private static final int[] BYTES = {1, 1, 2, 2, 4, 4, 4, 1, 8, 12, 8, 8, 8};

  private final Path file;
  private final MemorySegment content;
  private long position;

  GgufReader(Path file, MemorySegment content) {
    this.file = file;
    this.content = content;
  }

  Path file() {
    return file;
  }

  /** In bytes from the start of the file. */
  long position() {
    return position;
  }

  /** Reads magic number and version. */
  void header() {
    if (content.byteSize() < 24 || content.get(INT, 0) != MAGIC) {
      throw bad("does not start as a GGUF file does");
    }
    int version = content.get(INT, 4);
    if (version != 0 && (version & 0xFFFF) == 0) {
      throw MappedFile.bad(
          file, "a big-endian GGUF file, expected a little-endian one; gguf-convert-endian has it");
    }
    if (version != 2 && version != 3) {
      throw MappedFile.bad(
          file,
          "GGUF version %s, expected 2 or 3; convert the model again"
              .formatted(Integer.toUnsignedString(version)));
    }
    position = 8;
  }

  /**
   * Reads a count of items of at least {@code bytes} bytes each and checks that the file has room
   * for them.
   */
  long count(String what, long bytes) {
    long count = int64();
    long most = (content.byteSize() - position) / bytes;
    if (count < 0 || count > most) {
      throw bad(what + " " + Long.toUnsignedString(count) + ", expected at most " + most);
    }
    return count;
  }

  Map<String, Object> metadata(long count) {
    Map<String, Object> metadata = new LinkedHashMap<>();
    for (long i = 0; i < count; i++) {
      String key = string("the name of a setting");
      int type = type(key);
      Object value = type == ARRAY ? array(key, 1) : scalar(key, type);
      if (metadata.put(key, value) != null) {
        throw bad("two settings are named " + key);
      }
    }
    return metadata;
  }

  private int type(String key) {
    int type = int32();
    if (type < 0 || type >= BYTES.length) {
      throw bad(key + ": a value of type " + type + ", expected 0 to " + (BYTES.length - 1));
    }
    return type;
  }

  private Object scalar(String key, int type) {
    return switch (type) {
      case UINT8 -> (long) (int8() & 0xFF);
      case INT8 -> (long) int8();
      case UINT16 -> (long) (int16() & 0xFFFF);
      case INT16 -> (long) int16();
      case UINT32 -> unsigned32();
      case INT32 -> (long) int32();
      case FLOAT32 -> (double) content.get(FLOAT, take(4));
      case BOOL -> int8() != 0;
      case STRING -> string(key);
      case UINT64, INT64 -> int64();
      case FLOAT64 -> content.get(DOUBLE, take(8));
      default -> throw new IllegalStateException("type " + type);
    };
  }

  private Object array(String key, int depth) {
    int type = type(key);
    long claimed = count(key + ": length", BYTES[type]);
    if (claimed > MOST_ELEMENTS) {
      throw bad(key + ": " + claimed + " elements, expected at most " + MOST_ELEMENTS);
    }
    int length = (int) claimed;
    return switch (type) {
      case UINT8 -> ints(length, () -> int8() & 0xFF);
      case INT8 -> ints(length, this::int8);
      case UINT16 -> ints(length, () -> int16() & 0xFFFF);
      case INT16 -> ints(length, this::int16);
      case INT32 -> ints(length, this::int32);
      case UINT32 -> longs(length, this::unsigned32);
      case UINT64, INT64 -> longs(length, this::int64);
      case FLOAT32 -> {
        float[] values = new float[length];
        MemorySegment.copy(content, FLOAT, take(4L * length), values, 0, length);
        yield values;
      }
      case FLOAT64 -> {
        double[] values = new double[length];
        MemorySegment.copy(content, DOUBLE, take(8L * length), values, 0, length);
        yield values;
      }
      case BOOL -> {
        boolean[] values = new boolean[length];
        for (int i = 0; i < length; i++) {
          values[i] = int8() != 0;
        }
        yield values;
      }
      case STRING -> {
        String[] values = new String[length];
        for (int i = 0; i < length; i++) {
          values[i] = string(key);
        }
        yield values;
      }
      default -> {
        if (depth == DEEPEST_ARRAY) {
          throw bad(key + ": arrays in arrays, more than " + DEEPEST_ARRAY + " deep");
        }
        Object[] values = new Object[length];
        for (int i = 0; i < length; i++) {
          values[i] = array(key, depth + 1);
        }
        yield values;
      }
    };
  }

  private static int[] ints(int length, IntSupplier next) {
    int[] values = new int[length];
    for (int i = 0; i < length; i++) {
      values[i] = next.getAsInt();
    }
    return values;
  }

  private static long[] longs(int length, LongSupplier next) {
    long[] values = new long[length];
    for (int i = 0; i < length; i++) {
      values[i] = next.getAsLong();
    }
    return values;
  }

  String string(String what) {
    long length = count(what + ": length", 1);
    if (length > MOST_ELEMENTS) {
      throw bad(what + ": " + length + " bytes, expected at most " + MOST_ELEMENTS);
    }
    byte[] bytes = new byte[(int) length];
    MemorySegment.copy(content, ValueLayout.JAVA_BYTE, take(length), bytes, 0, bytes.length);
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new InputException(Json.oneLine(file + ": " + what + ": not UTF-8" + DAMAGED), e);
    }
  }

  private byte int8() {
    return content.get(ValueLayout.JAVA_BYTE, take(1));
  }

  private short int16() {
    return content.get(SHORT, take(2));
  }

  int int32() {
    return content.get(INT, take(4));
  }

  long unsigned32() {
    return Integer.toUnsignedLong(int32());
  }

  long int64() {
    return content.get(LONG, take(8));
  }

  /** Advances by {@code bytes} and returns where they start. */
  private long take(long bytes) {
    if (bytes > content.byteSize() - position) {
      throw bad("ends in the middle of its settings, at byte " + content.byteSize());
    }
    long start = position;
    position += bytes;
    return start;
  }

  InputException bad(String problem) {
    return MappedFile.bad(file, problem + DAMAGED);
  }
}
