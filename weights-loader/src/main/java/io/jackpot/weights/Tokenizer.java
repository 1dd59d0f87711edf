package io.jackpot.weights;

import io.jackpot.input.InputException;
import java.nio.file.Path;
import java.util.Map;
import java.util.SequencedSet;
import org.jspecify.annotations.Nullable;

/** Converts text to token ids and back. Immutable and safe for use by several threads. */
public interface Tokenizer {
  /**
   * The ids of {@code text} with the special tokens that the tokenizer adds around it, such as one
   * that begins a sequence.
   *
   * @throws InputException if the vocabulary cannot express {@code text}; names the place
   */
  default int[] encode(String text) {
    return withSpecialIds(encodePlain(text));
  }

  /**
   * The ids of {@code text} alone: for the rest of a sequence, and for text that already contains
   * its special tokens.
   *
   * @throws InputException if the vocabulary cannot express {@code text}; names the place
   */
  int[] encodePlain(String text);

  /** Whether the vocabulary has a token for every byte, so that it can express every text. */
  default boolean hasEveryByte() {
    return true;
  }

  /**
   * The number of UTF-8 bytes in {@code text} for which the vocabulary has no token: they are left
   * out, or become the {@link #unknownToken}.
   */
  default long unknownBytes(String text) {
    return 0;
  }

  /** The token for text that the vocabulary cannot express; null if such text is left out. */
  default @Nullable String unknownToken() {
    return null;
  }

  /** Adds the special tokens of {@link #encode} around the ids of a text. */
  default int[] withSpecialIds(int[] plain) {
    return plain;
  }

  /**
   * The text of {@code ids[from]} to {@code ids[to - 1]}, special tokens included. An unused id
   * adds no text; malformed UTF-8 becomes U+FFFD.
   *
   * @throws InputException if an id is outside the vocabulary
   */
  String decode(int[] ids, int from, int to);

  /** The text of all {@code ids}. */
  default String decode(int... ids) {
    return decode(ids, 0, ids.length);
  }

  /** Number of token ids: one more than the largest. */
  int vocabularySize();

  /** The tokens that end a sequence, the default one first; empty if none is known. */
  SequencedSet<Integer> endIds();

  /**
   * Writes a {@code tokenizer.json} that {@link Tokenizers#load} and the Python library tokenizers
   * read.
   *
   * @throws InputException if it cannot be written
   */
  void save(Path file);

  /** What its files take of the disk, roughly, in bytes. */
  default long savedBytes() {
    return companions().values().stream().mapToLong(file -> file.length).sum();
  }

  /**
   * Other files of the tokenizer, such as a chat template, by name. They are saved with a model.
   */
  default Map<String, byte[]> companions() {
    return Map.of();
  }
}
