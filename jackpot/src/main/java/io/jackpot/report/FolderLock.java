package io.jackpot.report;

import io.jackpot.input.InputException;
import io.jackpot.input.InputFiles;
import io.jackpot.weights.AtomicFiles;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The lock of a folder, so that one process at a time writes to it. The operating system releases
 * it however the process ends.
 */
public final class FolderLock implements AutoCloseable {
  private static final String NAME = ".lock";

  private final FileChannel channel;

  private FolderLock(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * Checks that something new can start in {@code folder}: it does not exist or is empty.
   *
   * @param what a run or an evaluation, for messages
   * @param instead of another folder, for messages
   * @throws InputException if it holds anything
   */
  public static void requireFree(Path folder, String what, String instead) {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> files = Files.list(folder)) {
      if (files.findAny().isPresent()) {
        throw new InputException(folder + ": not empty; give another folder with --out" + instead);
      }
    } catch (IOException e) {
      throw AtomicFiles.failed("cannot start " + what + " here", folder, e);
    }
  }

  /**
   * Takes the lock of a folder that exists.
   *
   * @throws InputException if another process has it, or the folder cannot be written
   */
  public static FolderLock take(Path folder) {
    Path file = folder.resolve(NAME);
    try {
      FileChannel channel =
          InputFiles.channel(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      try {
        FileLock lock = channel.tryLock();
        if (lock != null) {
          return new FolderLock(channel);
        }
      } catch (OverlappingFileLockException e) {
        // Held within this process: treated the same.
      }
      channel.close();
      throw new InputException(
          folder + ": another process is at work on this run; wait for its end or stop it");
    } catch (IOException e) {
      throw AtomicFiles.failed("cannot lock", file, e);
    }
  }

  /**
   * Takes the lock of a folder and opens its files, which hold it; releases it if they cannot be
   * opened.
   *
   * @throws InputException as {@link #take}
   */
  public static <T> T take(Path folder, Function<FolderLock, T> open) {
    FolderLock lock = take(folder);
    try {
      return open.apply(lock);
    } catch (RuntimeException e) {
      lock.close();
      throw e;
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      // Only releases the lock, which the end of the process does as well.
    }
  }
}
