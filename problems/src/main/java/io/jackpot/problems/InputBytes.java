package io.jackpot.problems;

import io.jackpot.input.InputException;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/** Reads the bytes of input files, with one line at a time in memory. */
final class InputBytes {
  private static final int BUFFER = 1 << 16;
  private static final int LONGEST_LINE = 256 << 20;
  private static final byte[] GZIP = {0x1f, (byte) 0x8b};
  private static final byte[] BYTE_ORDER_MARK = {(byte) 0xef, (byte) 0xbb, (byte) 0xbf};

  private InputBytes() {}

  /**
   * Opens a file, decompresses gzip and skips a UTF-8 byte order mark. The stream supports {@link
   * InputStream#mark}.
   *
   * @throws InputException if it cannot be opened
   */
  static InputStream open(Path file) {
    try {
      InputStream in = new BufferedInputStream(Files.newInputStream(file), BUFFER);
      if (startsWith(in, GZIP)) {
        in = new BufferedInputStream(new GZIPInputStream(in, BUFFER), BUFFER);
      }
      if (startsWith(in, BYTE_ORDER_MARK)) {
        in.skipNBytes(BYTE_ORDER_MARK.length);
      }
      return in;
    } catch (IOException e) {
      throw failed(file, e);
    }
  }

  /** Whether the next bytes are {@code bytes}; they stay unread. */
  static boolean startsWith(InputStream in, byte[] bytes) throws IOException {
    in.mark(bytes.length);
    byte[] found = in.readNBytes(bytes.length);
    in.reset();
    return Arrays.equals(found, bytes);
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
  static final class Lines {
    private final InputStream in;
    private final byte[] buffer = new byte[BUFFER];
    private int at;
    private int end;

    Lines(InputStream in) {
      this.in = in;
    }

    /**
     * The bytes up to the next line feed or the end of the file; null at the end.
     *
     * @throws IOException if the line is too long or cannot be read
     */
    @Nullable ByteBuffer next() throws IOException {
      ByteArrayOutputStream line = new ByteArrayOutputStream();
      boolean found = false;
      while (!found && fill()) {
        int from = at;
        while (at < end && buffer[at] != '\n') {
          at++;
        }
        line.write(buffer, from, at - from);
        if (line.size() > LONGEST_LINE) {
          throw new IOException("a line of more than " + (LONGEST_LINE >> 20) + " MiB");
        }
        found = at < end;
        at += found ? 1 : 0;
      }
      return found || line.size() > 0 ? ByteBuffer.wrap(line.toByteArray()) : null;
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
