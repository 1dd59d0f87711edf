package io.jackpot.transformer;

/**
 * Which tokens of a distribution may be sampled, as the sampling of the Python library transformers
 * has it: after the temperature, first the {@code topK} most probable tokens, of those the smallest
 * set whose probability is at least {@code topP}, of those the ones at least {@code minP} times as
 * probable as the best. Probabilities are those of what is left by then. Of equally probable tokens
 * the lower id counts as the more probable one, and the best token always stays.
 *
 * @param topK most tokens; 0 for all
 * @param topP nucleus probability (Holtzman et al., 2020), in (0, 1]; 1 for all
 * @param minP least probability as a share of the best token's (Nguyen et al., 2025), in [0, 1]; 0
 *     for all
 */
public record Truncation(int topK, double topP, double minP) {
  /** The whole distribution. */
  public static final Truncation NONE = new Truncation(0, 1, 0);

  public Truncation {
    if (topK < 0 || !(topP > 0 && topP <= 1) || !(minP >= 0 && minP <= 1)) {
      throw new IllegalArgumentException(
          "topK %d, topP %s, minP %s: expected at least 0, above 0 and at most 1, 0 to 1"
              .formatted(topK, topP, minP));
    }
  }

  /** Whether every token may be sampled. */
  public boolean keepsAll() {
    return topK == 0 && topP == 1 && minP == 0;
  }
}
