package io.jackpot.problems;

import io.jackpot.input.InputException;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Walks the structures of a Parquet file, which are Thrift's (its compact protocol), before the
 * library reads them, which allocates what a length says and goes as deep as they do.
 */
final class ParquetStructs {
  private static final byte[] MAGIC = "PAR1".getBytes(StandardCharsets.US_ASCII);

  /** A footer ends with its length and the magic number. */
  private static final int END = Integer.BYTES + MAGIC.length;

  /** Those of the format are less than ten deep. */
  private static final int DEEPEST = 32;

  /** What the library needs for a value, about. */
  private static final int BYTES_OF_VALUE = 32;

  private static final int TRUE = 1;
  private static final int FALSE = 2;
  private static final int BYTE = 3;
  private static final int I16 = 4;
  private static final int I32 = 5;
  private static final int I64 = 6;
  private static final int DOUBLE = 7;
  private static final int BINARY = 8;
  private static final int LIST = 9;
  private static final int SET = 10;
  private static final int MAP = 11;
  private static final int STRUCT = 12;

  private final ByteBuffer in;
  private final String where;
  private final long most = Runtime.getRuntime().maxMemory() / 2;
  private long needed;

  private ParquetStructs(ByteBuffer in, String where) {
    this.in = in;
    this.where = where;
  }

  /**
   * Checks the footer of an open file.
   *
   * @throws InputException if the library would need more than half of the heap for it
   * @throws IOException if it is damaged
   */
  static void checkFooter(ParquetBytes file) throws IOException {
    long size = file.length();
    ByteBuffer end =
        size < MAGIC.length + END
            ? ByteBuffer.allocate(END)
            : file.readRange(size - END, END).order(ByteOrder.LITTLE_ENDIAN);
    long length = end.getInt();
    byte[] magic = new byte[MAGIC.length];
    end.get(magic);
    if (!Arrays.equals(magic, MAGIC)) {
      throw new IOException("it does not end with PAR1");
    }
    if (length <= 0 || length > size - END - MAGIC.length) {
      throw new IOException(
          "damaged: metadata of %d bytes, expected 1 to %d"
              .formatted(length, size - END - MAGIC.length));
    }
    if (length > Runtime.getRuntime().maxMemory() / 4) {
      throw tooLarge(file.name(), length);
    }
    try {
      check(file.readRange(size - END - length, (int) length), file.name());
    } catch (EOFException e) {
      throw new IOException("damaged: a length in its metadata is beyond their end");
    }
  }

  /**
   * Checks the structure at the start of {@code bytes}.
   *
   * @param where for messages
   * @throws InputException if the library would need more than half of the heap for it
   * @throws EOFException if it does not end there
   * @throws IOException if it is damaged
   */
  static void check(ByteBuffer bytes, String where) throws IOException {
    new ParquetStructs(bytes.duplicate(), where).struct(0);
  }

  private void struct(int depth) throws IOException {
    if (depth > DEEPEST) {
      throw new IOException("damaged: structures more than " + DEEPEST + " deep");
    }
    for (int header = take(); header != 0; header = take()) {
      if (header >>> 4 == 0) {
        long _ = varint(); // The number of a field that is not near the one before.
      }
      int type = header & 0xf;
      if (type == TRUE || type == FALSE) {
        need(BYTES_OF_VALUE); // The type is the value.
      } else {
        value(type, depth);
      }
    }
  }

  private void value(int type, int depth) throws IOException {
    need(BYTES_OF_VALUE);
    switch (type) {
      case TRUE, FALSE, BYTE -> skip(1);
      case I16, I32, I64 -> {
        long _ = varint();
      }
      case DOUBLE -> skip(Double.BYTES);
      case BINARY -> {
        long length = checked(varint());
        need(length);
        skip(length);
      }
      case LIST, SET -> {
        int header = take();
        long size = header >>> 4 == 15 ? varint() : header >>> 4;
        for (long i = checked(size); i > 0; i--) {
          value(header & 0xf, depth + 1);
        }
      }
      case MAP -> {
        long size = checked(varint());
        int types = size == 0 ? 0 : take();
        for (long i = size; i > 0; i--) {
          value(types >>> 4, depth + 1);
          value(types & 0xf, depth + 1);
        }
      }
      case STRUCT -> struct(depth + 1);
      default -> throw new IOException("damaged: a value of type " + type);
    }
  }

  /** A number of elements, which take at least a byte each. */
  private long checked(long size) throws IOException {
    if (size < 0 || size > in.remaining()) {
      throw new EOFException();
    }
    return size;
  }

  private int take() throws IOException {
    if (!in.hasRemaining()) {
      throw new EOFException();
    }
    return in.get() & 0xff;
  }

  private long varint() throws IOException {
    long value = 0;
    for (int shift = 0; shift < Long.SIZE; shift += 7) {
      int next = take();
      value |= (long) (next & 0x7f) << shift;
      if (next < 0x80) {
        return value;
      }
    }
    throw new IOException("damaged: a number of more than 64 bits");
  }

  private void skip(long bytes) throws IOException {
    in.position(in.position() + (int) checked(bytes));
  }

  private void need(long bytes) {
    needed += bytes;
    if (needed > most) {
      throw tooLarge(where, needed);
    }
  }

  private static InputException tooLarge(String where, long bytes) {
    return new InputException(
        "%s: its metadata take more than %,d MiB, too much for a heap of %,d MiB; if the file is to be trusted, give it more with JACKPOT_JAVA_OPTS=-Xmx%dg"
            .formatted(
                where,
                bytes >> 20,
                Runtime.getRuntime().maxMemory() >> 20,
                Math.ceilDiv(4 * bytes, 1L << 30)));
  }
}
