package io.jackpot.config;

import io.jackpot.objective.Extensions;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** What other trainers have beside the paper's objective; all of it is off by default. */
public record LossSettings(
    @Setting(
            value = "token",
            help = "PPO's ratio: token, or sequence (GSPO: geometric mean; clips of about 0.0004)")
        Extensions.RatioLevel ratioLevel,
    @Setting(
            value = "none",
            min = 1,
            above = true,
            help = "largest ratio by which a negative advantage counts (none: dual clip is off)")
        @Nullable Double dualClip,
    @Setting(value = "false", help = "responses that were cut off carry no loss")
        boolean maskTruncated) {

  /** The options of the objective. */
  Extensions extensions() {
    return new Extensions(
        ratioLevel,
        dualClip == null ? OptionalDouble.empty() : OptionalDouble.of(dualClip),
        maskTruncated,
        0,
        null);
  }
}
