package io.jackpot.objective;

import java.util.Arrays;
import java.util.SplittableRandom;

/** Seeded pairs of distributions: mild and extreme, with and without zeros, from 1 token on. */
record RandomDistributions(double[] p, double[] q) {

  static RandomDistributions of(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int vocabulary = seed % 7 == 0 ? 1 : random.nextInt(2, 30);
    double spread = random.nextDouble(0.1, seed % 5 == 0 ? 20 : 3);
    double zeros = seed % 3 == 0 ? 0.3 : 0;
    return new RandomDistributions(
        distribution(random, vocabulary, spread, zeros),
        distribution(random, vocabulary, spread, zeros));
  }

  private static double[] distribution(
      SplittableRandom random, int vocabulary, double spread, double zeros) {
    double[] p = new double[vocabulary];
    for (int x = 0; x < vocabulary; x++) {
      p[x] = random.nextDouble() < zeros ? 0 : Math.exp(spread * random.nextDouble(-1, 1));
    }
    p[random.nextInt(vocabulary)] = 1; // never all zero
    double sum = Arrays.stream(p).sum();
    return Arrays.stream(p).map(x -> x / sum).toArray();
  }

  /** KL(p ‖ q) in nats; infinite where q lacks a token of p. */
  static double kl(double[] p, double[] q) {
    double kl = 0;
    for (int x = 0; x < p.length; x++) {
      if (p[x] > 0) {
        kl += p[x] * (Math.log(p[x]) - Math.log(q[x]));
      }
    }
    return Math.max(0, kl);
  }

  /** min over q &gt; 0 of p/q. */
  double minRatio() {
    double min = Double.POSITIVE_INFINITY;
    for (int x = 0; x < p.length; x++) {
      min = q[x] > 0 ? Math.min(min, p[x] / q[x]) : min;
    }
    return min;
  }

  /** max over q &gt; 0 of p/q. */
  double maxRatio() {
    double max = 0;
    for (int x = 0; x < p.length; x++) {
      max = q[x] > 0 ? Math.max(max, p[x] / q[x]) : max;
    }
    return max;
  }

  /** q({p &gt; 0}), the most that can be accepted. */
  double reachable() {
    double sum = 0;
    for (int x = 0; x < p.length; x++) {
      sum += p[x] > 0 ? q[x] : 0;
    }
    return sum;
  }
}
