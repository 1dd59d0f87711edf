package io.jackpot.transformer;

import io.jackpot.tensor.Tensor;

/**
 * Cosines and sines of the rotary position embedding (Su et al., 2021): position·frequency(i) for i
 * below headDim/2. The tables grow with the longest sequence seen.
 */
final class Rope {
  private final int half;
  private final double[] frequencies;
  private final double factor;
  private final int maxPositions;
  private Tensor cos;
  private Tensor sin;

  Rope(ModelConfig config) {
    this.half = config.headDim() / 2;
    this.frequencies = config.ropeScaling().frequencies(half, config.ropeTheta());
    this.factor = config.ropeScaling().attentionFactor();
    this.maxPositions = config.maxPositions();
    this.cos = Tensor.zeros(0, half);
    this.sin = Tensor.zeros(0, half);
  }

  /**
   * Makes the tables cover {@code positions} positions.
   *
   * @throws IllegalArgumentException if the model is not made for so many
   */
  void cover(int positions) {
    if (positions > maxPositions) {
      throw new IllegalArgumentException(
          "a sequence of %d tokens, but the model takes %d (max_position_embeddings)"
              .formatted(positions, maxPositions));
    }
    if (positions > cos.rows()) {
      int rows = Math.min(maxPositions, Math.max(positions, 2 * cos.rows()));
      cos = Tensor.zeros(rows, half);
      sin = Tensor.zeros(rows, half);
      for (int position = 0; position < rows; position++) {
        for (int i = 0; i < half; i++) {
          double angle = position * frequencies[i];
          cos.data()[position * half + i] = (float) (factor * StrictMath.cos(angle));
          sin.data()[position * half + i] = (float) (factor * StrictMath.sin(angle));
        }
      }
    }
  }

  Tensor cos() {
    return cos;
  }

  Tensor sin() {
    return sin;
  }
}
