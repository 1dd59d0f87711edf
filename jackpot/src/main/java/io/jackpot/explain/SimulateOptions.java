package io.jackpot.explain;

import io.jackpot.input.InputException;
import java.util.List;

/**
 * The options of {@link Simulate}.
 *
 * @param vocabulary tokens of a distribution
 * @param spread standard deviation of the policy's logits; larger is more peaked
 * @param noise standard deviations of the noise on the actor's logits, one row of the answer each
 * @param samples pairs of distributions per row
 * @param seed of all random numbers
 * @param lambdas thresholds λ to try; empty where {@code acceptances} is given
 * @param acceptances wanted mean acceptances, whose λ is solved for; empty where {@code lambdas} is
 *     given
 */
public record SimulateOptions(
    int vocabulary,
    double spread,
    List<Double> noise,
    int samples,
    long seed,
    List<Double> lambdas,
    List<Double> acceptances) {

  public SimulateOptions {
    noise = List.copyOf(noise);
    lambdas = List.copyOf(lambdas);
    acceptances = List.copyOf(acceptances);
    check(vocabulary >= 1, "vocabulary", vocabulary, "an integer of at least 1");
    check(spread >= 0 && spread <= 20, "spread", spread, "a number from 0 to 20");
    check(!noise.isEmpty(), "noise", "empty", "at least one number");
    noise.forEach(x -> check(x >= 0 && x <= 20, "noise", x, "numbers from 0 to 20"));
    check(samples >= 1, "samples", samples, "an integer of at least 1");
    check(
        (long) vocabulary * samples <= 1 << 24,
        "samples",
        samples,
        "at most " + (1 << 24) / vocabulary + " with vocabulary " + vocabulary);
    check(
        lambdas.isEmpty() != acceptances.isEmpty(),
        "lambdas",
        lambdas + " and acceptances " + acceptances,
        "one of the two");
    lambdas.forEach(
        x -> check(x > 0 && x < Double.POSITIVE_INFINITY, "lambdas", x, "numbers above 0"));
    acceptances.forEach(
        x -> check(x > 0 && x <= 1, "acceptances", x, "numbers above 0 and at most 1"));
  }

  /** 1000 tokens, eight strengths of noise, λ = 1. */
  public static SimulateOptions defaults() {
    return new SimulateOptions(
        1000, 3, List.of(0.1, 0.2, 0.3, 0.5, 0.75, 1.0, 1.5, 2.0), 32, 0, List.of(1.0), List.of());
  }

  private static void check(boolean holds, String name, Object found, String expected) {
    if (!holds) {
      throw new InputException(name + ": " + found + ", expected " + expected);
    }
  }
}
