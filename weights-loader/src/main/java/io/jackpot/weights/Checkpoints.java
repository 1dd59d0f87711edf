package io.jackpot.weights;

import io.jackpot.input.InputException;
import io.jackpot.input.InputFiles;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The checkpoints of a run, one folder {@code step-000123} each. A checkpoint is written
 * atomically, and its {@code manifest.json} holds the size and CRC-32C of every file, so that
 * {@link #latest} never returns a damaged one. Only one process at a time may write to the folder.
 */
public final class Checkpoints {
  private static final String MANIFEST = "manifest.json";
  private static final Pattern NAME =
      Pattern.compile("step-(\\d{6,9})|\\.step-(\\d{6,9})" + Pattern.quote(AtomicFiles.REPLACED));

  private final Path folder;

  /**
   * @param folder the folder of the checkpoints; created by the first save
   */
  public Checkpoints(Path folder) {
    this.folder = folder;
  }

  /** Writes the content of a checkpoint. */
  @FunctionalInterface
  public interface ContentWriter {
    /** Fills {@code temporaryFolder}, which exists and is empty, with files and folders. */
    void write(Path temporaryFolder) throws IOException;
  }

  /**
   * Saves the checkpoint of {@code step}, replacing an earlier one of that step.
   *
   * @throws InputException if it cannot be written, for example on a full disk; all earlier
   *     checkpoints are then untouched
   */
  public void save(int step, ContentWriter writer) {
    if (step < 0 || step > 999_999_999) {
      throw new IllegalArgumentException("step " + step);
    }
    AtomicFiles.deleteUnfinished(folder);
    AtomicFiles.writeFolderAtomically(
        folder(step),
        temporary -> {
          writer.write(temporary);
          writeManifest(temporary);
        });
  }

  /** {@link #latest(Consumer)} without reporting problems. */
  public Optional<Path> latest() {
    return latest(problem -> {});
  }

  /**
   * The undamaged checkpoint with the highest step; every file of it is verified.
   *
   * @param problems receives one line for each later checkpoint that is damaged
   * @return empty if there is none
   * @throws InputException if the folder cannot be read
   */
  public Optional<Path> latest(Consumer<String> problems) {
    return latest(
        checkpoint -> {}, problem -> problems.accept(problem + "; trying the one before"));
  }

  /**
   * The checkpoint with the highest step that is undamaged and that {@code check} accepts.
   *
   * @param check throws {@link InputException} for an undamaged checkpoint that cannot be used
   * @param problems receives one line for each later checkpoint that is damaged or refused
   * @return empty if there is none
   * @throws InputException if the folder cannot be read
   */
  public Optional<Path> latest(Consumer<Path> check, Consumer<String> problems) {
    for (Path checkpoint : all().descendingMap().values()) {
      String problem = damage(checkpoint);
      if (problem == null) {
        try {
          check.accept(checkpoint);
          return Optional.of(checkpoint);
        } catch (InputException e) {
          problem = e.getMessage();
        }
        problems.accept(Json.oneLine(checkpoint + ": unusable checkpoint: " + problem));
      } else {
        problems.accept(Json.oneLine(checkpoint + ": damaged checkpoint: " + problem));
      }
    }
    return Optional.empty();
  }

  /** The number of checkpoints, damaged ones included. */
  public int count() {
    return all().size();
  }

  /** The checkpoint of {@code step}, damaged or not. */
  public Optional<Path> find(int step) {
    return Optional.ofNullable(all().get(step));
  }

  /**
   * The step of a checkpoint that {@link #latest} returned.
   *
   * @throws IllegalArgumentException if {@code checkpoint} has another kind of name
   */
  public static int step(Path checkpoint) {
    Matcher name = NAME.matcher(checkpoint.getFileName().toString());
    if (!name.matches()) {
      throw new IllegalArgumentException(checkpoint + " is not a checkpoint");
    }
    return Integer.parseInt(name.group(name.group(1) != null ? 1 : 2));
  }

  /** {@link #keep(int, int)} without any beside the newest. */
  public void keep(int n) {
    keep(n, -1);
  }

  /**
   * Removes all but the checkpoints of the {@code n} highest steps and that of {@code step}.
   *
   * @throws InputException if one cannot be removed
   */
  public void keep(int n, int step) {
    if (n < 1) {
      throw new IllegalArgumentException("keep " + n + " checkpoints, expected at least 1");
    }
    List<Path> old =
        all().descendingMap().values().stream()
            .skip(n)
            .filter(checkpoint -> step(checkpoint) != step)
            .toList();
    for (Path checkpoint : old) {
      // Renamed first: a half-deleted folder must not look like a checkpoint.
      String name = "." + folder(step(checkpoint)).getFileName() + ".";
      Path removed = folder.resolve(name + UUID.randomUUID() + AtomicFiles.TEMPORARY);
      try {
        Files.move(checkpoint, removed);
        AtomicFiles.delete(removed);
      } catch (IOException e) {
        throw AtomicFiles.failed("cannot remove", checkpoint, e);
      }
    }
  }

  private Path folder(int step) {
    return folder.resolve(String.format(Locale.ROOT, "step-%06d", step));
  }

  private TreeMap<Integer, Path> all() {
    TreeMap<Integer, Path> all = new TreeMap<>();
    for (Path path : list()) {
      if (NAME.matcher(path.getFileName().toString()).matches() && Files.isDirectory(path)) {
        all.put(step(path), AtomicFiles.current(folder(step(path))));
      }
    }
    return all;
  }

  private List<Path> list() {
    if (!Files.exists(folder)) {
      return List.of();
    }
    try (Stream<Path> paths = Files.list(folder)) {
      return paths.toList();
    } catch (IOException e) {
      throw AtomicFiles.failed("cannot read", folder, e);
    }
  }

  private static void writeManifest(Path checkpoint) throws IOException {
    ObjectNode root = Json.object();
    ObjectNode files = root.putObject("files");
    for (String name : names(checkpoint)) {
      Path file = checkpoint.resolve(name);
      files.putObject(name).put("size", Files.size(file)).put("crc32c", crc32c(file));
    }
    Json.write(checkpoint.resolve(MANIFEST), root);
  }

  /** The files that a manifest lists; hidden ones, which none writes, are not among them. */
  private static List<String> names(Path checkpoint) throws IOException {
    try (Stream<Path> paths = Files.walk(checkpoint)) {
      return paths
          .filter(Files::isRegularFile)
          .filter(file -> !file.getFileName().toString().startsWith("."))
          .map(file -> checkpoint.relativize(file).toString().replace('\\', '/'))
          .filter(name -> !name.equals(MANIFEST))
          .sorted()
          .toList();
    }
  }

  /** The damage of a checkpoint; null if it is intact. */
  private static @Nullable String damage(Path checkpoint) {
    try {
      JsonNode files = Json.read(checkpoint.resolve(MANIFEST)).path("files");
      if (!files.isObject() || files.isEmpty()) {
        return MANIFEST + ": files: found " + files + ", expected an object with each file";
      }
      for (Map.Entry<String, JsonNode> entry : files.properties()) {
        Path file = checkpoint.resolve(entry.getKey().replace('\0', '?')).normalize();
        JsonNode size = entry.getValue().path("size");
        JsonNode crc32c = entry.getValue().path("crc32c");
        if (!file.startsWith(checkpoint.normalize()) || !Files.isRegularFile(file)) {
          return "no file " + entry.getKey();
        }
        if (!size.isIntegralNumber() || size.longValue(-1) != Files.size(file)) {
          return entry.getKey() + " has " + Files.size(file) + " bytes, expected " + size;
        }
        if (!crc32c.isString() || !crc32c.stringValue().equals(crc32c(file))) {
          return entry.getKey() + " has CRC-32C " + crc32c(file) + ", expected " + crc32c;
        }
      }
      for (String name : names(checkpoint)) {
        if (!files.has(name)) {
          return MANIFEST + ": files: no " + name + ", which is there";
        }
      }
      return null;
    } catch (IOException e) {
      return e.toString();
    } catch (InputException e) {
      return e.getMessage();
    }
  }

  private static String crc32c(Path file) throws IOException {
    CRC32C crc = new CRC32C();
    byte[] buffer = new byte[1 << 16];
    try (InputStream in = InputFiles.stream(file)) {
      for (int count = in.read(buffer); count > 0; count = in.read(buffer)) {
        crc.update(buffer, 0, count);
      }
    }
    return String.format(Locale.ROOT, "%08x", crc.getValue());
  }
}
