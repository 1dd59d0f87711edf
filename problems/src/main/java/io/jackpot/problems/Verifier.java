package io.jackpot.problems;

import org.jspecify.annotations.Nullable;

/** Judges a response by the gold answer. */
public interface Verifier {

  /** The result of a judgement. */
  enum Verdict {
    CORRECT,
    WRONG,
    /** No answer could be read from the response. */
    UNPARSED,
    /** No answer could be read from the gold answer; such a problem must not be rewarded. */
    BAD_GOLD
  }

  /**
   * A judgement.
   *
   * @param extracted the text of the answer that was read; null if there was none
   */
  record Verification(Verdict verdict, @Nullable String extracted) {}

  /**
   * Judges a response.
   *
   * @param gold the gold answer
   * @param response a model's whole text, or a bare answer
   */
  Verification verify(String gold, String response);

  /** Whether responses can be judged by a gold answer. */
  default boolean canRead(String gold) {
    return verify(gold, "").verdict() != Verdict.BAD_GOLD;
  }

  /**
   * Whether a response includes the text of its end token. If not, the end token is removed before
   * a response is judged.
   */
  default boolean judgesEndToken() {
    return false;
  }
}
