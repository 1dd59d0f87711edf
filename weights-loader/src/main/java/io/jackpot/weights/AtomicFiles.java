package io.jackpot.weights;

import io.jackpot.input.InputException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * Files and folders that are there as a whole or not at all, whenever the process or the machine
 * stops: written beside the target, forced to the disk, then renamed.
 */
public final class AtomicFiles {
  /** Ends the names of unfinished files and folders, which also start with a dot. */
  static final String TEMPORARY = ".tmp";

  /** Ends the name of a folder that was moved aside to be replaced, which starts with a dot. */
  static final String REPLACED = ".replaced";

  private AtomicFiles() {}

  /** A consumer that may fail as input and output do. */
  @FunctionalInterface
  public interface IOConsumer<T> {
    /** Does it. */
    void accept(T value) throws IOException;
  }

  /**
   * Writes {@code file}, replacing it if it exists, and makes the folders it lies in.
   *
   * @param content writes the content; need not buffer or close the stream
   * @throws InputException if it cannot be written (a full disk, no permission); what was there
   *     before is untouched
   */
  public static void writeAtomically(Path file, IOConsumer<OutputStream> content) {
    Path target = file.toAbsolutePath();
    Path temporary = sibling(target, UUID.randomUUID() + TEMPORARY);
    try {
      Files.createDirectories(parent(target));
      try (FileChannel channel =
          FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        content.accept(Channels.newOutputStream(channel));
        channel.force(true);
      }
      Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
      force(parent(target));
    } catch (IOException e) {
      throw failed("cannot write", file, e);
    } finally {
      deleteQuietly(temporary);
    }
  }

  /**
   * Writes {@code folder}, replacing it if it exists, and makes the folders it lies in. A folder
   * can only be replaced by two renames; if the machine stops between them the old content is still
   * what {@link #current} gives.
   *
   * @param content fills the empty folder it is given
   * @throws InputException if it cannot be written; what was there before is untouched
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
      // A file in it could not be written: named by the place that it was meant for.
      String message = String.valueOf(e.getMessage());
      throw new InputException(message.replace(temporary.toString(), folder.toString()), e);
    } finally {
      deleteQuietly(temporary);
    }
  }

  /** Where the content of {@code folder} is: there, or aside if it was about to be replaced. */
  static Path current(Path folder) {
    Path replaced = sibling(folder.toAbsolutePath(), REPLACED.substring(1));
    return !Files.exists(folder) && Files.exists(replaced) ? replaced : folder;
  }

  /** Deletes a file or a folder with all in it; nothing if there is none. */
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

  /** {@code PATH: WHAT: REASON} in one line. */
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
      // Clearing up; the failure that led here is the one to tell.
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
