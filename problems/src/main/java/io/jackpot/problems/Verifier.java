package io.jackpot.problems;

import org.jspecify.annotations.Nullable;

/** Judges a response by its gold answer. */
public interface Verifier {

  /** What a verifier says. */
  enum Verdict {
    CORRECT,
    WRONG,
    /** No answer could be read from the response. */
    UNPARSED,
    /** No answer could be read from the gold: such a problem is passed over, never rewarded. */
    BAD_GOLD
  }

  /**
   * @param extracted the answer as it was read; null where there was none
   */
  record Verification(Verdict verdict, @Nullable String extracted) {}

  /**
   * @param gold the gold answer
   * @param response a model's whole text, or a bare answer
   */
  Verification verify(String gold, String response);

  /** Whether an answer can be read from {@code gold}, so that responses can be judged by it. */
  default boolean canRead(String gold) {
    return verify(gold, "").verdict() != Verdict.BAD_GOLD;
  }

  /**
   * Whether the token that ends a response is part of what is judged; else it is a mark of the
   * tokenizer, and responses come without it.
   */
  default boolean judgesEndToken() {
    return false;
  }
}
