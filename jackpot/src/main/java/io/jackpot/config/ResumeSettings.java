package io.jackpot.config;

import io.jackpot.input.InputException;
import org.jspecify.annotations.Nullable;

/**
 * What a command goes on with.
 *
 * @param resume the folder of a run or an evaluation; null for a new one
 * @param strict refuse to go on with other ops than before, or vectors of another width
 */
public record ResumeSettings(
    @Setting(
            group = Group.RUN,
            common = true,
            value = "none",
            help = "folder to go on with: a run from its last checkpoint, an evaluation")
        @Nullable String resume,
    @Setting(
            value = "false",
            help = "with --resume: refuse other ops than before, or vectors of another width")
        boolean strict) {

  /**
   * @throws InputException if it is strict without anything to compare with
   */
  public ResumeSettings {
    if (strict && resume == null) {
      throw new InputException("--strict: expected --resume with it, there is nothing to compare");
    }
  }
}
