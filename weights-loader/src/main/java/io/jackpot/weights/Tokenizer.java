package io.jackpot.weights;

import io.jackpot.tensor.InputException;
import java.nio.file.Path;

/** Text to token ids and back. Immutable and safe for use by many threads. */
public interface Tokenizer {
  /**
   * @throws InputException if the vocabulary cannot express {@code text}; names the place
   */
  int[] encode(String text);

  /**
   * The text of {@code ids[from]} to {@code ids[to - 1]}.
   *
   * @throws InputException if an id is not in the vocabulary
   */
  String decode(int[] ids, int from, int to);

  /** The text of all {@code ids}. */
  default String decode(int... ids) {
    return decode(ids, 0, ids.length);
  }

  /** Number of token ids; ids go from 0 to one less. */
  int vocabularySize();

  /** The token that ends a sequence. */
  int endId();

  /**
   * Writes a {@code tokenizer.json} that the Python library tokenizers opens and {@link
   * Tokenizers#load} reads.
   *
   * @throws InputException if it cannot be written
   */
  void save(Path file);
}
