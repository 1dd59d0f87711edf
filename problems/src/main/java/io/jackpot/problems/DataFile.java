package io.jackpot.problems;

import io.jackpot.input.InputException;
import io.jackpot.input.InputFiles;
import io.jackpot.problems.InputLines.Line;
import io.jackpot.weights.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * Reads the rows of published data sets: JSON lines, one JSON document ({@link JsonRows}), either
 * of them compressed by gzip, or Parquet ({@link ParquetRows}). The format is recognised by the
 * content of a file, not by its name.
 */
public final class DataFile {
  private static final byte[] PARQUET = "PAR1".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] LFS_POINTER =
      "version https://git-lfs".getBytes(StandardCharsets.US_ASCII);

  /** Patterns of the data files of a folder; the first pattern with a match counts. */
  private static final List<String> KINDS =
      List.of("*.parquet", "*.{jsonl,ndjson}{,.gz}", "*.json{,.gz}");

  private DataFile() {}

  /**
   * The files that a list of paths names. A path is a file, a folder (all its Parquet files, or
   * else all its JSON lines, or else all its JSON), or a pattern in its last part ({@code
   * data/train-*.parquet}). Files of a folder or pattern are sorted by name.
   *
   * @param names paths separated by commas
   * @throws InputException if a path has no files, or a folder holds several splits of a data set
   */
  public static List<Path> files(String names) {
    List<Path> files = new ArrayList<>();
    for (String name : exists(names) ? List.of(names) : List.of(names.split(",", -1))) {
      if (exists(name)) {
        Path path = Path.of(name);
        files.addAll(Files.isDirectory(path) ? shards(path) : List.of(path));
      } else {
        files.addAll(matching(name));
      }
    }
    return files;
  }

  private static boolean exists(String name) {
    try {
      return !name.isBlank() && Files.exists(Path.of(name));
    } catch (InvalidPathException e) {
      return false;
    }
  }

  private static List<Path> shards(Path folder) {
    for (String kind : KINDS) {
      List<Path> files = list(folder, kind);
      TreeSet<String> splits = new TreeSet<>();
      files.forEach(file -> splits.add(split(file.getFileName().toString())));
      if (splits.size() > 1) {
        throw new InputException(
            Json.oneLine(
                "%s: holds the parts %s, expected those of one; name it, as in %s"
                    .formatted(folder, splits, folder.resolve(splits.first() + "*"))));
      }
      if (!files.isEmpty()) {
        return files;
      }
    }
    throw new InputException(folder + ": no file of .parquet, .jsonl or .json in this folder");
  }

  /** The split of a file name: {@code train} for {@code train-00000-of-00002.parquet}. */
  private static String split(String name) {
    return name.split("[-.]", 2)[0];
  }

  private static List<Path> matching(String name) {
    int slash = name.lastIndexOf('/');
    String last = name.substring(slash + 1);
    Path folder = Path.of(slash < 0 ? "." : slash == 0 ? "/" : name.substring(0, slash));
    List<Path> files =
        last.contains("*") && Files.isDirectory(folder) ? list(folder, last) : List.of();
    if (files.isEmpty()) {
      throw new InputException(
          Json.oneLine(
              (name.isBlank() ? "\"" + name + "\"" : name)
                  + ": no such file, expected JSON lines, JSON or Parquet, or a folder of them"));
    }
    return slash < 0 ? files.stream().map(Path::getFileName).toList() : files;
  }

  private static List<Path> list(Path folder, String glob) {
    PathMatcher matcher = folder.getFileSystem().getPathMatcher("glob:" + glob);
    List<Path> files = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
      for (Path entry : entries) {
        if (matcher.matches(entry.getFileName()) && !Files.isDirectory(entry)) {
          files.add(entry);
        }
      }
    } catch (IOException e) {
      throw InputBytes.failed(folder, e);
    }
    return files.stream().sorted().toList();
  }

  /**
   * Passes each row to {@code read}, in order, until it returns false. A file without rows is not
   * an error here.
   *
   * @param wanted whether the field of a name is needed; other fields are read as null
   * @throws InputException if the file cannot be read, has an unknown format, or is beyond the
   *     limits or the heap
   */
  public static void forEach(
      Path file, Predicate<String> wanted, DataLimits limits, Predicate<Line> read) {
    long[] rows = {0};
    Predicate<Line> counted =
        row -> {
          limits.checkRows(file, ++rows[0]);
          return read.test(row);
        };
    try (InputBytes in = InputBytes.open(file, limits)) {
      if (in.startsWith(PARQUET)) {
        ParquetRows.forEach(file, wanted, limits, counted);
      } else if (in.startsWith(LFS_POINTER)) {
        throw new InputException(
            file + ": a pointer of Git LFS and not the file itself; fetch that with: git lfs pull");
      } else {
        JsonRows.forEach(in, file, limits, wanted, counted);
      }
    } catch (IOException e) {
      throw InputBytes.failed(file, e);
    } catch (OutOfMemoryError e) {
      throw InputFiles.outOfMemory(file + ", after " + rows[0] + " rows", e);
    }
  }
}
