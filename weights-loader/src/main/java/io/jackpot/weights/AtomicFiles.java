package io.jackpot.weights;

import io.jackpot.input.InputException;
import io.jackpot.input.InputFiles;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Atomic writes of files and folders, which exist completely or not at all even if the process or
 * the machine stops: they are written next to the target, forced to the disk, then renamed.
 */
public final class AtomicFiles {
  /** The suffix of unfinished files and folders, whose names start with a dot. */
  static final String TEMPORARY = ".tmp";

  /** The suffix of a folder that is being replaced, whose name starts with a dot. */
  static final String REPLACED = ".replaced";

  private static final Pattern UNFINISHED =
      Pattern.compile(
          "\\.(step-.*|.*[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})" + Pattern.quote(TEMPORARY));

  private AtomicFiles() {}

  /** A consumer that may throw {@link IOException}. */
  @FunctionalInterface
  public interface IOConsumer<T> {
    /** Consumes {@code value}. */
    void accept(T value) throws IOException;
  }

  /**
   * Writes {@code file}, replacing it if it exists, and creates its parent folders.
   *
   * @param content writes the content; need not buffer or close the stream
   * @throws InputException if it cannot be written (a full disk, no permission); an existing file
   *     is then untouched
   */
  public static void writeAtomically(Path file, IOConsumer<OutputStream> content) {
    Path target = file.toAbsolutePath();
    Path temporary = sibling(target, UUID.randomUUID() + TEMPORARY);
    try {
      InputFiles.requireNothingElse(target);
      Files.createDirectories(parent(target));
      try (FileChannel channel =
          FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        var _ = lock(channel);
        content.accept(Channels.newOutputStream(channel));
        channel.force(true);
        Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
      }
      force(parent(target));
    } catch (IOException e) {
      throw failed("cannot write", file, e);
    } finally {
      deleteQuietly(temporary);
    }
  }

  /**
   * Writes {@code folder}, replacing it if it exists, and creates its parent folders. Replacing a
   * folder takes two renames; if the machine stops between them, {@link #current} still returns the
   * old content.
   *
   * @param content fills the empty folder that it receives
   * @throws InputException if it cannot be written; an existing folder is then untouched
   */
  static void writeFolderAtomically(Path folder, IOConsumer<Path> content) {
    Path target = folder.toAbsolutePath();
    Path temporary = sibling(target, UUID.randomUUID() + TEMPORARY);
    Path replaced = sibling(target, REPLACED.substring(1));
    try {
      Files.createDirectories(temporary);
      content.accept(temporary);
      forceAll(temporary);
      if (Files.exists(target)) {
        delete(replaced);
        Files.move(target, replaced, StandardCopyOption.ATOMIC_MOVE);
      }
      try {
        Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
      } catch (IOException e) {
        if (Files.exists(replaced)) {
          Files.move(replaced, target, StandardCopyOption.ATOMIC_MOVE);
        }
        throw e;
      }
      force(parent(target));
      delete(replaced);
    } catch (IOException e) {
      throw failed("cannot write", folder, e);
    } catch (InputException e) {
      // A file in it could not be written: the message names its final place.
      String message = String.valueOf(e.getMessage());
      throw new InputException(message.replace(temporary.toString(), folder.toString()), e);
    } finally {
      deleteQuietly(temporary);
    }
  }

  /** The place of {@code folder}'s content, which may have been moved aside to be replaced. */
  static Path current(Path folder) {
    Path replaced = sibling(folder.toAbsolutePath(), REPLACED.substring(1));
    return !Files.exists(folder) && Files.exists(replaced) ? replaced : folder;
  }

  /** Whether a name is that of an unfinished file or folder. */
  public static boolean isUnfinished(Path path) {
    return UNFINISHED.matcher(path.getFileName().toString()).matches();
  }

  /**
   * Deletes what killed processes left unfinished in {@code folder} itself; files that a living one
   * writes stay. Folders are written under a lock of their own, which the caller has.
   *
   * @throws InputException if it cannot be read or changed
   */
  public static void deleteUnfinished(Path folder) {
    if (!Files.isDirectory(folder)) {
      return;
    }
    try (Stream<Path> paths = Files.list(folder)) {
      for (Path path : paths.filter(AtomicFiles::isUnfinished).toList()) {
        if (!Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS) || !isBeingWritten(path)) {
          delete(path);
        }
      }
    } catch (IOException e) {
      throw failed("cannot remove what a killed process left", folder, e);
    }
  }

  /** A lock that ends with the process, so that others see that the file is being written. */
  private static @Nullable FileLock lock(FileChannel channel) {
    try {
      return channel.tryLock();
    } catch (IOException | OverlappingFileLockException e) {
      return null; // A file system without locks.
    }
  }

  private static boolean isBeingWritten(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
        FileLock lock = channel.tryLock()) {
      return lock == null;
    } catch (OverlappingFileLockException e) {
      return true; // By this process.
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  /** Deletes a file, or a folder with its content, if it exists. */
  static void delete(Path path) throws IOException {
    List<Path> deepestFirst;
    try (Stream<Path> paths = Files.walk(path)) {
      deepestFirst = paths.sorted(Comparator.reverseOrder()).toList();
    } catch (NoSuchFileException e) {
      return;
    }
    for (Path each : deepestFirst) {
      Files.deleteIfExists(each);
    }
  }

  /** An error {@code PATH: WHAT: REASON} on one line. */
  public static InputException failed(String what, Path path, IOException e) {
    String place = path.toString();
    String reason = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    if (e instanceof NoSuchFileException) {
      reason = "no such file";
    } else if (e instanceof FileSystemException system && system.getReason() != null) {
      reason = system.getReason();
    }
    return new InputException(Json.oneLine(place + ": " + what + ": " + reason), e);
  }

  /** Whether a disk or another file system is the cause of a failure. */
  public static boolean isOfDisk(Throwable failure) {
    for (Throwable each = failure; each != null; each = each.getCause()) {
      if (each instanceof IOException) {
        return true;
      }
    }
    return false;
  }

  private static void forceAll(Path folder) throws IOException {
    List<Path> paths;
    try (Stream<Path> walk = Files.walk(folder)) {
      paths = walk.toList();
    }
    for (Path path : paths) {
      force(path);
    }
  }

  private static void force(Path path) throws IOException {
    // Only POSIX systems can open, and need to force, a folder.
    if (Files.isDirectory(path)
        && !path.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      return;
    }
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  private static void deleteQuietly(Path path) {
    try {
      delete(path);
    } catch (IOException e) {
      // Clean-up only: the failure that led here is the one to report.
    }
  }

  private static Path sibling(Path path, String suffix) {
    return path.resolveSibling("." + path.getFileName() + "." + suffix);
  }

  private static Path parent(Path absolute) {
    Path parent = absolute.getParent();
    return parent == null ? absolute : parent;
  }
}
