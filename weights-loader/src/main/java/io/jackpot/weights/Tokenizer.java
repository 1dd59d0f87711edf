package io.jackpot.weights;

import io.jackpot.input.InputException;
import java.nio.file.Path;
import java.util.Map;
import java.util.SequencedSet;

/** Text to token ids and back. Immutable and safe for use by many threads. */
public interface Tokenizer {
  /**
   * The ids of {@code text}, with the special tokens around it that the tokenizer puts there, such
   * as one that begins a sequence.
   *
   * @throws InputException if the vocabulary cannot express {@code text}; names the place
   */
  default int[] encode(String text) {
    return withSpecialIds(encodePlain(text));
  }

  /**
   * The ids of {@code text} and nothing else: for the rest of a sequence, and for text that has its
   * special tokens written out.
   *
   * @throws InputException if the vocabulary cannot express {@code text}; names the place
   */
  int[] encodePlain(String text);

  /** The ids of a text with the special tokens around them that {@link #encode} puts there. */
  default int[] withSpecialIds(int[] plain) {
    return plain;
  }

  /**
   * The text of {@code ids[from]} to {@code ids[to - 1]}, special tokens included. An id within the
   * vocabulary that no token has is no text; bytes that are not UTF-8 are U+FFFD.
   *
   * @throws InputException if an id cannot be one of the vocabulary
   */
  String decode(int[] ids, int from, int to);

  /** The text of all {@code ids}. */
  default String decode(int... ids) {
    return decode(ids, 0, ids.length);
  }

  /** Number of token ids: {@link #encode} gives ids from 0 to one less. */
  int vocabularySize();

  /** The tokens that end a sequence, the usual one first; empty where none is known. */
  SequencedSet<Integer> endIds();

  /**
   * Writes a {@code tokenizer.json} that the Python library tokenizers opens and {@link
   * Tokenizers#load} reads.
   *
   * @throws InputException if it cannot be written
   */
  void save(Path file);

  /**
   * Files that came with the tokenizer and say how it is used, such as a chat template, by name: a
   * model that is saved keeps them.
   */
  default Map<String, byte[]> companions() {
    return Map.of();
  }
}
