package io.jackpot.input;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * The one place that opens what users name. A device, a pipe or a socket is refused before it is
 * opened, because opening may wait forever, reading may never end, and files are read twice.
 */
public final class InputFiles {
  private static final long LONGEST_TEXT = 1 << 20;

  private InputFiles() {}

  /**
   * Opens a file to read its bytes from front to back.
   *
   * @throws InputException if the path is not a file
   * @throws IOException if the file is missing or cannot be opened
   */
  public static InputStream stream(Path file) throws IOException {
    requireFile(file);
    return Files.newInputStream(file);
  }

  /**
   * Opens a file, or creates it where {@code options} say so.
   *
   * @throws InputException if there is something at the path that is not a file
   * @throws IOException if it cannot be opened
   */
  public static FileChannel channel(Path file, OpenOption... options) throws IOException {
    requireNothingElse(file);
    return FileChannel.open(file, options);
  }

  /** Opens a file to read from any of its places, as {@link #stream}. */
  public static FileChannel channel(Path file) throws IOException {
    requireFile(file);
    return FileChannel.open(file, StandardOpenOption.READ);
  }

  /**
   * The content of a file that is read as a whole.
   *
   * @param most the largest size in bytes
   * @throws InputException if the path is not a file, the file is larger, or there is no room for
   *     it in the heap
   * @throws IOException if the file is missing or cannot be read
   */
  public static byte[] bytes(Path file, long most) throws IOException {
    try (InputStream in = stream(file)) {
      byte[] bytes = in.readNBytes((int) Math.min(most + 1, Integer.MAX_VALUE - 8));
      if (bytes.length > most) {
        throw new InputException(
            "%s: more than %,d bytes, expected a file of that size at most".formatted(file, most));
      }
      return bytes;
    } catch (OutOfMemoryError e) {
      throw outOfMemory(file.toString(), e);
    }
  }

  /**
   * The text of a file for people, in UTF-8 and of at most a mebibyte; otherwise as {@link #bytes}.
   */
  public static String text(Path file) throws IOException {
    return StandardCharsets.UTF_8
        .newDecoder()
        .decode(ByteBuffer.wrap(bytes(file, LONGEST_TEXT)))
        .toString();
  }

  /** The error for input that the heap is too small for. */
  public static InputException outOfMemory(String where, OutOfMemoryError e) {
    return new InputException(
        "%s: does not fit into the heap of %,d MiB; give it more, as in JACKPOT_JAVA_OPTS=-Xmx%dg"
            .formatted(
                where,
                Runtime.getRuntime().maxMemory() >> 20,
                Math.max(2, Math.ceilDiv(Runtime.getRuntime().maxMemory(), 1L << 30) * 2)),
        e);
  }

  /**
   * Checks a path for a file that is to be written: there is none, or a file.
   *
   * @throws InputException if there is something else, which opening could wait for and a new file
   *     would replace
   */
  public static void requireNothingElse(Path file) throws IOException {
    if (Files.exists(file)) {
      requireFile(file);
    }
  }

  private static void requireFile(Path file) throws IOException {
    BasicFileAttributes found = Files.readAttributes(file, BasicFileAttributes.class);
    if (found.isDirectory()) {
      throw new InputException(file + ": a folder, expected a file");
    }
    if (!found.isRegularFile()) {
      throw new InputException(
          file + ": a device, pipe or socket, expected a file; save what it gives to one first");
    }
  }
}
