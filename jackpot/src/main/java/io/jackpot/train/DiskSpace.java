package io.jackpot.train;

import io.jackpot.input.InputException;
import io.jackpot.weights.AtomicFiles;
import io.jackpot.weights.Checkpoints;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Supplier;

/** The disk's space for what a run saves. */
final class DiskSpace {
  private DiskSpace() {}

  /**
   * What a run saves beside its checkpoints.
   *
   * @param what for messages
   */
  record Besides(String what, long bytes) {}

  /**
   * Checks before a run trains that what it will save fits. Of checkpoints as many are on the disk
   * at a time as are kept, and one that is being written.
   *
   * @param checkpoint bytes of one
   * @param kept checkpoints
   * @param saves checkpoints that are still to be made
   * @param advice what makes it less, for messages
   * @throws InputException with the bytes that are needed and free
   */
  static void require(
      Path run, long checkpoint, int kept, int saves, Besides besides, String advice) {
    int there = Math.min(kept, new Checkpoints(run.resolve("checkpoints")).count());
    long more = Math.min(saves, kept + 1 - there);
    long needed = (long) ((double) more * checkpoint + besides.bytes); // at most the largest long
    long free = free(run);
    if (needed > free) {
      throw new InputException(
          "%s: %,d bytes are needed for %d checkpoints%s, and %,d bytes are free; free some, or %s"
              .formatted(
                  run,
                  needed,
                  more,
                  besides.bytes > 0 ? " and " + besides.what : "",
                  free,
                  advice));
    }
  }

  /** The free bytes where {@code path} is or will be. */
  private static long free(Path path) {
    Path existing = path.toAbsolutePath();
    while (!Files.exists(existing) && existing.getParent() != null) {
      existing = existing.getParent();
    }
    try {
      FileStore store = Files.getFileStore(existing);
      // Some network disks say nothing.
      return store.getTotalSpace() == 0 ? Long.MAX_VALUE : store.getUsableSpace();
    } catch (IOException e) {
      throw AtomicFiles.failed("cannot tell the free space", existing, e);
    }
  }

  /**
   * Does work that writes to a run. If a disk fails, the message says where the last checkpoint is,
   * and how to go on from there.
   *
   * @param command that resumes the run
   */
  static <T> T writing(String command, Path run, Supplier<T> work) {
    try {
      return work.get();
    } catch (InputException e) {
      if (!AtomicFiles.isOfDisk(e)) {
        throw e;
      }
      String last =
          RunFolder.checkpoints(run)
              .latest()
              .map(path -> "the last checkpoint is " + path)
              .orElse("there is no checkpoint yet");
      throw new InputException(
          "%s; %s; once there is space: %s"
              .formatted(e.getMessage(), last, NextCommands.resume(command, run)),
          e);
    }
  }
}
