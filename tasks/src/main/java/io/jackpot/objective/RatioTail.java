package io.jackpot.objective;

import java.util.Arrays;

/**
 * How far apart two distributions are at the sampled tokens, by r = p(a)/p_inf(a).
 *
 * @param p01 the 1 % percentile of r, linear between neighbours
 * @param p05 the 5 % percentile
 * @param secondMoment the mean of r²
 */
public record RatioTail(double p01, double p05, double secondMoment) {

  /** Log-probs of the tokens, in nats: {@code logProb, logInf [tokens]}. */
  public static RatioTail of(double[] logProb, double[] logInf) {
    double[] ratio = new double[logInf.length];
    Arrays.setAll(ratio, t -> ObrsTasks.ratio(logProb[t], logInf[t]));
    double secondMoment = Arrays.stream(ratio).map(r -> r * r).sum() / ratio.length;
    Arrays.sort(ratio);
    return new RatioTail(percentile(ratio, 0.01), percentile(ratio, 0.05), secondMoment);
  }

  private static double percentile(double[] sorted, double share) {
    double place = share * (sorted.length - 1);
    int below = (int) place;
    double next = sorted[Math.min(below + 1, sorted.length - 1)];
    return sorted[below] + (place - below) * (next - sorted[below]);
  }
}
