package io.jackpot.config;

import io.jackpot.transformer.Truncation;
import org.jspecify.annotations.Nullable;

/**
 * The settings of truncated sampling in rollouts; evaluations sample from the whole distribution.
 */
public record TruncationSettings(
    @Setting(
            group = Group.SAMPLING,
            value = "1",
            min = 0,
            above = true,
            max = 1,
            help = "rollouts sample from the smallest set of tokens with this probability (1: all)")
        double samplingTopP,
    @Setting(
            value = "none",
            min = 1,
            help = "rollouts sample from this many most probable tokens (none: all)")
        @Nullable Integer samplingTopK,
    @Setting(
            value = "0",
            min = 0,
            max = 1,
            help =
                "smallest probability of a token in rollouts, relative to the most probable (0: all)")
        double samplingMinP) {

  /** The tokens that rollouts may sample. */
  public Truncation truncation() {
    return new Truncation(samplingTopK == null ? 0 : samplingTopK, samplingTopP, samplingMinP);
  }
}
