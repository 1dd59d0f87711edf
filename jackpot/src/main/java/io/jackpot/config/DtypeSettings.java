package io.jackpot.config;

import io.jackpot.tensor.CacheType;
import io.jackpot.tensor.WeightType;

/** The number types of the model that samples. */
public record DtypeSettings(
    @Setting(value = "f32", help = "type of the weights in memory: f32, bf16 or int8")
        WeightType actorDtype,
    @Setting(value = "f32", help = "type of the KV cache: f32, fp8 or int8") CacheType kvDtype) {}
