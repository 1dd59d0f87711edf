package io.jackpot.advantage;

import io.jackpot.input.InputException;
import java.util.Arrays;

/**
 * The advantages of the answers to one problem (a group) from their rewards. A group whose rewards
 * are all equal, and so a group of one, teaches nothing: its advantages are exactly 0.
 */
public enum Advantages {
  /**
   * (r − mean)/(std + 1e-6), Shao et al. (2024), DeepSeekMath, 4.1.2. The paper leaves open which
   * std; this is the sample's (divided by n − 1), as torch.std gives it, which verl's
   * compute_grpo_outcome_advantage uses with the same constant.
   */
  GRPO {
    @Override
    double scale(double squaredDeviations, int n) {
      return 1 / (Math.sqrt(squaredDeviations / (n - 1)) + 1e-6);
    }
  },
  /** r − mean, Liu et al. (2025), Understanding R1-Zero-Like Training. */
  DR_GRPO {
    @Override
    double scale(double squaredDeviations, int n) {
      return 1;
    }
  },
  /** r − mean of the others, which is (r − mean)·n/(n − 1); Ahmadian et al. (2024). */
  RLOO {
    @Override
    double scale(double squaredDeviations, int n) {
      return n / (n - 1.0);
    }
  };

  abstract double scale(double squaredDeviations, int n);

  /**
   * The fewest responses to a problem from which it can learn: it compares them with each other.
   */
  public int smallestGroup() {
    return 2;
  }

  /** Rewards of one group, {@code [samples]} → advantages, {@code [samples]}. */
  public double[] of(double[] rewards) {
    double[] advantages = new double[rewards.length];
    // Compared, not subtracted: the mean of equal rewards need not be that reward in floating
    // point.
    if (Arrays.stream(rewards).allMatch(r -> r == rewards[0])) {
      return advantages;
    }
    double mean = Arrays.stream(rewards).sum() / rewards.length;
    double squares = 0;
    for (double reward : rewards) {
      squares += (reward - mean) * (reward - mean);
    }
    double scale = scale(squares, rewards.length);
    Arrays.setAll(advantages, i -> (rewards[i] - mean) * scale);
    return advantages;
  }

  /**
   * Groups that follow one another, {@code [groups × groupSize]} → advantages of the same shape.
   *
   * @throws InputException if the number of rewards is not a multiple of {@code groupSize}
   */
  public double[] of(double[] rewards, int groupSize) {
    if (groupSize < 1 || rewards.length % groupSize != 0) {
      throw new InputException(
          rewards.length + " rewards, expected a multiple of the group size " + groupSize);
    }
    double[] advantages = new double[rewards.length];
    for (int start = 0; start < rewards.length; start += groupSize) {
      double[] group = of(Arrays.copyOfRange(rewards, start, start + groupSize));
      System.arraycopy(group, 0, advantages, start, groupSize);
    }
    return advantages;
  }
}
