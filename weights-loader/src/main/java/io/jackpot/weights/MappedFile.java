package io.jackpot.weights;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.jackpot.input.InputException;
import io.jackpot.input.InputFiles;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/** Maps weight files into memory. */
final class MappedFile {
  private static final byte[] LFS_POINTER =
      "version https://git-lfs.github.com/spec/".getBytes(US_ASCII);

  private MappedFile() {}

  /** Creates an object from a file's content. */
  interface Reader<T> {
    T read(Arena arena, MemorySegment content);
  }

  /**
   * Maps {@code file} and passes its content to {@code reader}, whose result must close the arena;
   * it is closed here if {@code reader} throws.
   *
   * @throws InputException if it cannot be read, is not a file, or is a Git LFS pointer
   */
  @SuppressWarnings("MustBeClosedChecker") // the arena lives as long as the object returned
  static <T> T open(Path file, Reader<T> reader) {
    Arena arena = Arena.ofShared();
    boolean opened = false;
    try (FileChannel channel = InputFiles.channel(file)) {
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
