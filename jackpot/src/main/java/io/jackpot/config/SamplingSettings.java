package io.jackpot.config;

import io.jackpot.transformer.Truncation;
import org.jspecify.annotations.Nullable;

/** The settings of sampling from a model that is not trained. */
public record SamplingSettings(
    @Setting(value = "1", min = 0, help = "sampling temperature; 0 for the most probable token")
        float temperature,
    @Setting(
            value = "1",
            min = 0,
            above = true,
            max = 1,
            help = "samples from the smallest set of tokens of this probability; 1 for all")
        double topP,
    @Setting(value = "none", min = 1, help = "samples from as many best tokens; none for all")
        @Nullable Integer topK,
    @Setting(
            value = "0",
            min = 0,
            max = 1,
            help = "least probability of a token as a share of the best one's; 0 for all")
        double minP,
    @Setting(value = "none", min = 1, help = "longest response in tokens; none for 256 at most")
        @Nullable Integer maxTokens,
    @Setting(value = "0", help = "of all random numbers") long seed) {

  /** The tokens that may be sampled. */
  public Truncation truncation() {
    return new Truncation(topK == null ? 0 : topK, topP, minP);
  }
}
