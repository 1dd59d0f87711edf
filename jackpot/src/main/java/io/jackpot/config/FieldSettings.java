package io.jackpot.config;

import io.jackpot.problems.Fields;
import org.jspecify.annotations.Nullable;

/** The settings of data sets: which fields are read, and what a file may cost. */
public record FieldSettings(
    @Setting(
            group = Group.DATA,
            value = "none",
            list = true,
            help = "fields of the prompt, as in a,b.c (none: known names)")
        @Nullable String promptField,
    @Setting(value = "none", list = true, help = "fields of the gold answer (none: known names)")
        @Nullable String answerField,
    LimitSettings limits) {

  /**
   * The fields that hold prompt and gold answer.
   *
   * @throws io.jackpot.input.InputException if a name is blank
   */
  public Fields fields() {
    return Fields.of(promptField, answerField);
  }
}
