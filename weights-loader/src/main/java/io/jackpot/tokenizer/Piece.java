package io.jackpot.tokenizer;

/**
 * A part of a text on its way to tokens.
 *
 * @param first whether it begins where the whole text did before anything was normalized
 */
public record Piece(String text, boolean first) {
  Piece withText(String changed) {
    return changed.equals(text) ? this : new Piece(changed, first);
  }
}
