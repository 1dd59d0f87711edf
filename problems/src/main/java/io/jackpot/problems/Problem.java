package io.jackpot.problems;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a model is asked to solve.
 *
 * @param prompt the text it continues
 * @param answer the gold answer that a {@link Verifier} reads
 * @param completion a response to imitate, where there is one
 * @param before what was said before the prompt: a system's message or worked examples; mostly
 *     nothing
 */
public record Problem(
    String prompt, String answer, @Nullable String completion, List<Message> before) {

  /** A problem without anything before it. */
  public Problem(String prompt, String answer, @Nullable String completion) {
    this(prompt, answer, completion, List.of());
  }
}
