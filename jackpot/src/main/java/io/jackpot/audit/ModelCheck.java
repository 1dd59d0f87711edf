package io.jackpot.audit;

import io.jackpot.audit.Differences.At;
import io.jackpot.audit.Differences.Source;
import io.jackpot.config.TrainSettings;
import io.jackpot.objective.LossTasks;
import io.jackpot.objective.NormalizerTasks;
import io.jackpot.objective.ObjectiveOptions;
import io.jackpot.objective.ObjectiveOptions.Target;
import io.jackpot.tensor.Distillation.Direction;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Recomputes from the models of a step what is known of its distributions: log-probs, entropies,
 * divergences and the sums of Z.
 */
final class ModelCheck {
  private static final String ROUNDED =
      "the sampler rounds, and this id is not among those of p_inf that it recorded";

  private final ObjectiveOptions options;
  private final boolean rounds;
  private final boolean truncates;
  private final Models models;
  private final Source source;
  private final Differences differences;

  /**
   * The models of a step.
   *
   * @param actorRef and {@code actor}: null where the policy samples for itself
   */
  record Models(
      LoggedModel policyRef,
      LoggedModel policy,
      @Nullable LoggedModel actorRef,
      @Nullable LoggedModel actor) {}

  /**
   * @param options with the λ of the step
   */
  ModelCheck(
      TrainSettings settings,
      ObjectiveOptions options,
      Models models,
      Source source,
      Differences differences) {
    this.options = options;
    this.rounds = settings.dtypes().rounded();
    this.truncates = !settings.sampling().truncation().keepsAll();
    this.models = models;
    this.source = source;
    this.differences = differences;
  }

  /** Checks a token. */
  void check(LoggedResponse response, int position) {
    int index = response.index();
    new Token(
            response.tokens().get(position),
            new At(response.step(), index, position),
            models.policyRef.logProbs(index, position),
            models.policy.logProbs(index, position),
            models.actorRef == null ? null : models.actorRef.logProbs(index, position),
            models.actor == null ? null : models.actor.logProbs(index, position))
        .check();
  }

  /** A token with the log-probs of all ids, {@code [vocabulary]} each. */
  private final class Token {
    private final LoggedToken line;
    private final At at;
    private final double[] policyRef;
    private final double[] policy;
    private final double @Nullable [] actorRef;
    private final double @Nullable [] actor;

    /** Of the sampler's model, before rounding and truncation. */
    private final double[] sampler;

    private final int action;
    private final int[] topIds;
    private final double[] topInf;

    Token(
        LoggedToken line,
        At at,
        double[] policyRef,
        double[] policy,
        double @Nullable [] actorRef,
        double @Nullable [] actor) {
      this.line = line;
      this.at = at;
      this.policyRef = policyRef;
      this.policy = policy;
      this.actorRef = actorRef;
      this.actor = actor;
      this.sampler = actorRef == null ? policyRef : actorRef;
      this.action = line.count("action");
      this.topIds = line.has("topIds") ? line.ids("topIds", policy.length) : new int[0];
      this.topInf = line.has("topIds") ? line.numbers("topInf", topIds.length) : new double[0];
    }

    void check() {
      compare("policyRef", policyRef[action]);
      compare("policy", policy[action]);
      if (actorRef != null && actor != null) {
        compare("actorRef", actorRef[action]);
        compare("actor", actor[action]);
        compare(
            "distill",
            options.distillDirection() == Direction.FORWARD
                ? LossTasks.divergence(policy, actor)
                : LossTasks.divergence(actor, policy));
      }
      double[] inf = inf();
      recorded();
      if (rounds && Double.isNaN(inf[action])) {
        differences.skip("inf", ROUNDED);
      } else {
        compare("inf", inf[action]);
      }
      compare("entropy", NormalizerTasks.entropy(policy));
      divergences(inf);
      normalizer();
    }

    private void compare(String quantity, double recomputed) {
      differences.compare(quantity, source, at, line.number(quantity), recomputed);
    }

    /** log p_inf; NaN where nobody knows it. */
    private double[] inf() {
      if (!rounds && !truncates) {
        return sampler;
      }
      double[] inf = new double[sampler.length];
      Arrays.fill(inf, truncates ? Double.NEGATIVE_INFINITY : Double.NaN);
      IntStream.range(0, topIds.length).forEach(i -> inf[topIds[i]] = topInf[i]);
      return inf;
    }

    /** The ids of p_inf that were recorded, and their log-probs. */
    private void recorded() {
      if (topIds.length == 0) {
        return;
      }
      if (rounds) {
        differences.skip("topInf", "the sampler rounds: p_inf is what it recorded");
        return;
      }
      double kept =
          truncates
              ? Math.log(IntStream.of(topIds).mapToDouble(x -> Math.exp(sampler[x])).sum())
              : 0;
      int[] best = NormalizerTasks.topK(sampler, topIds.length);
      for (int i = 0; i < topIds.length; i++) {
        differences.compare("topInf", source, at, topInf[i], sampler[topIds[i]] - kept);
        // Ids of equal probability may stand in another order.
        differences.compare("topIds", source, at, sampler[topIds[i]], sampler[best[i]]);
      }
    }

    private void divergences(double[] inf) {
      if (truncates) {
        compare("klActorPolicy", LossTasks.divergence(inf, policy));
      } else if (rounds) {
        float[] infOfTop = new float[topIds.length];
        float[] policyOfTop = new float[topIds.length];
        for (int i = 0; i < topIds.length; i++) {
          infOfTop[i] = (float) topInf[i];
          policyOfTop[i] = (float) policy[topIds[i]];
        }
        compare(
            "klPolicyActor", LossTasks.groupedDivergence(policyOfTop, infOfTop, 0, topIds.length));
        compare(
            "klActorPolicy", LossTasks.groupedDivergence(infOfTop, policyOfTop, 0, topIds.length));
      } else {
        compare("klPolicyActor", LossTasks.divergence(policy, inf));
        compare("klActorPolicy", LossTasks.divergence(inf, policy));
      }
    }

    private void normalizer() {
      double[] inf = Arrays.stream(truncates ? inf() : sampler).map(Math::exp).toArray();
      IntStream.range(0, topIds.length).forEach(i -> inf[topIds[i]] = Math.exp(topInf[i]));
      double[] target = options.target() == Target.REF ? policyRef : policy;
      double[] p = Arrays.stream(target).map(Math::exp).toArray();
      int k = Math.min(options.topK(), p.length);
      int[] topOfInf =
          topIds.length == 0
              ? NormalizerTasks.topK(sampler, k)
              : Arrays.copyOf(topIds, Math.min(k, topIds.length));
      compare(
          "zTopK",
          NormalizerTasks.topK(
              inf, p, options.lambda(), topOfInf, NormalizerTasks.topK(policy, k)));
      if (line.has("zExact")) {
        compare("zExact", NormalizerTasks.exact(inf, p, options.lambda()));
      }
    }
  }
}
