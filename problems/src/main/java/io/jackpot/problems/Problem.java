package io.jackpot.problems;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A problem for a model to solve.
 *
 * @param prompt the text of the problem; of a conversation, that of its last turn
 * @param answer the gold answer, which a {@link Verifier} reads
 * @param completion a response to imitate, or null
 * @param conversation the turns, the last of which is the user's, if the prompt is a conversation;
 *     empty if it is a plain text
 */
public record Problem(
    String prompt, String answer, @Nullable String completion, List<Message> conversation) {

  /** A problem with a plain text as its prompt. */
  public Problem(String prompt, String answer, @Nullable String completion) {
    this(prompt, answer, completion, List.of());
  }

  /** Whether the prompt is a conversation, whose turns have roles. */
  public boolean isConversation() {
    return !conversation.isEmpty();
  }
}
