package io.jackpot.models;

import io.jackpot.input.InputException;
import io.jackpot.input.Names;
import io.jackpot.prompts.ChatTemplate;
import io.jackpot.weights.Checkpoints;
import io.jackpot.weights.LoadListener;
import io.jackpot.weights.LoadOptions;
import io.jackpot.weights.ModelFolder;
import io.jackpot.weights.Tokenizer;
import io.jackpot.weights.Tokenizers;
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
 * Models by name: a folder, a GGUF file, a run's folder (its last policy, or the model of {@code
 * sft}), a checkpoint's folder (its policy or model), or {@code builtin:policy} and {@code
 * builtin:actor}, the small warm-started models of generated arithmetic that ship with the program.
 */
public final class ModelSource {
  private static final String PREFIX = "builtin:";
  private static final List<String> BUILTIN = List.of(PREFIX + "policy", PREFIX + "actor");
  private static final String CONFIG = "config.json";

  /** The file that makes a folder a run, and where a run has its models. */
  private static final String METRICS = "metrics.jsonl";

  /** The file that makes a folder a checkpoint. */
  private static final String STATE = "state.json";

  private static final String CHECKPOINTS = "checkpoints";
  private static final String POLICY = "policy";
  private static final String MODEL = "model";

  private static final List<String> FILES = List.of(CONFIG, "model.safetensors", "tokenizer.json");

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

  /** As {@link #load}, with random weights; only configuration and tokenizer are read. */
  public static ModelFolder loadFresh(String name, long seed) {
    return load(name, LoadOptions.DEFAULT.withRandomWeights(seed));
  }

  /**
   * Reads a model's tokenizer; the name may also be that of a {@code tokenizer.json}.
   *
   * @throws InputException if there is no such tokenizer, or it is damaged or not supported
   */
  public static Tokenizer tokenizer(String name) {
    return read(name, Tokenizers::load);
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
   * The name of a model's own folder or file: of a run or a checkpoint, that of its policy; other
   * names as they are.
   *
   * @throws InputException if a run has no model yet
   */
  public static String resolve(String name) {
    return name.startsWith(PREFIX) ? name : path(Path.of(name)).toString();
  }

  /**
   * Checks that there is something in a model's place, which may take long to read.
   *
   * @throws InputException if there is not
   */
  public static void requireExists(String name) {
    if (isBuiltIn(name) ? !BUILTIN.contains(name) : !Files.exists(path(Path.of(name)))) {
      var _ = load(name, LoadOptions.DEFAULT); // which says what is missing
    }
  }

  /** Whether a name is that of a model that ships with the program. */
  public static boolean isBuiltIn(String name) {
    return name.startsWith(PREFIX);
  }

  private static Path path(Path name) {
    if (Files.isRegularFile(name.resolve(POLICY).resolve(CONFIG))) {
      return name.resolve(POLICY);
    }
    boolean isRun = Files.isRegularFile(name.resolve(METRICS));
    if (!isRun && !Files.isRegularFile(name.resolve(STATE))) {
      return name;
    }
    if (Files.isRegularFile(name.resolve(MODEL).resolve(CONFIG))) {
      return name.resolve(MODEL);
    }
    return new Checkpoints(name.resolve(CHECKPOINTS))
        .latest()
        .map(ModelSource::path)
        .orElseThrow(() ->
            new InputException(
                name + ": a run without a checkpoint yet; expected one, or a model's folder"));
  }

  /**
   * Returns the result of {@code read} on the model's folder or file, which may not exist
   * afterwards.
   *
   * @throws InputException if there is no built-in model of that name, or {@code read} throws it
   */
  public static <T> T read(String name, Function<Path, T> read) {
    if (!name.startsWith(PREFIX)) {
      return read.apply(path(Path.of(name)));
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
