package io.jackpot.weights;

import org.jspecify.annotations.Nullable;

/** Counts the bytes of texts for which a tokenizer's vocabulary has no token. */
public final class UnknownBytes {
  private final Tokenizer tokenizer;
  private long texts;
  private long affected;
  private long bytes;

  public UnknownBytes(Tokenizer tokenizer) {
    this.tokenizer = tokenizer;
  }

  /** Counts a text that is tokenized. */
  public void add(String text) {
    long unknown = tokenizer.unknownBytes(text);
    texts++;
    bytes += unknown;
    affected += unknown > 0 ? 1 : 0;
  }

  /**
   * A line for people; null if the vocabulary has all.
   *
   * @param what the texts: prompts, for example
   */
  public @Nullable String note(String what) {
    String token = tokenizer.unknownToken();
    return bytes == 0
        ? null
        : "warning: the vocabulary has no token for %,d bytes in %,d of %,d %s; they are %s"
            .formatted(bytes, affected, texts, what, token == null ? "left out" : token + " now");
  }
}
