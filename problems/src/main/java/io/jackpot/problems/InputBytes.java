package io.jackpot.problems;

import io.jackpot.input.InputException;
import io.jackpot.input.InputFiles;
import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/** The bytes of an input file, decompressed and within {@link DataLimits}. */
final class InputBytes implements AutoCloseable {
  private static final int BUFFER = 1 << 16;
  private static final byte[] GZIP = {0x1f, (byte) 0x8b};
  private static final byte[] BYTE_ORDER_MARK = {(byte) 0xef, (byte) 0xbb, (byte) 0xbf};

  private final Path file;
  private final DataLimits limits;
  private final InputStream in;

  /** The bytes that were read since the current row began, or are read ahead. */
  private long ofRow;

  private InputBytes(Path file, DataLimits limits, InputStream raw) throws IOException {
    this.file = file;
    this.limits = limits;
    InputStream plain = new BufferedInputStream(raw, BUFFER);
    boolean compressed = startsWith(plain, GZIP);
    this.in =
        new BufferedInputStream(
            new Counted(compressed ? new GZIPInputStream(plain, BUFFER) : plain, compressed),
            BUFFER);
    if (startsWith(BYTE_ORDER_MARK)) {
      in.skipNBytes(BYTE_ORDER_MARK.length);
    }
  }

  /** Counts what passes through it. */
  private final class Counted extends FilterInputStream {
    private final boolean compressed;
    private long all;

    Counted(InputStream in, boolean compressed) {
      super(in);
      this.compressed = compressed;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      int count = super.read(bytes, offset, length);
      all += Math.max(0, count);
      ofRow += Math.max(0, count);
      if (compressed) {
        limits.checkExpanded(file, all);
      }
      limits.checkRow(file.toString(), ofRow - BUFFER);
      return count;
    }
  }

  /**
   * Opens a file, decompresses gzip and skips a UTF-8 byte order mark.
   *
   * @throws InputException if it cannot be opened
   */
  static InputBytes open(Path file, DataLimits limits) {
    try {
      InputStream raw = InputFiles.stream(file);
      try {
        return new InputBytes(file, limits, raw);
      } catch (IOException | RuntimeException e) {
        raw.close();
        throw e;
      }
    } catch (IOException e) {
      throw failed(file, e);
    }
  }

  /** The bytes; the stream supports {@link InputStream#mark}. */
  InputStream in() {
    return in;
  }

  /** Notes that a row begins here. */
  void row() {
    ofRow = 0;
  }

  /** Whether the next bytes are {@code bytes}; they stay unread. */
  boolean startsWith(byte[] bytes) throws IOException {
    return startsWith(in, bytes);
  }

  private static boolean startsWith(InputStream in, byte[] bytes) throws IOException {
    in.mark(bytes.length);
    byte[] found = in.readNBytes(bytes.length);
    in.reset();
    return Arrays.equals(found, bytes);
  }

  @Override
  public void close() throws IOException {
    in.close();
  }

  /** Decodes UTF-8; null if the bytes are not UTF-8. */
  static @Nullable String utf8(byte[] bytes) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      return null;
    }
  }

  static InputException failed(Path file, IOException e) {
    return e instanceof NoSuchFileException
        ? new InputException(file + ": no such file", e)
        : new InputException(
            file
                + ": cannot be read ("
                + InputLines.quote(String.valueOf(e.getMessage()))
                + "); expected a whole file that may be read",
            e);
  }

  /** Reads bytes line by line. */
  final class Lines {
    private final byte[] buffer = new byte[BUFFER];
    private int at;
    private int end;
    private byte[] line = new byte[1 << 10];
    private int length;
    private long number;

    /** The number of the line that {@link #next} has read, from 1 on. */
    long number() {
      return number;
    }

    /**
     * The bytes up to the next line feed or the end of the file; null at the end. They are valid
     * until the next call.
     *
     * @throws InputException if the line is too long
     */
    @Nullable ByteBuffer next() throws IOException {
      row();
      number++;
      length = 0;
      boolean found = false;
      while (!found && fill()) {
        int from = at;
        while (at < end && buffer[at] != '\n') {
          at++;
        }
        append(from);
        found = at < end;
        at += found ? 1 : 0;
      }
      return found || length > 0 ? ByteBuffer.wrap(line, 0, length) : null;
    }

    private void append(int from) {
      int more = at - from;
      limits.checkRow(file + ", line " + number, length + more);
      if (line.length - length < more) {
        line = Arrays.copyOf(line, (int) Math.min(Integer.MAX_VALUE - 8, (length + more) * 3L / 2));
      }
      System.arraycopy(buffer, from, line, length, more);
      length += more;
    }

    private boolean fill() throws IOException {
      if (at == end) {
        at = 0;
        end = Math.max(0, in.read(buffer));
      }
      return at < end;
    }
  }
}
