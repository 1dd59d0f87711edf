package io.jackpot.tokenizer;

/**
 * A part of a text that is being tokenized.
 *
 * @param first whether it starts where the whole text did before normalization
 */
public record Piece(String text, boolean first) {
  Piece withText(String changed) {
    return changed.equals(text) ? this : new Piece(changed, first);
  }
}
