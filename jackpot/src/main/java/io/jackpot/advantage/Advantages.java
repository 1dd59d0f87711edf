package io.jackpot.advantage;

import java.util.Arrays;

/**
 * The advantages of the answers to one problem (a group) from their rewards. A group whose rewards
 * are all equal, and so a group of one, teaches nothing: its advantages are exactly 0, but for
 * {@link #REMAX}.
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
  },
  /**
   * r − the reward of the sampler's greedy response to the problem, Li et al. (2024), ReMax; verl's
   * compute_remax_outcome_advantage. A group of one has a baseline too.
   */
  REMAX {
    @Override
    double scale(double squaredDeviations, int n) {
      return 1;
    }

    @Override
    public double[] of(double[] rewards, double greedy) {
      return Arrays.stream(rewards).map(r -> r - greedy).toArray();
    }

    @Override
    public int smallestGroup() {
      return 1;
    }

    @Override
    public boolean needsGreedy() {
      return true;
    }
  };

  abstract double scale(double squaredDeviations, int n);

  /**
   * The fewest responses to a problem from which it can learn: most compare them with each other.
   */
  public int smallestGroup() {
    return 2;
  }

  /** Whether it compares with the greedy response. */
  public boolean needsGreedy() {
    return false;
  }

  /**
   * Rewards of one group, {@code [samples]} → advantages, {@code [samples]}.
   *
   * @param greedy the reward of the greedy response, which only {@link #REMAX} reads
   */
  public double[] of(double[] rewards, double greedy) {
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
}
