package io.jackpot.transformer;

import io.jackpot.tensor.Tensor;

/**
 * Tables {@code cos, sin [positions, headDim/2]} of the rotary position embedding (Su et al., 2021)
 * for the angles position × frequency, with the frequencies of {@link RopeScaling}. They grow with
 * the longest sequence so far.
 */
final class Rope {
  private final ModelConfig config;
  private final int half;

  /** The sequence length of the frequencies in the tables; 0 if they do not depend on it. */
  private int length;

  private Tensor cos;
  private Tensor sin;

  Rope(ModelConfig config) {
    this.config = config;
    this.half = config.headDim() / 2;
    this.cos = Tensor.zeros(0, half);
    this.sin = Tensor.zeros(0, half);
  }

  /**
   * Extends the tables to {@code positions} positions of sequences that may grow, with the same
   * values for all lengths.
   *
   * @throws IllegalArgumentException if the model does not support so many
   */
  void cover(int positions) {
    cover(positions, config.longestSequence());
  }

  /**
   * Extends the tables to a forward pass whose longest sequence has {@code positions} positions.
   *
   * @throws IllegalArgumentException if the model does not support so many
   */
  void coverForward(int positions) {
    cover(positions, config.longestForward());
  }

  private void cover(int positions, int most) {
    if (positions > most) {
      throw new IllegalArgumentException(
          "a sequence of %d tokens, but the model takes %d (max_position_embeddings)"
              .formatted(positions, most));
    }
    int wanted = positions > config.longestSequence() ? positions : 0;
    if (wanted != length || positions > cos.rows()) {
      int grown = wanted == length ? Math.max(positions, 2 * cos.rows()) : positions;
      fill(wanted > 0 ? positions : Math.min(config.longestSequence(), grown), wanted);
    }
  }

  private void fill(int rows, int length) {
    this.length = length;
    cos = Tensor.zeros(rows, half);
    sin = Tensor.zeros(rows, half);
    double[] frequencies =
        config.ropeScaling().frequencies(half, config.ropeTheta(), config.maxPositions(), length);
    double factor = config.ropeScaling().attentionFactor();
    for (int position = 0; position < rows; position++) {
      for (int i = 0; i < half; i++) {
        double angle = position * frequencies[i];
        cos.data()[position * half + i] = (float) (factor * StrictMath.cos(angle));
        sin.data()[position * half + i] = (float) (factor * StrictMath.sin(angle));
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
