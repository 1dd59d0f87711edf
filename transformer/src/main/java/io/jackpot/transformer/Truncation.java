package io.jackpot.transformer;

/**
 * The truncation of a distribution before sampling, as in the Python library transformers. Applied
 * after the temperature, in this order: the {@code topK} most probable tokens; of these the
 * smallest set whose probability is at least {@code topP}; of these the tokens at least {@code
 * minP} times as probable as the most probable one. Each step renormalises. Among equally probable
 * tokens the lower id counts as more probable; the most probable token always stays.
 *
 * @param topK number of tokens to keep; 0 for all
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

  /** Whether no token is excluded. */
  public boolean keepsAll() {
    return topK == 0 && topP == 1 && minP == 0;
  }
}
