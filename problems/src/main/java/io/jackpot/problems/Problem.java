package io.jackpot.problems;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A problem for a model to solve.
 *
 * @param prompt the text of the problem
 * @param answer the gold answer, which a {@link Verifier} reads
 * @param completion a response to imitate, or null
 * @param before the turns before the prompt, such as a system message or examples; usually none
 */
public record Problem(
    String prompt, String answer, @Nullable String completion, List<Message> before) {

  /** A problem without turns before it. */
  public Problem(String prompt, String answer, @Nullable String completion) {
    this(prompt, answer, completion, List.of());
  }
}
