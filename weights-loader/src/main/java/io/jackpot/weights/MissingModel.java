package io.jackpot.weights;

import io.jackpot.input.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What to do where a model is expected and is not there. */
final class MissingModel {
  /** Parts of a split model other than its first, which stands for all. */
  private static final String LATER_PART = ".*-(?!00001-)\\d{5}-of-\\d{5}\\.gguf";

  private static final int MOST_NAMED = 5;

  private MissingModel() {}

  /**
   * The error for a folder, or for the path of a file or folder that does not exist.
   *
   * @param needed the files that a model folder would have
   */
  static InputException at(Path path, String needed) {
    boolean folder = Files.isDirectory(path);
    List<Path> gguf = ggufFiles(folder ? path : path.toAbsolutePath().getParent());
    String names =
        gguf.stream().limit(MOST_NAMED).map(Path::toString).collect(Collectors.joining(", "))
            + (gguf.size() > MOST_NAMED ? ", …" : "");
    String problem;
    if (folder) {
      problem =
          switch (gguf.size()) {
            case 0 -> "no " + needed + "; expected a model folder or a GGUF file";
            case 1 -> "a folder with a GGUF file and no " + needed + "; give the file: " + names;
            default ->
                "a folder with %d GGUF files and no %s; give one of them: %s"
                    .formatted(gguf.size(), needed, names);
          };
    } else if (!path.toString().endsWith(ModelFolder.GGUF)) {
      problem = "no such folder; expected a model folder or GGUF file";
    } else {
      problem =
          "no such file; "
              + (gguf.isEmpty()
                  ? "expected a GGUF file or a model folder"
                  : "expected another name: beside it is " + names);
    }
    return new InputException(Json.oneLine(path + ": " + problem));
  }

  private static List<Path> ggufFiles(@Nullable Path folder) {
    if (folder == null || !Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> file.toString().endsWith(ModelFolder.GGUF))
          .filter(file -> !file.getFileName().toString().matches(LATER_PART))
          .filter(Files::isRegularFile)
          .sorted()
          .toList();
    } catch (IOException e) {
      throw AtomicFiles.failed("cannot read", folder, e);
    }
  }
}
