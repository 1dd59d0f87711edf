package io.jackpot.answers;

/**
 * The text of an answer that was found.
 *
 * @param text without delimiters of mathematics, emphasis and a full stop around it
 * @param marked whether something said that this is the answer; a whole text is not marked
 */
public record Extraction(String text, boolean marked) {}
