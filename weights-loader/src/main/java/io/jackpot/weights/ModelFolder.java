package io.jackpot.weights;

import io.jackpot.input.InputException;
import io.jackpot.tensor.Shape;
import io.jackpot.tensor.Tensor;
import io.jackpot.transformer.Model;
import io.jackpot.transformer.ModelConfig;
import io.jackpot.transformer.Parameters;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.SequencedSet;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A model in the layout of a Hugging Face folder: {@code config.json}, {@code model.safetensors}
 * (or a sharded index) and {@code tokenizer.json}. GGUF files can be loaded as well; a model is
 * always saved as a folder.
 *
 * <p>For a {@code qwen2} folder, the AutoTokenizer of transformers 5 uses Qwen2's class regardless
 * of the folder; its PreTrainedTokenizerFast opens the tokenizer unchanged.
 *
 * @param parameters weights in float32, under their Hugging Face names and shapes
 * @param tokenizer null if the model has none or it was not loaded; the weights can still be
 *     trained and scored
 * @param special what is saved of its special tokens
 */
public record ModelFolder(
    ModelConfig config,
    Parameters parameters,
    @Nullable Tokenizer tokenizer,
    SpecialTokenIds special) {
  /** The extension of GGUF files. */
  static final String GGUF = ".gguf";

  /** Far more than configurations take, in bytes. */
  private static final long CONFIGURATION = 1 << 16;

  private static final String CONFIG = "config.json";
  private static final String HEAD = "lm_head.weight";
  private static final Set<String> SAVED =
      Set.of(CONFIG, Tokenizers.FILE, TokenizerFolder.GENERATION_CONFIG);

  /**
   * @throws IllegalArgumentException if the tokenizer has more ids than the model
   */
  public ModelFolder {
    if (tokenizer != null && tokenizer.vocabularySize() > config.vocabularySize()) {
      throw new IllegalArgumentException(
          "the tokenizer has "
              + tokenizer.vocabularySize()
              + " tokens, expected at most vocab_size "
              + config.vocabularySize());
    }
  }

  /** A model that was not read from files. */
  public ModelFolder(ModelConfig config, Parameters parameters, @Nullable Tokenizer tokenizer) {
    this(config, parameters, tokenizer, SpecialTokenIds.none());
  }

  /**
   * This model with another tokenizer.
   *
   * @throws IllegalArgumentException if the tokenizer has more ids than the model
   */
  public ModelFolder withTokenizer(Tokenizer other) {
    return new ModelFolder(config, parameters, other, special);
  }

  /**
   * The model over the ids of its tokenizer, for text. Published vocabularies are padded to round
   * sizes; here the ids that the tokenizer does not have are left out, so their probability is 0.
   * The tensors are the first rows of those of {@link #parameters} and share their memory: to train
   * this model and to save this folder saves the trained rows together with the untouched padding.
   */
  public Model textModel() {
    if (tokenizer == null || tokenizer.vocabularySize() == config.vocabularySize()) {
      return new Model(config, parameters);
    }
    ModelConfig known = config.withVocabularySize(tokenizer.vocabularySize());
    Map<String, Shape> shapes = Parameters.shapes(known);
    Parameters rows =
        Parameters.of(
            known,
            name -> {
              Shape shape = shapes.get(name);
              Tensor whole = parameters.get(name);
              return shape == null ? whole : whole.reshape(shape.dims());
            });
    return new Model(known, rows);
  }

  /** The number of ids that the tokenizer does not have. */
  public int paddingIds() {
    return tokenizer == null ? 0 : config.vocabularySize() - tokenizer.vocabularySize();
  }

  /** Loads a model with {@link LoadOptions#DEFAULT}. */
  public static ModelFolder load(Path path) {
    return load(path, LoadOptions.DEFAULT);
  }

  /**
   * Loads a model.
   *
   * @param path a folder, or a GGUF file (the first one, if the model has several)
   * @throws InputException if a part other than the tokenizer is missing, or one is damaged, not
   *     supported or does not fit the others
   */
  public static ModelFolder load(Path path, LoadOptions options) {
    if (Files.isRegularFile(path)) {
      return loadGguf(path, options);
    }
    Path folder = AtomicFiles.current(path);
    if (!Files.exists(folder.resolve(CONFIG))) {
      throw MissingModel.at(folder, CONFIG);
    }
    ModelFolder model = withoutTokenizer(folder, options);
    Path file = folder.resolve(Tokenizers.FILE);
    try {
      return options.tokenizer() && Files.exists(file)
          ? new ModelFolder(
              model.config,
              model.parameters,
              Tokenizers.load(file),
              SpecialTokenIds.of(TokenizerFolder.of(folder)))
          : model;
    } catch (IllegalArgumentException e) {
      throw new InputException(file + ": " + e.getMessage() + " in config.json", e);
    }
  }

  private static ModelFolder withoutTokenizer(Path folder, LoadOptions options) {
    ModelConfig config = ConfigJson.read(folder.resolve(CONFIG));
    if (options.seed() != null) {
      requireRoom(folder.resolve(CONFIG), config);
      return new ModelFolder(config, Model.random(config, options.seed()).parameters(), null);
    }
    try (WeightFiles weights = WeightFiles.open(folder)) {
      ModelConfig actual = withOwnHead(config, weights);
      checkShapes(folder, " in config.json", actual, weights);
      Parameters parameters = WeightLoading.load(folder, actual, weights, options.listener());
      return new ModelFolder(actual, parameters, null);
    }
  }

  /**
   * Checks that random weights fit into the heap; no file of weights proves that sizes are real.
   */
  private static void requireRoom(Path file, ModelConfig config) {
    double mebibytes = config.parameterCount() * Float.BYTES / (1 << 20);
    long heap = Runtime.getRuntime().maxMemory() >> 20;
    if (mebibytes > heap) {
      throw new InputException(
          "%s: a model of %,.0f MiB in float32, expected one that fits into the heap of %,d MiB; give it more with JACKPOT_JAVA_OPTS=-Xmx…"
              .formatted(file, mebibytes, heap));
    }
  }

  private static ModelFolder loadGguf(Path file, LoadOptions options) {
    if (!file.toString().endsWith(GGUF)) {
      throw new InputException(
          file + ": a file, expected a model folder or a GGUF file with a name that ends in .gguf");
    }
    try (GgufModel gguf = GgufModel.open(file)) {
      ModelConfig config = gguf.config();
      checkShapes(file, "", config, gguf);
      Parameters parameters =
          options.seed() == null
              ? WeightLoading.load(file, config, gguf, options.listener())
              : Model.random(config, options.seed()).parameters();
      Tokenizer tokenizer = options.tokenizer() ? GgufModel.tokenizer(gguf.metadata(), file) : null;
      return new ModelFolder(
          config, parameters, tokenizer, SpecialTokenIds.ofGguf(gguf.metadata()));
    } catch (IllegalArgumentException e) {
      throw new InputException(Json.oneLine(file + ": " + e.getMessage()), e);
    }
  }

  /**
   * The configuration with a head of its own if it says that the head is tied but the weights have
   * a different one: transformers 5 then uses the weights.
   */
  private static ModelConfig withOwnHead(ModelConfig config, WeightSource weights) {
    if (!config.tiedEmbeddings() || !weights.names().contains(HEAD)) {
      return config;
    }
    StoredTensor head = weights.stored(HEAD);
    StoredTensor embedding = weights.stored(config.headName());
    boolean same =
        head.encoding() == embedding.encoding() && head.bytes().mismatch(embedding.bytes()) == -1;
    return same ? config : config.withTiedEmbeddings(false);
  }

  private static void checkShapes(
      Path where, String inConfig, ModelConfig config, WeightSource weights) {
    // Checked first: a wrong number would otherwise cost time and memory.
    if (config.layers() > weights.names().size()) {
      throw new InputException(
          "%s: %d layers%s, but the weights are only %d tensors; expected a number that fits them"
              .formatted(where, config.layers(), inConfig, weights.names().size()));
    }
    Map<String, Shape> expected = Parameters.shapes(config);
    expected.forEach(
        (name, shape) -> checkShape(where, inConfig, name, weights.shape(name), shape));
    for (String name : weights.names()) {
      if (!expected.containsKey(name) && !isIgnored(name, config)) {
        throw new InputException(
            Json.oneLine(
                "%s: tensor %s has no place in the %s model%s; expected settings that fit the weights"
                    .formatted(where, name, config.modelType(), inConfig.replace(" in ", " of "))));
      }
    }
  }

  private static void checkShape(
      Path where, String inConfig, String name, Shape found, Shape expected) {
    if (!found.equals(expected)) {
      throw new InputException(
          "%s: %s: shape %s, expected %s (%s%s)"
              .formatted(where, name, found, expected, keysOfShape(name), inConfig));
    }
  }

  /** The keys of {@code config.json} that determine a parameter's shape. */
  private static String keysOfShape(String name) {
    String[] parts = name.split("\\.");
    String q = "num_attention_heads * head_dim";
    String kv = "num_key_value_heads * head_dim";
    boolean bias = parts[parts.length - 1].equals("bias");
    return switch (parts[parts.length - 2]) {
      case "embed_tokens", "lm_head" -> "vocab_size x hidden_size";
      case "q_proj" -> bias ? q : q + " x hidden_size";
      case "k_proj", "v_proj" -> bias ? kv : kv + " x hidden_size";
      case "o_proj" -> bias ? "hidden_size" : "hidden_size x " + q;
      case "q_norm", "k_norm" -> "head_dim";
      case "gate_proj", "up_proj" -> "intermediate_size x hidden_size";
      case "down_proj" -> "hidden_size x intermediate_size";
      default -> "hidden_size";
    };
  }

  /** Whether a tensor is a copy of the tied embedding or the rotary frequencies of old files. */
  private static boolean isIgnored(String name, ModelConfig config) {
    return (config.tiedEmbeddings() && name.equals(HEAD)) || name.endsWith("rotary_emb.inv_freq");
  }

  /**
   * Writes the folder in float32, atomically; replaces one that was written by this method.
   *
   * @throws InputException as {@link #save(Path, StoredType, long)}
   */
  public void save(Path folder) {
    save(folder, StoredType.F32, Long.MAX_VALUE);
  }

  /**
   * Writes the folder atomically; replaces one that was written by this method.
   *
   * @param maxBytes largest weight file; larger weights are sharded between tensors
   * @throws InputException if {@code folder} contains other files, which would be lost, or it
   *     cannot be written
   */
  public void save(Path folder, StoredType type, long maxBytes) {
    if (Files.exists(folder)) {
      try (Stream<Path> files = Files.list(folder)) {
        files
            .filter(file -> !isSaved(file.getFileName().toString()))
            .findAny()
            .ifPresent(other -> {
              throw new InputException(
                  "cannot save a model to "
                      + folder
                      + ", which holds something else ("
                      + other.getFileName()
                      + "); choose a new or empty folder");
            });
      } catch (IOException e) {
        throw AtomicFiles.failed("cannot save a model here", folder, e);
      }
    }
    AtomicFiles.writeFolderAtomically(folder, temporary -> writeInto(temporary, type, maxBytes));
  }

  private static boolean isSaved(String file) {
    return SAVED.contains(file)
        || TokenizerFolder.COMPANIONS.contains(file)
        || WeightFiles.isName(file);
  }

  /** What {@link #save} takes of the disk, roughly, in bytes. */
  public long bytes(StoredType type) {
    long texts = tokenizer == null ? 0 : tokenizer.savedBytes();
    return CONFIGURATION + texts + type.bytes() * parameters.count();
  }

  /**
   * Writes the files of the model into a folder that exists, for example a checkpoint's.
   *
   * @throws InputException if they cannot be written
   */
  public void writeInto(Path folder) {
    writeInto(folder, StoredType.F32, Long.MAX_VALUE);
  }

  private void writeInto(Path folder, StoredType type, long maxBytes) {
    SequencedSet<Integer> ends = tokenizer == null ? new LinkedHashSet<>() : tokenizer.endIds();
    ConfigJson.write(folder.resolve(CONFIG), config, root -> special.writeInto(root, ends), type);
    WeightFiles.write(folder, parameters.tensors(), type, maxBytes);
    if (tokenizer != null) {
      TokenizerFolder.save(tokenizer, folder, config.maxPositions());
    }
    Json.write(folder.resolve(TokenizerFolder.GENERATION_CONFIG), special.generation(ends));
  }
}
