package io.jackpot.explain;

import io.jackpot.objective.LambdaSolver;
import io.jackpot.objective.LossTasks;
import io.jackpot.objective.NormalizerTasks;
import io.jackpot.tensor.Threefry;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The {@code simulate} command: the paper's Figure 2. How far does rejection move an actor towards
 * the policy, and how much does it reject?
 *
 * <p>The paper does not say how its distributions were drawn. Here the policy's logits are {@code
 * spread}·N(0, 1), and the actor's are the policy's plus {@code noise}·N(0, 1), all independent.
 *
 * <p>The possible gain is bounded: accepted tokens have p' ≤ p_inf/Z, so that KL(policy ‖ ·) falls
 * by at most −log Z, which is 0.05 nats at an acceptance of 95%.
 */
public final class Simulate {
  private static final String MODEL =
      "policy logits ~ spread * N(0, 1); actor logits = policy logits + noise * N(0, 1)";

  private Simulate() {}

  /**
   * The answer has a row for each noise and each λ (or wanted acceptance): λ, the exact mean
   * acceptance Z, the means of KL(policy ‖ actor) before and of KL(policy ‖ accepted) after
   * rejection in nats, the one over the other as {@code reduction}, the same means in the other
   * direction, KL(actor ‖ policy) and KL(accepted ‖ policy), as {@code klReverse…}, and geometric
   * means of the smallest and largest policy/actor ratio before and after (rejection clips them
   * from below at λ, up to the normalizer).
   */
  public static ObjectNode run(SimulateOptions options) {
    ObjectNode answer = JsonNodeFactory.instance.objectNode();
    answer.put("model", MODEL);
    answer
        .putObject("options")
        .put("vocabulary", options.vocabulary())
        .put("spread", options.spread())
        .put("samples", options.samples())
        .put("seed", options.seed());
    ArrayNode rows = answer.putArray("rows");
    // Every strength sees the same draws, so rows differ by nothing but what they name.
    double[][] policyLogits = normals(Threefry.fold(options.seed(), 0, 0), options);
    double[][] noise = normals(Threefry.fold(options.seed(), 1, 0), options);
    double[][] policy = distributions(policyLogits, noise, options.spread(), 0);
    for (double strength : options.noise()) {
      double[][] actor = distributions(policyLogits, noise, options.spread(), strength);
      List<Double> lambdas =
          options.lambdas().isEmpty()
              ? options.acceptances().stream()
                  .map(acceptance -> LambdaSolver.solve(actor, policy, acceptance))
                  .toList()
              : options.lambdas();
      lambdas.forEach(lambda -> row(rows.addObject(), strength, lambda, policy, actor));
    }
    return answer;
  }

  private static void row(
      ObjectNode row, double noise, double lambda, double[][] policy, double[][] actor) {
    int samples = policy.length;
    double[][] accepted = new double[samples][];
    Arrays.setAll(accepted, i -> NormalizerTasks.postRejection(actor[i], policy[i], lambda));
    double before = mean(samples, i -> divergence(policy[i], actor[i]));
    double after = mean(samples, i -> divergence(policy[i], accepted[i]));
    row.put("noise", noise)
        .put("lambda", lambda)
        .put("acceptance", mean(samples, i -> NormalizerTasks.exact(actor[i], policy[i], lambda)))
        .put("klBefore", before)
        .put("klAfter", after);
    if (after > 0) {
      row.put("reduction", before / after);
    } else {
      row.putNull("reduction");
    }
    row.put("klReverseBefore", mean(samples, i -> divergence(actor[i], policy[i])))
        .put("klReverseAfter", mean(samples, i -> divergence(accepted[i], policy[i])));
    putRatios(row, "Before", policy, actor);
    putRatios(row, "After", policy, accepted);
  }

  private static double divergence(double[] p, double[] q) {
    return LossTasks.divergence(logs(p), logs(q));
  }

  private static double[] logs(double[] p) {
    return Arrays.stream(p).map(Math::log).toArray();
  }

  private static void putRatios(ObjectNode row, String when, double[][] policy, double[][] other) {
    row.put("ratioMin" + when, extreme(policy, other, false));
    row.put("ratioMax" + when, extreme(policy, other, true));
  }

  private static double extreme(double[][] policy, double[][] other, boolean largest) {
    return Math.exp(
        mean(
            policy.length,
            i -> {
              var logRatios =
                  IntStream.range(0, policy[i].length)
                      .mapToDouble(x -> Math.log(policy[i][x]) - Math.log(other[i][x]));
              return (largest ? logRatios.max() : logRatios.min()).orElseThrow();
            }));
  }

  private static double[][] distributions(
      double[][] logits, double[][] noise, double spread, double strength) {
    double[][] all = new double[logits.length][logits[0].length];
    for (int i = 0; i < all.length; i++) {
      double[] row = all[i];
      for (int x = 0; x < row.length; x++) {
        row[x] = spread * logits[i][x] + strength * noise[i][x];
      }
      double max = Arrays.stream(row).max().orElseThrow();
      double sum = Arrays.stream(row).map(l -> Math.exp(l - max)).sum();
      Arrays.setAll(row, x -> Math.exp(row[x] - max) / sum);
    }
    return all;
  }

  /** Standard normals by Box and Muller, {@code [samples][vocabulary]}. */
  private static double[][] normals(long key, SimulateOptions options) {
    double[][] normals = new double[options.samples()][options.vocabulary()];
    for (int i = 0; i < normals.length; i++) {
      for (int x = 0; x < normals[i].length; x++) {
        double radius = Math.sqrt(-2 * Math.log1p(-Threefry.uniform(key, i, 2 * x)));
        normals[i][x] = radius * Math.cos(2 * Math.PI * Threefry.uniform(key, i, 2 * x + 1));
      }
    }
    return normals;
  }

  private static double mean(int n, IntToDoubleFunction value) {
    return IntStream.range(0, n).mapToDouble(value).sum() / n;
  }
}
