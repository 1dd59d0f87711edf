package io.jackpot.config;

import io.jackpot.transformer.Truncation;
import org.jspecify.annotations.Nullable;

/** The settings of sampling from a model that is not trained. */
public record SamplingSettings(
    @Setting(
            group = Group.SAMPLING,
            common = true,
            value = "1",
            min = 0,
            help = "sampling temperature (0: always the most probable token)")
        float temperature,
    @Setting(
            common = true,
            value = "1",
            min = 0,
            above = true,
            max = 1,
            formerly = "topP",
            help = "sample from the smallest set of tokens with this probability (1: all)")
        double samplingTopP,
    @Setting(
            value = "none",
            min = 1,
            formerly = "topK",
            help = "sample from this many most probable tokens (none: all)")
        @Nullable Integer samplingTopK,
    @Setting(
            value = "0",
            min = 0,
            max = 1,
            formerly = "minP",
            help = "smallest probability of a token, relative to the most probable one (0: all)")
        double samplingMinP,
    @Setting(
            common = true,
            value = "none",
            min = 1,
            formerly = "maxTokens",
            help = "longest response in tokens (none: 256, or less if the model takes less)")
        @Nullable Integer maxResponseTokens,
    @Setting(common = true, value = "0", help = "seed of all random numbers") long seed) {

  /** The tokens that may be sampled. */
  public Truncation truncation() {
    return new Truncation(samplingTopK == null ? 0 : samplingTopK, samplingTopP, samplingMinP);
  }
}
