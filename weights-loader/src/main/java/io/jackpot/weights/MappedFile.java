package io.jackpot.weights;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.jackpot.input.InputException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Opens weight files by mapping them into memory. */
final class MappedFile {
  private static final byte[] LFS_POINTER =
      "version https://git-lfs.github.com/spec/".getBytes(US_ASCII);

  private MappedFile() {}

  /** What to make of a file's content. */
  interface Reader<T> {
    T read(Arena arena, MemorySegment content);
  }

  /**
   * Maps {@code file} and gives its content to {@code reader}, whose result closes the arena; it is
   * closed here if there is none.
   *
   * @param kind what the file should be, for messages
   * @throws InputException if it cannot be read, is no file, or stands for one that Git LFS has
   */
  @SuppressWarnings("MustBeClosedChecker") // the arena lives as long as the object returned
  static <T> T open(Path file, String kind, Reader<T> reader) {
    Arena arena = Arena.ofShared();
    boolean opened = false;
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      if (!Files.isRegularFile(file)) {
        throw bad(file, "not a file; expected " + kind);
      }
      MemorySegment content = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
      refuseLfsPointer(file, content);
      T result = reader.read(arena, content);
      opened = true;
      return result;
    } catch (IOException e) {
      throw AtomicFiles.failed("cannot read", file, e);
    } finally {
      if (!opened) {
        arena.close();
      }
    }
  }

  private static void refuseLfsPointer(Path file, MemorySegment content) {
    if (content.byteSize() >= LFS_POINTER.length
        && content.asSlice(0, LFS_POINTER.length).mismatch(MemorySegment.ofArray(LFS_POINTER))
            == -1) {
      throw bad(file, "this is a Git LFS pointer, not the file itself; fetch it with git lfs pull");
    }
  }

  static InputException bad(Path file, String problem) {
    return new InputException(Json.oneLine(file + ": " + problem));
  }
}
