package io.jackpot.inference;

import io.jackpot.transformer.Truncation;
import org.jspecify.annotations.Nullable;

/**
 * How responses are sampled.
 *
 * @param temperature 0 for the most probable token
 * @param truncation which tokens may be sampled
 * @param seed of all random numbers
 */
record Sampling(float temperature, Truncation truncation, long seed) {

  /** Of settings, in which no top-k is null. */
  static Sampling of(
      float temperature, double topP, @Nullable Integer topK, double minP, long seed) {
    return new Sampling(temperature, new Truncation(topK == null ? 0 : topK, topP, minP), seed);
  }
}
