package io.jackpot.inference;

import io.jackpot.config.DeviceSettings;
import io.jackpot.config.DtypeSettings;
import io.jackpot.config.LimitSettings;
import io.jackpot.config.Setting;

/** The settings of {@code score}. */
public record ScoreSettings(
    @Setting(help = "model: folder, run, GGUF file, builtin:policy or builtin:actor") String model,
    @Setting(help = "JSONL file of {\"ids\"}") String input,
    LimitSettings limits,
    DeviceSettings compute,
    DtypeSettings dtypes,
    @Setting(value = "true", help = "give the logits after the last id of each line")
        boolean lastLogits) {}
