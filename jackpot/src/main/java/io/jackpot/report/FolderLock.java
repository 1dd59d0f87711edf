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
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
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
   * Checks that something new can start in {@code folder}: it can be written, and does not exist,
   * is empty, or holds no more than what a start that was killed leaves.
   *
   * @param what a run or an evaluation, for messages
   * @param instead of another folder, for messages
   * @param first files that a start writes before the one that makes it whole
   * @throws InputException if it holds anything else, or cannot be written
   */
  public static void requireFree(Path folder, String what, String instead, Set<String> first) {
    Path there = folder.toAbsolutePath();
    while (!Files.exists(there) && there.getParent() != null) {
      there = there.getParent();
    }
    if (!Files.isDirectory(there) || !Files.isWritable(there)) {
      throw new InputException(
          "%s: cannot start %s here: %s %s; give another folder with --out"
              .formatted(
                  folder,
                  what,
                  there,
                  Files.isDirectory(there) ? "cannot be written" : "is no folder"));
    }
    try {
      if (!isFree(folder, first)) {
        throw new InputException(folder + ": not empty; give another folder with --out" + instead);
      }
    } catch (IOException e) {
      throw AtomicFiles.failed("cannot start " + what + " here", folder, e);
    }
  }

  /**
   * Whether there is nothing in {@code folder} but what a start that was killed leaves.
   *
   * @param first as for {@link #requireFree}
   */
  public static boolean isFree(Path folder, Set<String> first) throws IOException {
    if (!Files.exists(folder)) {
      return true;
    }
    Predicate<Path> own =
        Files.exists(folder.resolve(NAME))
            ? file -> first.contains(file.getFileName().toString()) || isOfLock(file)
            : FolderLock::isOfLock;
    try (Stream<Path> files = Files.list(folder)) {
      return files.allMatch(own);
    }
  }

  private static boolean isOfLock(Path file) {
    return file.endsWith(NAME) || AtomicFiles.isUnfinished(file);
  }

  /**
   * Makes a folder for something new, and takes its lock before anything is written there.
   *
   * @throws InputException as {@link #requireFree} and {@link #take(Path)}
   */
  public static FolderLock takeNew(Path folder, String what, String instead, Set<String> first) {
    requireFree(folder, what, instead, first);
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw AtomicFiles.failed("cannot start " + what + " here", folder, e);
    }
    FolderLock lock = take(folder);
    try {
      // Another process may have been faster, and gone.
      requireFree(folder, what, instead, first);
      return lock;
    } catch (RuntimeException e) {
      lock.close();
      throw e;
    }
  }

  /**
   * Takes the lock of a folder that exists, and removes what a killed process left unfinished
   * there.
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
          AtomicFiles.deleteUnfinished(folder);
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
