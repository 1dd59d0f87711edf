package io.jackpot.weights;

import io.jackpot.input.InputException;
import io.jackpot.input.InputFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Opens tokenizers: {@code tokenizer.json} files and those in GGUF files. */
public final class Tokenizers {
  static final String FILE = "tokenizer.json";

  /** Far larger than any of these files. */
  private static final int LARGEST = 256 << 20;

  private Tokenizers() {}

  /**
   * Opens a tokenizer. {@code generation_config.json}, {@code config.json} and {@code
   * tokenizer_config.json} in the same folder define the tokens that end a sequence.
   *
   * <p>As in the Python library transformers 5, {@code tokenizer.json} alone defines the special
   * tokens around a text; {@code add_bos_token} and {@code add_eos_token} of {@code
   * tokenizer_config.json} are ignored. So are the sections {@code truncation} and {@code padding}:
   * texts are never truncated or padded here.
   *
   * @param path a {@code tokenizer.json} or its folder, or a GGUF file
   * @throws InputException if it is missing, damaged or of a kind that is not supported
   */
  public static Tokenizer load(Path path) {
    if (path.toString().endsWith(ModelFolder.GGUF) && !Files.isDirectory(path)) {
      if (!Files.exists(path)) {
        throw MissingModel.at(path, FILE);
      }
      try (Gguf gguf = Gguf.open(path)) {
        return fromGguf(gguf.metadata(), path.toString());
      }
    }
    Path file = Files.isDirectory(path) ? path.resolve(FILE) : path;
    if (Files.isDirectory(path) && !Files.exists(file)) {
      throw MissingModel.at(path, FILE);
    }
    try {
      byte[] bytes = InputFiles.bytes(file, LARGEST);
      Path folder = file.resolveSibling("");
      return TokenizerReader.read(bytes, file.toString(), TokenizerFolder.of(folder));
    } catch (IOException e) {
      throw AtomicFiles.failed("cannot read", file, e);
    }
  }

  /**
   * The tokenizer in a GGUF file: byte-level BPE ({@code gpt2}) or SentencePiece BPE ({@code
   * llama}). It is saved as a {@code tokenizer.json}.
   *
   * @param metadata as {@link Gguf#metadata} returns it
   * @param where the file, for messages
   * @throws InputException if there is none, or it is damaged or of a kind that is not supported
   */
  public static Tokenizer fromGguf(Map<String, Object> metadata, String where) {
    return GgufTokenizer.read(metadata, where);
  }
}
