package io.jackpot.problems;

/**
 * A turn of a conversation.
 *
 * @param role {@code system}, {@code user} or {@code assistant}
 * @param content the text of the turn
 */
public record Message(String role, String content) {}
