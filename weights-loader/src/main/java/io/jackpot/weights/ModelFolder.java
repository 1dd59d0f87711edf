package io.jackpot.weights;

import io.jackpot.input.InputException;
import io.jackpot.tensor.Shape;
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
import tools.jackson.databind.node.ObjectNode;

/**
 * A model as a folder in the layout of Hugging Face: {@code config.json}, {@code model.safetensors}
 * (or its sharded index) and {@code tokenizer.json}. A GGUF file is read as one, too, and saved as
 * a folder.
 *
 * <p>Of a {@code qwen2} folder, the AutoTokenizer of transformers 5 takes the class of Qwen2
 * whatever the folder says; its PreTrainedTokenizerFast opens the tokenizer as it is.
 *
 * @param tokenizer null if the folder has none; its weights can be trained and scored all the same
 */
public record ModelFolder(
    ModelConfig config, Parameters parameters, @Nullable Tokenizer tokenizer) {
  /** How the name of a GGUF file ends. */
  static final String GGUF = ".gguf";

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

  /**
   * Reads a model.
   *
   * @param path a folder, or a GGUF file (the first, where a model has several)
   * @throws InputException if a part other than the tokenizer is missing, or one is damaged, not
   *     supported or does not fit the others
   */
  public static ModelFolder load(Path path) {
    return load(path, LoadListener.NONE);
  }

  /** As {@link #load(Path)}. */
  public static ModelFolder load(Path path, LoadListener listener) {
    if (Files.isRegularFile(path)) {
      return fromGguf(path, true, listener);
    }
    return loadWeights(path, listener).withTokenizerOf(AtomicFiles.current(path));
  }

  private ModelFolder withTokenizerOf(Path folder) {
    Path file = folder.resolve(Tokenizers.FILE);
    try {
      return Files.exists(file) ? new ModelFolder(config, parameters, Tokenizers.load(file)) : this;
    } catch (IllegalArgumentException e) {
      throw new InputException(file + ": " + e.getMessage() + " in config.json", e);
    }
  }

  /**
   * Reads a model but for its tokenizer, which may then be of any kind.
   *
   * @param path as in {@link #load(Path)}
   * @throws InputException if a part is missing, damaged, not supported or does not fit the others
   */
  public static ModelFolder loadWeights(Path path) {
    return loadWeights(path, LoadListener.NONE);
  }

  /** As {@link #loadWeights(Path)}. */
  public static ModelFolder loadWeights(Path path, LoadListener listener) {
    if (Files.isRegularFile(path)) {
      return fromGguf(path, false, listener);
    }
    Path folder = AtomicFiles.current(path);
    if (!Files.isDirectory(folder)) {
      throw new InputException(path + ": no such folder; expected a model folder or GGUF file");
    }
    ModelConfig config = ConfigJson.read(folder.resolve(CONFIG));
    try (WeightFiles weights = WeightFiles.open(folder)) {
      ModelConfig actual = withOwnHead(config, weights);
      checkShapes(folder, " in config.json", actual, weights);
      return new ModelFolder(actual, WeightLoading.load(actual, weights, listener), null);
    }
  }

  private static ModelFolder fromGguf(Path file, boolean withTokenizer, LoadListener listener) {
    if (!file.toString().endsWith(GGUF)) {
      throw new InputException(
          file + ": a file, expected a model folder or a GGUF file with a name that ends in .gguf");
    }
    try (GgufModel gguf = GgufModel.open(file)) {
      checkShapes(file, "", gguf.config(), gguf);
      Parameters parameters = WeightLoading.load(gguf.config(), gguf, listener);
      Tokenizer tokenizer = withTokenizer ? GgufModel.tokenizer(gguf.metadata(), file) : null;
      return new ModelFolder(gguf.config(), parameters, tokenizer);
    } catch (IllegalArgumentException e) {
      throw new InputException(Json.oneLine(file + ": " + e.getMessage()), e);
    }
  }

  /**
   * Weights of a model that calls its head tied and yet has another one: transformers 5 then
   * believes the weights.
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
    // A wrong number must not cost time and memory before it is found.
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

  /**
   * A model of random weights of the shape that {@code config.json} gives, with the folder's
   * tokenizer where it has one. Weights that are there are not read.
   *
   * @throws InputException if {@code config.json} is missing or cannot be read, or the tokenizer is
   *     damaged or does not fit
   */
  public static ModelFolder random(Path folder, long seed) {
    ModelConfig config = ConfigJson.read(folder.resolve(CONFIG));
    return new ModelFolder(config, Model.random(config, seed).parameters(), null)
        .withTokenizerOf(folder);
  }

  private static void checkShape(
      Path where, String inConfig, String name, Shape found, Shape expected) {
    if (!found.equals(expected)) {
      throw new InputException(
          "%s: %s: shape %s, expected %s (%s%s)"
              .formatted(where, name, found, expected, keysOfShape(name), inConfig));
    }
  }

  /** The keys of {@code config.json} that make a parameter's shape. */
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

  /** A copy of the tied embedding, and the rotary frequencies that old Llama files carry. */
  private static boolean isIgnored(String name, ModelConfig config) {
    return (config.tiedEmbeddings() && name.equals(HEAD)) || name.endsWith("rotary_emb.inv_freq");
  }

  /**
   * Writes the folder in float32, whole or not at all; replaces one that was written so.
   *
   * @throws InputException as {@link #save(Path, StoredType, long)}
   */
  public void save(Path folder) {
    save(folder, StoredType.F32, Long.MAX_VALUE);
  }

  /**
   * Writes the folder, whole or not at all; replaces one that this method wrote.
   *
   * @param maxBytes largest weight file; larger weights are cut up between tensors
   * @throws InputException if {@code folder} holds anything that this method does not write and
   *     that would be lost, or it cannot be written
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
    @Nullable Integer endId = ends.isEmpty() ? null : ends.getFirst();
    ConfigJson.write(folder.resolve(CONFIG), config, endId, type);
    WeightFiles.write(folder, parameters.tensors(), type, maxBytes);
    if (tokenizer != null) {
      TokenizerFolder.save(tokenizer, folder, config.maxPositions());
    }
    ObjectNode generation = Json.object().put("do_sample", true).put("temperature", 1.0);
    if (ends.size() > 1) {
      ends.forEach(generation.putArray("eos_token_id")::add);
    } else {
      generation.put("eos_token_id", endId);
    }
    Json.write(folder.resolve(TokenizerFolder.GENERATION_CONFIG), generation);
  }
}
