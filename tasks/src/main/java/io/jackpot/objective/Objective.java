package io.jackpot.objective;

import io.jackpot.objective.ObjectiveOptions.Aggregation;
import io.jackpot.objective.ObjectiveOptions.MaskMode;
import io.jackpot.objective.ObjectiveOptions.Target;
import java.util.Arrays;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/**
 * The joint objective (Jackpot, Eq. 5–8 and Algorithm 1): policy loss with rejection, actor loss
 * and distillation, as one loss to minimise. It needs only scalars per token, and its gradient with
 * respect to the logits follows from one coefficient per token and model.
 *
 * <p>No gradient flows through Z, κ, w, ρ, the mask or F.
 */
public final class Objective {
  /** Relative excess of Z over its bound that float32 sums can explain. */
  private static final double ROUNDING = 1e-6;

  private Objective() {}

  public static ObjectiveResult evaluate(ObjectiveOptions options, TokenBatch batch) {
    int n = batch.tokens();
    double[] share = shares(options.aggregation(), batch.sequence());
    double[] logTarget = logTarget(options.target(), batch);

    // 1. Acceptance (Eq. 3).
    double[] r = filled(n, t -> Obrs.ratio(logTarget[t], batch.logInf()[t]));
    double[] alpha = filled(n, t -> Obrs.acceptProbability(r[t], options.lambda()));
    double[] accepted =
        options.mask() == MaskMode.EXPECTED
            ? alpha
            : filled(n, t -> batch.uniform()[t] < alpha[t] ? 1 : 0);
    double acceptedShare = mean(accepted);

    // 2. and 3. The normalizer and its bias correction (4.4.2).
    double meanTopK = mean(batch.zTopK());
    double kappa = meanTopK == 0 ? 0 : acceptedShare / meanTopK;
    double[] z =
        switch (options.normalizer()) {
          case TOPK -> filled(n, t -> kappa * batch.zTopK()[t]);
          case EXACT -> batch.zExact().clone();
          case EMPIRICAL -> filled(n, t -> acceptedShare);
        };

    // 4. The weight of each token.
    double[] w = filled(n, t -> Obrs.weight(z[t], r[t], options.lambda()));
    double[] ones = filled(n, t -> 1);
    double[] mask;
    double[] rho;
    double[] toRef =
        filled(n, t -> Math.min(Obrs.ratio(batch.logRef()[t], logTarget[t]), options.c2()));
    switch (options.policyWeighting()) {
      case PolicyWeighting.Obrs() -> {
        mask = accepted;
        rho = filled(n, t -> finite(Math.min(w[t], options.c1()) * toRef[t]));
      }
      case PolicyWeighting.TisTimesZ(double cap) -> {
        mask = ones;
        rho = filled(n, t -> finite(Math.min(z[t] * r[t], cap) * toRef[t]));
      }
      case PolicyWeighting.Corrected(Correction correction, Target target) -> {
        mask = ones;
        rho = corrected(correction, logTarget(target, batch), batch);
      }
    }
    Correction f = options.actorCorrection();
    double[] actorWeight = f == null ? filled(n, t -> 0) : corrected(f, batch.actorLogRef(), batch);

    // 5. to 9. The losses, and their derivatives by the two log-probs.
    Ppo policy = ppo(options, batch.logNew(), batch.logRef(), batch.advantage());
    Ppo actor = ppo(options, batch.actorLogNew(), batch.actorLogRef(), batch.advantage());
    double[] weight = filled(n, t -> mask[t] * rho[t]);
    double weightMax = Arrays.stream(weight).max().orElseThrow();
    double policyLoss = 0 - weightedSum(share, weight, policy.term);
    double actorLoss = 0 - weightedSum(share, actorWeight, actor.term);
    double distillLoss = weightedSum(share, ones, batch.divergence());
    double bound = Math.min(1, 1 / options.lambda()) * (1 + ROUNDING);
    return new ObjectiveResult(
        alpha,
        mask,
        z,
        w,
        rho,
        policy.ratio,
        policy.term,
        actorWeight,
        actor.term,
        filled(n, t -> 0 - share[t] * weight[t] * policy.derivative[t]),
        filled(n, t -> 0 - share[t] * actorWeight[t] * actor.derivative[t]),
        filled(n, t -> share[t] * options.distillCoefficient()),
        mean(mask),
        kappa,
        policyLoss,
        actorLoss,
        distillLoss,
        policyLoss + actorLoss + options.distillCoefficient() * distillLoss,
        weightMax == 0,
        new ObjectiveResult.Metrics(
            mean(z),
            mean(weight),
            weightMax,
            effectiveSampleSize(weight),
            policy.clippedLow / (double) n,
            policy.clippedHigh / (double) n,
            (actor.clippedLow + actor.clippedHigh) / (double) n,
            Arrays.stream(z).filter(value -> value > bound).count() / (double) n));
  }

  private static double[] logTarget(Target target, TokenBatch batch) {
    return switch (target) {
      case REF -> batch.logRef();
      case NEW -> batch.logNew();
    };
  }

  /** What each token counts in the batch; sums to 1. */
  private static double[] shares(Aggregation aggregation, int[] sequence) {
    int n = sequence.length;
    if (aggregation == Aggregation.TOKEN_MEAN) {
      return filled(n, t -> 1.0 / n);
    }
    double[] length = sumBySequence(sequence, filled(n, t -> 1));
    long sequences = Arrays.stream(length).filter(l -> l > 0).count();
    return filled(n, t -> 1 / (sequences * length[sequence[t]]));
  }

  /** F(p(a)/p_inf(a)) of each token. */
  private static double[] corrected(Correction f, double[] logProb, TokenBatch batch) {
    int n = batch.tokens();
    double[] logRatio = filled(n, t -> logProb[t] - batch.logInf()[t]);
    return switch (f.level()) {
      case TOKEN -> filled(n, t -> f.weight(Obrs.ratio(logRatio[t], 0)));
      case SEQUENCE -> {
        double[] sum = sumBySequence(batch.sequence(), logRatio);
        yield filled(n, t -> f.weight(Obrs.ratio(sum[batch.sequence()[t]], 0)));
      }
    };
  }

  /**
   * Ratio, min(ratio·A, clip(ratio)·A), its derivative by the new log-prob, and what is clipped.
   */
  private record Ppo(
      double[] ratio, double[] term, double[] derivative, int clippedLow, int clippedHigh) {}

  private static Ppo ppo(
      ObjectiveOptions options, double[] logNew, double[] logRef, double[] advantage) {
    int n = advantage.length;
    boolean clip = options.clipLow().isPresent() && options.clipHigh().isPresent();
    double low = clip ? 1 - options.clipLow().getAsDouble() : 0;
    double high = clip ? 1 + options.clipHigh().getAsDouble() : Double.MAX_VALUE;
    double[] ratio = filled(n, t -> Obrs.ratio(logNew[t], logRef[t]));
    double[] term = new double[n];
    double[] derivative = new double[n];
    int clippedLow = 0;
    int clippedHigh = 0;
    for (int t = 0; t < n; t++) {
      double a = advantage[t];
      // The clip only ever stops a step that would go on in the advantage's direction.
      boolean tooLow = a < 0 && ratio[t] < low;
      boolean tooHigh = a > 0 && ratio[t] > high;
      term[t] = finite((tooLow ? low : tooHigh ? high : ratio[t]) * a);
      derivative[t] = tooLow || tooHigh ? 0 : finite(ratio[t] * a);
      clippedLow += tooLow ? 1 : 0;
      clippedHigh += tooHigh ? 1 : 0;
    }
    return new Ppo(ratio, term, derivative, clippedLow, clippedHigh);
  }

  private static double effectiveSampleSize(double[] weight) {
    double max = Arrays.stream(weight).max().orElseThrow();
    if (max == 0) {
      return 0;
    }
    double sum = 0;
    double squares = 0;
    for (double x : weight) {
      sum += x / max; // scaled, so that no square overflows
      squares += x / max * (x / max);
    }
    return sum * sum / (weight.length * squares);
  }

  private static double[] sumBySequence(int[] sequence, double[] values) {
    double[] sum = new double[Arrays.stream(sequence).max().orElse(0) + 1];
    for (int t = 0; t < values.length; t++) {
      sum[sequence[t]] += values[t];
    }
    return sum;
  }

  private static double weightedSum(double[] share, double[] weight, double[] values) {
    double sum = 0;
    for (int t = 0; t < values.length; t++) {
      sum += share[t] * weight[t] * values[t];
    }
    return sum;
  }

  private static double mean(double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    return sum / values.length;
  }

  /** Infinity saturates, so that a zero mask or advantage makes it zero; NaN stays NaN. */
  private static double finite(double value) {
    return Math.clamp(value, -Double.MAX_VALUE, Double.MAX_VALUE);
  }

  private static double[] filled(int n, IntToDoubleFunction value) {
    return IntStream.range(0, n).mapToDouble(value).toArray();
  }
}
