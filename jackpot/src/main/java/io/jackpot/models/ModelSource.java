package io.jackpot.models;

import io.jackpot.input.InputException;
import io.jackpot.input.Names;
import io.jackpot.prompts.ChatTemplate;
import io.jackpot.weights.LoadListener;
import io.jackpot.weights.LoadOptions;
import io.jackpot.weights.ModelFolder;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Models by name: a folder, a GGUF file, or {@code builtin:policy} and {@code builtin:actor}, the
 * small warm-started models of generated arithmetic that ship with the program.
 */
public final class ModelSource {
  private static final String PREFIX = "builtin:";
  private static final List<String> BUILTIN = List.of(PREFIX + "policy", PREFIX + "actor");
  private static final List<String> FILES =
      List.of("config.json", "model.safetensors", "tokenizer.json");

  private ModelSource() {}

  /**
   * Reads a whole model.
   *
   * @param progress gives the listener of a load by the model's name
   * @throws InputException if there is no such model, or it is damaged or not supported
   */
  public static ModelFolder load(String name, Function<String, LoadListener> progress) {
    return load(name, LoadOptions.DEFAULT.withListener(progress.apply(name)));
  }

  /** As {@link #load}, without the tokenizer, which may then be of any kind. */
  public static ModelFolder loadWeights(String name, Function<String, LoadListener> progress) {
    LoadOptions options = LoadOptions.DEFAULT.withListener(progress.apply(name));
    return load(name, options.withoutTokenizer());
  }

  private static ModelFolder load(String name, LoadOptions options) {
    return read(name, path -> ModelFolder.load(path, options));
  }

  /**
   * A line for people on the padding of a vocabulary; null if there is none.
   *
   * @param whose the model
   * @param padding {@link ModelFolder#paddingIds}
   */
  public static @Nullable String withoutPadding(String whose, int padding) {
    return padding == 0
        ? null
        : "%,d ids of %s that its tokenizer does not have (padding) have probability 0"
            .formatted(padding, whose);
  }

  /**
   * A model's chat template.
   *
   * @param now the time that the template may ask for
   * @return null if the model has none
   * @throws InputException if a file cannot be read, or the template is not supported
   */
  public static @Nullable ChatTemplate chatTemplate(String name, LocalDateTime now) {
    return read(name, path -> Optional.ofNullable(ChatTemplate.find(path, now))).orElse(null);
  }

  /**
   * Returns the result of {@code read} on the model's folder or file, which may not exist
   * afterwards.
   *
   * @throws InputException if there is no built-in model of that name, or {@code read} throws it
   */
  public static <T> T read(String name, Function<Path, T> read) {
    if (!name.startsWith(PREFIX)) {
      return read.apply(Path.of(name));
    }
    if (!BUILTIN.contains(name)) {
      throw new InputException(
          name + ": no such built-in model; nearest is " + Names.nearest(name, BUILTIN));
    }
    // Resources may be inside a jar, and weights are memory-mapped from files.
    try {
      Path folder = Files.createTempDirectory("jackpot-");
      try {
        for (String file : FILES) {
          copy("/io/jackpot/models/" + name.substring(PREFIX.length()) + "/" + file, folder);
        }
        return read.apply(folder);
      } finally {
        for (String file : FILES) {
          Files.deleteIfExists(folder.resolve(file));
        }
        Files.delete(folder);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void copy(String resource, Path folder) throws IOException {
    try (InputStream in = ModelSource.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException(resource + ": not on the class path");
      }
      Files.copy(in, folder.resolve(resource.substring(resource.lastIndexOf('/') + 1)));
    }
  }
}
