package io.jackpot.config;

import io.jackpot.tensor.CacheType;
import io.jackpot.tensor.WeightType;

/** The number types of the model that samples. */
public record DtypeSettings(
    @Setting(
            group = Group.SAMPLING,
            value = "f32",
            help = "weights of the model that samples: f32, bf16 or int8")
        WeightType actorDtype,
    @Setting(value = "f32", help = "KV cache of the model that samples: f32, fp8 or int8")
        CacheType kvDtype) {

  /** Whether any of them is less precise than float32. */
  public boolean rounded() {
    return actorDtype != WeightType.F32 || kvDtype != CacheType.F32;
  }
}
