package io.jackpot.inference;

import io.jackpot.config.DeviceSettings;
import io.jackpot.config.DtypeSettings;
import io.jackpot.config.Group;
import io.jackpot.config.LimitSettings;
import io.jackpot.config.SamplingSettings;
import io.jackpot.config.Setting;
import io.jackpot.config.TemplateSettings;
import io.jackpot.input.InputException;
import org.jspecify.annotations.Nullable;

/** The settings of {@code generate}. */
public record GenerateSettings(
    @Setting(
            group = Group.MODELS,
            common = true,
            help =
                "model: folder, run (its last policy), GGUF file, builtin:policy or builtin:actor")
        String model,
    @Setting(group = Group.DATA, common = true, value = "none", help = "text to continue")
        @Nullable String prompt,
    @Setting(common = true, value = "none", help = "JSONL file of {\"prompt\"}")
        @Nullable String input,
    LimitSettings limits,
    TemplateSettings template,
    @Setting(
            group = Group.SAMPLING,
            common = true,
            value = "1",
            min = 1,
            formerly = "samples",
            help = "responses per prompt")
        int samplesPerPrompt,
    SamplingSettings sampling,
    DeviceSettings compute,
    DtypeSettings dtypes,
    @Setting(
            group = Group.RUN,
            common = true,
            value = "false",
            help = "print a JSON object per response")
        boolean json,
    @Setting(
            value = "false",
            help = "add to each JSON object promptIds, ids and logprobs of the response")
        boolean tokens) {

  /**
   * @throws InputException if there is no prompt, or two sources of them, or other settings
   *     contradict each other
   */
  public GenerateSettings {
    if (tokens && !json) {
      throw new InputException("--tokens: only beside --json");
    }
    if ((prompt == null) == (input == null)) {
      throw new InputException(
          (prompt == null ? "no prompt" : "--prompt and --input")
              + ": expected one of --prompt TEXT and --input FILE");
    }
  }
}
