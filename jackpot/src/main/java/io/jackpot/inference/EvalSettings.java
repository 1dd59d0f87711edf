package io.jackpot.inference;

import io.jackpot.config.ArithmeticSettings;
import io.jackpot.config.DeviceSettings;
import io.jackpot.config.DtypeSettings;
import io.jackpot.config.FieldSettings;
import io.jackpot.config.Group;
import io.jackpot.config.SamplingSettings;
import io.jackpot.config.Setting;
import io.jackpot.config.TemplateSettings;
import io.jackpot.input.InputException;
import io.jackpot.problems.ProblemSet;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The settings of {@code eval}. */
public record EvalSettings(
    @Setting(
            group = Group.MODELS,
            common = true,
            help =
                "model: folder, run (its last policy), GGUF file, builtin:policy or builtin:actor")
        String model,
    @Setting(
            group = Group.DATA,
            common = true,
            value = ProblemSet.ARITHMETIC,
            list = true,
            help = "arithmetic (held out), or problem files as in a.jsonl,name=b.jsonl")
        String problems,
    FieldSettings fields,
    TemplateSettings template,
    ArithmeticSettings arithmetic,
    @Setting(
            common = true,
            value = "none",
            min = 1,
            help = "most problems per data set (none: all of a file, 512 generated)")
        @Nullable Integer limit,
    @Setting(
            group = Group.SAMPLING,
            common = true,
            value = "1",
            min = 1,
            formerly = "samples",
            help = "responses per problem")
        int samplesPerPrompt,
    @Setting(
            common = true,
            value = "none",
            min = 1,
            help = "k of pass@k, as in 1,4,8 (none: 1 and samplesPerPrompt)")
        @Nullable List<Integer> k,
    SamplingSettings sampling,
    DeviceSettings compute,
    DtypeSettings dtypes) {

  /**
   * @throws InputException if a k is larger than the number of samples, or other settings
   *     contradict each other
   */
  public EvalSettings {
    int largest = k == null ? 1 : Collections.max(k);
    if (largest > samplesPerPrompt) {
      throw new InputException(
          "k %d: pass@%d needs as many responses per problem, but samplesPerPrompt is %d"
              .formatted(largest, largest, samplesPerPrompt));
    }
  }

  /** Every k of pass@k, smallest first. */
  List<Integer> ks() {
    return (k == null ? List.of(1, samplesPerPrompt) : k).stream().distinct().sorted().toList();
  }
}
