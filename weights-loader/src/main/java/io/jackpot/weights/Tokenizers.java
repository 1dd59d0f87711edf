package io.jackpot.weights;

import io.jackpot.tensor.InputException;
import java.nio.file.Files;
import java.nio.file.Path;
import tools.jackson.databind.node.ObjectNode;

/** Opens {@code tokenizer.json}. */
public final class Tokenizers {
  static final String FILE = "tokenizer.json";

  private Tokenizers() {}

  /**
   * @param path a {@code tokenizer.json} or the folder it is in
   * @throws InputException if it is missing, damaged or of a kind that is not supported
   */
  public static Tokenizer load(Path path) {
    Path file = Files.isDirectory(path) ? path.resolve(FILE) : path;
    ObjectNode root = Json.read(file);
    Tokenizer tokenizer = CharTokenizer.load(file, root);
    if (tokenizer == null) {
      throw new InputException(
          Json.oneLine(
              file
                  + ": a tokenizer of model type "
                  + root.path("model").path("type")
                  + ", expected the character tokenizer that this program writes"));
    }
    return tokenizer;
  }
}
