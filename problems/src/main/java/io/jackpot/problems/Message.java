package io.jackpot.problems;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A turn of a conversation.
 *
 * @param role {@code system}, {@code user}, {@code assistant}, {@code tool} or another one that the
 *     chat template knows
 * @param content the text of the turn; empty if it has none, as a call of a tool
 * @param keys all that the turn has, as a chat template sees it: {@code role}, {@code content}, and
 *     others such as {@code tool_calls}; values are null, Boolean, Long, Double, String, lists and
 *     maps of these
 */
public record Message(String role, String content, Map<String, @Nullable Object> keys) {

  /** A turn with a role and a text only. */
  public Message(String role, String content) {
    this(role, content, Map.of("role", role, "content", content));
  }
}
