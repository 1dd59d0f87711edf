package io.jackpot.weights;

import org.jspecify.annotations.Nullable;

/**
 * Options of {@link ModelFolder#load}, {@link #DEFAULT} but for the changes made to it.
 *
 * @param tokenizer whether to read the tokenizer; if not, it may be missing or of any kind
 * @param seed of random weights instead of those in the files; null reads the files
 * @param listener receives the progress of reading the weights
 */
public record LoadOptions(boolean tokenizer, @Nullable Long seed, LoadListener listener) {
  /** Weights and tokenizer, without reporting progress. */
  public static final LoadOptions DEFAULT = new LoadOptions(true, null, LoadListener.NONE);

  /** These options without the tokenizer. */
  public LoadOptions withoutTokenizer() {
    return new LoadOptions(false, seed, listener);
  }

  /** These options with random weights (see {@link io.jackpot.transformer.Model#random}). */
  public LoadOptions withRandomWeights(long seed) {
    return new LoadOptions(tokenizer, seed, listener);
  }

  /** These options with a listener. */
  public LoadOptions withListener(LoadListener listener) {
    return new LoadOptions(tokenizer, seed, listener);
  }
}
