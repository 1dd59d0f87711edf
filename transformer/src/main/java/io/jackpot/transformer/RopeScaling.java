package io.jackpot.transformer;

import java.util.List;

/**
 * A change of a model's rotary frequencies for longer sequences than it was first trained on: the
 * {@code rope_type} of Hugging Face configurations.
 */
public sealed interface RopeScaling {

  /**
   * The frequencies {@code [half]}: the angle per position of each pair of dimensions, in radians.
   *
   * @param half number of pairs: half the width of a head
   * @param theta base of the unscaled frequencies theta^(−i/half)
   */
  double[] frequencies(int half, double theta);

  /**
   * The frequencies for a forward pass whose longest sequence has {@code length} tokens.
   *
   * @param maxPositions {@code max_position_embeddings}
   */
  default double[] frequencies(int half, double theta, int maxPositions, int length) {
    return frequencies(half, theta);
  }

  /**
   * The longest sequence that the model supports.
   *
   * @param maxPositions {@code max_position_embeddings}, which includes the scaling in some models
   *     and not in others
   */
  default long longest(int maxPositions) {
    return maxPositions;
  }

  /**
   * The longest sequence whose frequencies do not depend on its length, so that a position can be
   * computed before the following ones are known.
   *
   * @param maxPositions as in {@link #longest}
   */
  default long longestOfFixedFrequencies(int maxPositions) {
    return longest(maxPositions);
  }

  /** The factor of cosines and sines; attention scores are multiplied by its square. */
  default double attentionFactor() {
    return 1;
  }

  private static double[] unscaled(int half, double theta) {
    double[] frequencies = new double[half];
    for (int i = 0; i < half; i++) {
      frequencies[i] = StrictMath.pow(theta, -(double) i / half);
    }
    return frequencies;
  }

  /** Unscaled frequencies. */
  record None() implements RopeScaling {
    @Override
    public double[] frequencies(int half, double theta) {
      return unscaled(half, theta);
    }
  }

  /**
   * Positions divided by a factor (Chen et al., 2023, "Extending context window of large language
   * models via position interpolation").
   */
  record Linear(double factor) implements RopeScaling {
    /**
     * @throws IllegalArgumentException if the factor is not above 0
     */
    public Linear {
      positive("factor", factor);
    }

    @Override
    public double[] frequencies(int half, double theta) {
      double[] frequencies = unscaled(half, theta);
      for (int i = 0; i < half; i++) {
        frequencies[i] /= factor;
      }
      return frequencies;
    }

    @Override
    public long longest(int maxPositions) {
      return Math.max(maxPositions, (long) (factor * maxPositions));
    }
  }

  /**
   * A base that grows with the length of sequences longer than {@code max_position_embeddings}
   * (dynamic NTK). All positions of such a sequence have other angles than in a shorter one, so it
   * can be computed in one forward pass but not sampled token by token.
   */
  record Dynamic(double factor) implements RopeScaling {
    /**
     * @throws IllegalArgumentException if the factor is not above 0
     */
    public Dynamic {
      positive("factor", factor);
    }

    @Override
    public double[] frequencies(int half, double theta) {
      return unscaled(half, theta);
    }

    @Override
    public double[] frequencies(int half, double theta, int maxPositions, int length) {
      double stretch = factor * Math.max(length, maxPositions) / maxPositions - (factor - 1);
      return unscaled(half, theta * StrictMath.pow(stretch, half / (half - 1.0)));
    }

    @Override
    public long longest(int maxPositions) {
      return Math.max(maxPositions, (long) (factor * maxPositions));
    }

    @Override
    public long longestOfFixedFrequencies(int maxPositions) {
      return maxPositions;
    }
  }

  /**
   * Low frequencies divided by a factor, high ones unchanged, those between interpolated (Llama
   * 3.1).
   *
   * @param lowFreqFactor rotations within {@code originalMaxPositions} below which a frequency is
   *     low
   * @param highFreqFactor rotations above which it is high
   * @param originalMaxPositions longest sequence of the first training
   */
  record Llama3(
      double factor, double lowFreqFactor, double highFreqFactor, int originalMaxPositions)
      implements RopeScaling {
    /**
     * @throws IllegalArgumentException if a value is out of range; names it
     */
    public Llama3 {
      positive("factor", factor);
      positive("low_freq_factor", lowFreqFactor);
      positive("original_max_position_embeddings", originalMaxPositions);
      if (!(highFreqFactor > lowFreqFactor)) {
        throw new IllegalArgumentException(
            "high_freq_factor %s: expected above low_freq_factor %s"
                .formatted(highFreqFactor, lowFreqFactor));
      }
    }

    @Override
    public double[] frequencies(int half, double theta) {
      double[] frequencies = unscaled(half, theta);
      for (int i = 0; i < half; i++) {
        double turns = originalMaxPositions * frequencies[i] / (2 * Math.PI);
        double kept = Math.clamp((turns - lowFreqFactor) / (highFreqFactor - lowFreqFactor), 0, 1);
        frequencies[i] = kept * frequencies[i] + (1 - kept) * frequencies[i] / factor;
      }
      return frequencies;
    }
  }

  /**
   * YaRN (Peng et al., 2023): frequencies with few rotations within {@code originalMaxPositions}
   * are divided by a factor, those with many are unchanged, with a ramp over the dimensions
   * between.
   *
   * @param attentionFactor see {@link #attentionFactor()}
   * @param betaFast rotations above which a frequency is unchanged
   * @param betaSlow rotations below which it is divided
   * @param originalMaxPositions longest sequence of the first training
   * @param truncate whether the ramp begins and ends at whole dimensions
   */
  record Yarn(
      double factor,
      double attentionFactor,
      double betaFast,
      double betaSlow,
      int originalMaxPositions,
      boolean truncate)
      implements RopeScaling {
    /**
     * @throws IllegalArgumentException if a value is out of range; names it
     */
    public Yarn {
      positive("factor", factor);
      positive("attention_factor", attentionFactor);
      positive("beta_slow", betaSlow);
      positive("beta_fast", betaFast);
      positive("original_max_position_embeddings", originalMaxPositions);
    }

    /** The attention factor that the paper recommends: 0.1·mscale·ln(factor) + 1. */
    public static double mscale(double factor, double mscale) {
      return factor <= 1 ? 1 : 0.1 * mscale * Math.log(factor) + 1;
    }

    @Override
    public double[] frequencies(int half, double theta) {
      double from = dimension(betaFast, half, theta);
      double to = dimension(betaSlow, half, theta);
      if (truncate) {
        from = Math.floor(from);
        to = Math.ceil(to);
      }
      from = Math.max(from, 0);
      to = Math.min(to, 2.0 * half - 1);
      if (from == to) {
        to += 0.001; // a ramp of no length would divide by zero
      }
      double[] frequencies = unscaled(half, theta);
      for (int i = 0; i < half; i++) {
        double divided = Math.clamp((i - from) / (to - from), 0, 1);
        frequencies[i] = divided * frequencies[i] / factor + (1 - divided) * frequencies[i];
      }
      return frequencies;
    }

    /** The pair of dimensions with so many rotations within the original length. */
    private double dimension(double turns, int half, double theta) {
      return half * Math.log(originalMaxPositions / (turns * 2 * Math.PI)) / Math.log(theta);
    }

    @Override
    public long longest(int maxPositions) {
      return Math.max(maxPositions, (long) (factor * originalMaxPositions));
    }
  }

  /**
   * LongRoPE (Ding et al., 2024): a divisor for each frequency, one set for sequences of up to
   * {@code originalMaxPositions} and one for longer ones.
   *
   * @param shortFactors for each pair of dimensions
   * @param longFactors for each pair of dimensions
   * @param attentionFactor see {@link #attentionFactor()}
   */
  record LongRope(
      List<Double> shortFactors,
      List<Double> longFactors,
      int originalMaxPositions,
      double attentionFactor)
      implements RopeScaling {
    /**
     * @throws IllegalArgumentException if a value is out of range; names it
     */
    public LongRope {
      shortFactors = List.copyOf(shortFactors);
      longFactors = List.copyOf(longFactors);
      shortFactors.forEach(factor -> positive("short_factor", factor));
      longFactors.forEach(factor -> positive("long_factor", factor));
      positive("original_max_position_embeddings", originalMaxPositions);
      positive("attention_factor", attentionFactor);
    }

    @Override
    public double[] frequencies(int half, double theta) {
      return divided(unscaled(half, theta), shortFactors);
    }

    @Override
    public double[] frequencies(int half, double theta, int maxPositions, int length) {
      boolean isLong = length > originalMaxPositions;
      return divided(unscaled(half, theta), isLong ? longFactors : shortFactors);
    }

    private static double[] divided(double[] frequencies, List<Double> factors) {
      for (int i = 0; i < frequencies.length; i++) {
        frequencies[i] /= factors.get(i);
      }
      return frequencies;
    }

    @Override
    public long longestOfFixedFrequencies(int maxPositions) {
      return shortFactors.equals(longFactors)
          ? maxPositions
          : Math.min(originalMaxPositions, maxPositions);
    }
  }

  private static void positive(String name, double value) {
    if (!(value > 0) || Double.isInfinite(value)) {
      throw new IllegalArgumentException(name + " " + value + ": expected above 0");
    }
  }
}
