package io.jackpot.models;

import io.jackpot.input.InputException;
import io.jackpot.input.InputFiles;
import io.jackpot.weights.AtomicFiles;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Identifies the files of a model, so that another model in the same place is detected. */
public final class ModelFingerprint {
  /** The files that make a model; other files in its folder may change. */
  private static final Pattern FILES =
      Pattern.compile("[^.].*\\.(json|safetensors|gguf|model|txt)");

  private ModelFingerprint() {}

  /**
   * The files of a model by name, each with its {@code size} in bytes and {@code crc32c}.
   *
   * @throws InputException if there is no such model, or a file cannot be read
   */
  public static ObjectNode of(String model) {
    return ModelSource.read(model, ModelFingerprint::of);
  }

  private static ObjectNode of(Path model) {
    ObjectNode files = JsonNodeFactory.instance.objectNode();
    for (Path file : files(model)) {
      try {
        files
            .putObject(file.getFileName().toString())
            .put("size", Files.size(file))
            .put("crc32c", crc32c(file));
      } catch (IOException e) {
        throw AtomicFiles.failed("cannot read", file, e);
      }
    }
    return files;
  }

  private static List<Path> files(Path model) {
    if (!Files.isDirectory(model)) {
      return List.of(model);
    }
    try (Stream<Path> paths = Files.list(model)) {
      return paths
          .filter(file -> !Files.isDirectory(file))
          .filter(path -> FILES.matcher(path.getFileName().toString()).matches())
          .sorted()
          .toList();
    } catch (IOException e) {
      throw AtomicFiles.failed("cannot read", model, e);
    }
  }

  private static String crc32c(Path file) throws IOException {
    CRC32C crc = new CRC32C();
    byte[] buffer = new byte[1 << 20];
    try (InputStream in = InputFiles.stream(file)) {
      for (int count = in.read(buffer); count > 0; count = in.read(buffer)) {
        crc.update(buffer, 0, count);
      }
    }
    return HexFormat.of().toHexDigits((int) crc.getValue());
  }

  /**
   * @param before what {@link #of(String)} gave then
   * @param since when that was, for messages
   * @param instead what to do, for messages
   * @throws InputException naming the first file that is not what it was
   */
  public static void check(String model, ObjectNode before, String since, String instead) {
    ObjectNode now = of(model);
    Set<String> files = new LinkedHashSet<>(before.propertyNames());
    files.addAll(now.propertyNames());
    for (String file : files) {
      if (!before.path(file).toString().equals(now.path(file).toString())) {
        String changed = now.has(file) ? "is another file now" : "is gone";
        throw new InputException(
            "%s: %s %s %s; %s"
                .formatted(
                    model, file, before.has(file) ? changed : "was not there", since, instead));
      }
    }
  }
}
