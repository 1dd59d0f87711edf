package io.jackpot.config;

import org.jspecify.annotations.Nullable;

/** What the settings of all runs have, of {@code train} and {@code sft}. */
public sealed interface RunSettings permits TrainSettings, SftSettings {
  /** The updates of the run. */
  int steps();

  /** The tokens of a pass; null if they are to be chosen. */
  @Nullable Integer microBatchTokens();

  /** The learning rate after warm-up and before its decay. */
  float learningRate();

  /** Updates over which learning rates rise from 0. */
  int warmupSteps();

  /** The decay of learning rates. */
  RateDecay decay();

  /**
   * A learning rate in an update.
   *
   * @param peak its highest value
   * @param step 1 for the first update
   */
  default float rate(float peak, int step) {
    return decay().rate(peak, step, warmupSteps(), steps());
  }
}
