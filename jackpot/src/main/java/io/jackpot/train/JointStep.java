package io.jackpot.train;

import io.jackpot.objective.ObjectiveEvaluator;
import io.jackpot.objective.ObjectiveOptions;
import io.jackpot.objective.ObjectiveOptions.Normalizer;
import io.jackpot.objective.ObjectiveOptions.Target;
import io.jackpot.objective.ObjectiveResult;
import io.jackpot.objective.TokenBatch;
import io.jackpot.rollout.Rollout;
import io.jackpot.tensor.Distillation;
import io.jackpot.tensor.Head;
import io.jackpot.tensor.HeadComparison;
import io.jackpot.tensor.HeadStatistics;
import io.jackpot.tensor.Ops;
import io.jackpot.tensor.Threefry;
import io.jackpot.transformer.NonFiniteException;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One joint update of policy and actor from a mini-batch (Jackpot, Algorithm 1).
 *
 * <p>A mini-batch is worked on in packed micro-batches. First every distribution is described by a
 * few numbers a token; from them the objective gives one coefficient a token and model; then each
 * micro-batch runs backward. With a single micro-batch the activations of the first pass still
 * stand, and there is no second forward.
 */
final class JointStep {

  /** Probability of all other tokens below which it is nothing but float32's rounding. */
  private static final double REST = 1e-6;

  /**
   * What an update says of itself beside the losses; means over the response tokens.
   *
   * @param gradNormPolicy before clipping; 0 where the policy was not updated
   * @param gradNormActor before clipping; 0 where the actor was not updated
   * @param obrsSeconds what rejection costs: normalizers, divergences and losses, without the
   *     forward and backward passes
   */
  record Outcome(
      ObjectiveResult objective,
      double entropy,
      double klPolicyActor,
      double klActorPolicy,
      double gradNormPolicy,
      double gradNormActor,
      double obrsSeconds) {}

  /**
   * The distributions before the first update of a rollout; only a rollout of several mini-batches
   * needs them.
   *
   * @param sampler p_inf, of the model that sampled
   */
  record References(Reference policy, Reference sampler) {}

  private final Ops ops;
  private final ObjectiveEvaluator objective;
  private final ObjectiveOptions options;
  private final float temperature;
  private final int microBatchTokens;
  private final Learner policy;
  private final @Nullable Learner actor;
  private final boolean roundedSampler;

  /** The actor where it has a loss. */
  private final @Nullable Learner trainedActor;

  /**
   * @param objective computes it where the ops run
   * @param actor the model that sampled; null where the policy itself did
   * @param roundedSampler whether it sampled with other numbers than its weights
   */
  JointStep(
      Ops ops,
      ObjectiveEvaluator objective,
      ObjectiveOptions options,
      float temperature,
      int microBatchTokens,
      Learner policy,
      @Nullable Learner actor,
      boolean roundedSampler) {
    this.ops = ops;
    this.roundedSampler = roundedSampler;
    this.objective = objective;
    this.options = options;
    this.temperature = temperature;
    this.microBatchTokens = microBatchTokens;
    this.policy = policy;
    this.actor = actor;
    boolean hasLoss = options.actorCorrection() != null || options.distillCoefficient() > 0;
    this.trainedActor = hasLoss ? actor : null;
  }

  /**
   * How many of the most probable ids a rollout records at each position. Where k covers the
   * vocabulary there is no need for any, unless the sampler's distribution is not the one that a
   * forward pass gives.
   */
  int topK(int vocabulary) {
    return options.topK() < vocabulary ? options.topK() : roundedSampler ? vocabulary : 0;
  }

  References references(List<Rollout> rollouts) {
    List<PackedResponses> batches = split(rollouts);
    Reference before = new Reference(ops, policy, batches, temperature);
    return new References(
        before, actor == null ? before : new Reference(ops, actor, batches, temperature));
  }

  private List<PackedResponses> split(List<Rollout> rollouts) {
    return PackedResponses.split(
        rollouts.stream()
            .map(r -> new PackedResponses.Pair(r.prompt().ids(), r.response()))
            .toList(),
        microBatchTokens);
  }

  /**
   * The losses of a mini-batch; its gradients wait for {@link #apply} or {@link #discard}.
   *
   * @param references null where this is the rollout's only mini-batch
   * @param offset response tokens of the rollout before this mini-batch
   * @throws NonFiniteException where a loss or a gradient is NaN or infinite; it names which
   */
  Outcome measure(List<Rollout> rollouts, @Nullable References references, int offset) {
    List<PackedResponses> batches = split(rollouts);
    TokenStatistics tokens = new TokenStatistics(rollouts);
    Pass pass = null;
    int at = 0;
    long nanos = 0;
    for (PackedResponses batch : batches) {
      pass = new Pass(batch);
      nanos -= System.nanoTime();
      pass.describe(tokens, at, references, offset);
      nanos += System.nanoTime();
      at += batch.responses();
    }

    nanos -= System.nanoTime();
    ObjectiveResult result = objective.evaluate(options, tokens.batch());
    nanos += System.nanoTime();
    requireFinite("the policy loss", result.policyLoss());
    requireFinite("the actor loss", result.actorLoss());
    requireFinite("the distillation loss", result.distillLoss());

    boolean trainPolicy = !result.nothingAccepted();
    at = 0;
    for (PackedResponses batch : batches) {
      Pass ready = batches.size() == 1 && pass != null ? pass : new Pass(batch);
      ready.backward(tokens, at, result, trainPolicy);
      at += batch.responses();
    }
    return new Outcome(
        result,
        mean(tokens.entropy),
        mean(tokens.klPolicyActor),
        mean(tokens.klActorPolicy),
        trainPolicy ? norm("policy", policy) : 0,
        trainedActor == null ? 0 : norm("actor", trainedActor),
        nanos * 1e-9);
  }

  /** Updates the models that have a loss by the gradients of {@code measured}. */
  void apply(Outcome measured, float policyRate, float actorRate) {
    if (!measured.objective().nothingAccepted()) {
      policy.update(measured.gradNormPolicy(), policyRate);
    }
    if (trainedActor != null) {
      trainedActor.update(measured.gradNormActor(), actorRate);
    }
  }

  /** Forgets the gradients, the models stay as they are. */
  void discard() {
    policy.clearGradients();
    if (trainedActor != null) {
      trainedActor.clearGradients();
    }
  }

  private static double norm(String who, Learner learner) {
    try {
      return learner.gradientNorm();
    } catch (NonFiniteException e) {
      throw new NonFiniteException("the " + who + "'s " + e.what());
    }
  }

  private static void requireFinite(String what, double value) {
    if (!Double.isFinite(value)) {
      throw new NonFiniteException(what);
    }
  }

  private static double mean(double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    return sum / values.length;
  }

  /** The forward of both models over one micro-batch, and its backward. */
  private final class Pass {
    private final PackedResponses batch;
    private final Head policyHead;
    private final HeadStatistics policyStatistics;
    private final @Nullable Head actorHead;
    private final HeadStatistics actorStatistics;

    Pass(PackedResponses batch) {
      this.batch = batch;
      int n = batch.responses();
      int vocabulary = policy.model().config().vocabularySize();
      this.policyHead = policy.model().head(policy.forward(batch), temperature);
      this.policyStatistics = HeadStatistics.allocate(n, topK(vocabulary));
      this.actorStatistics = HeadStatistics.allocate(n, 0);
      ops.headForward(policyHead, batch.actions(), policyStatistics);
      if (actor == null) {
        this.actorHead = null;
      } else {
        this.actorHead = actor.model().head(actor.forward(batch), temperature);
        ops.headForward(actorHead, batch.actions(), actorStatistics);
      }
    }

    /** Fills the statistics of this batch's tokens, which begin at {@code at} in the mini-batch. */
    void describe(TokenStatistics all, int at, @Nullable References references, int offset) {
      int n = batch.responses();
      copy(policyStatistics.logProb(), all.logNew, at);
      copy(policyStatistics.entropy(), all.entropy, at);
      copy(
          references == null
              ? policyStatistics.logProb()
              : references.policy().logProbs(offset + at, n),
          all.logRef,
          at);
      if (actorHead == null) {
        System.arraycopy(all.logInf, at, all.actorLogNew, at, n);
        System.arraycopy(all.logInf, at, all.actorLogRef, at, n);
      } else {
        copy(actorStatistics.logProb(), all.actorLogNew, at);
        copy(
            references == null
                ? actorStatistics.logProb()
                : references.sampler().logProbs(offset + at, n),
            all.actorLogRef,
            at);
      }

      Head inf = actorHead == null ? policyHead : actorHead;
      float[] infLogSumExp =
          actorHead == null ? policyStatistics.logSumExp() : actorStatistics.logSumExp();
      HeadComparison now = HeadComparison.allocate(n);
      ops.headCompare(policyHead, policyStatistics.logSumExp(), inf, infLogSumExp, lambda(), now);
      copy(now.klPQ(), all.klPolicyActor, at);
      copy(now.klQP(), all.klActorPolicy, at);

      Head target = policyHead;
      float[] targetLogSumExp = policyStatistics.logSumExp();
      if (references != null) {
        inf = references.sampler().head(offset + at, n);
        infLogSumExp = references.sampler().logSumExp(offset + at, n);
        if (options.target() == Target.REF) {
          target = references.policy().head(offset + at, n);
          targetLogSumExp = references.policy().logSumExp(offset + at, n);
        }
      }
      boolean wholeVocabulary = policyStatistics.k() == 0;
      if (wholeVocabulary || options.normalizer() == Normalizer.EXACT) {
        if (references != null) {
          ops.headCompare(target, targetLogSumExp, inf, infLogSumExp, lambda(), now);
        }
        copy(now.overlap(), all.zExact, at);
      }
      if (wholeVocabulary) {
        System.arraycopy(all.zExact, at, all.zTopK, at, n);
      } else {
        int[] ids = unionIds(all, at);
        float[] infLogProbs = infLogProbs(all, at, ids, inf, infLogSumExp);
        float[] targetLogProbs = new float[ids.length];
        ops.headGather(target, targetLogSumExp, ids, targetLogProbs);
        for (int i = 0; i < ids.length; i++) {
          all.zTopK[at + i / (ids.length / n)] +=
              Math.min(Math.exp(infLogProbs[i]), Math.exp(targetLogProbs[i]) / options.lambda());
        }
        if (roundedSampler && actor == null) {
          divergences(all, at);
        }
      }
    }

    /**
     * log p_inf of the union's ids: of top-k(p_inf) what the rollout recorded, of those that only
     * the policy ranks what the forward pass of the model that sampled gives. For a sampler that
     * rounds, the latter is an approximation.
     */
    private float[] infLogProbs(
        TokenStatistics all, int at, int[] ids, Head inf, float[] infLogSumExp) {
      int k = policyStatistics.k();
      int[] unranked = ids.clone();
      for (int n = 0; n < batch.responses(); n++) {
        Arrays.fill(unranked, n * 2 * k, n * 2 * k + k, -1);
      }
      float[] logProbs = new float[ids.length];
      ops.headGather(inf, infLogSumExp, unranked, logProbs);
      for (int n = 0; n < batch.responses(); n++) {
        System.arraycopy(all.topLogInf, (at + n) * k, logProbs, n * 2 * k, k);
      }
      return logProbs;
    }

    /**
     * The divergences between the policy and its own rounded sampler, of which only top-k(p_inf) is
     * known: over those ids and, as one more event, all others together. That is a lower bound, and
     * exact where k covers the vocabulary.
     */
    private void divergences(TokenStatistics all, int at) {
      int k = policyStatistics.k();
      int n = batch.responses();
      int[] ids = Arrays.copyOfRange(all.topInf, at * k, (at + n) * k);
      float[] logNew = new float[ids.length];
      ops.headGather(policyHead, policyStatistics.logSumExp(), ids, logNew);
      for (int token = 0; token < n; token++) {
        double restNew = 1;
        double restInf = 1;
        double klPolicyActor = 0;
        double klActorPolicy = 0;
        for (int i = token * k; i < (token + 1) * k; i++) {
          double logInf = all.topLogInf[at * k + i];
          double pNew = Math.exp(logNew[i]);
          double pInf = Math.exp(logInf);
          klPolicyActor += pNew == 0 ? 0 : pNew * (logNew[i] - logInf);
          klActorPolicy += pInf == 0 ? 0 : pInf * (logInf - logNew[i]);
          restNew -= pNew;
          restInf -= pInf;
        }
        if (restNew > REST && restInf > REST) {
          klPolicyActor += restNew * Math.log(restNew / restInf);
          klActorPolicy += restInf * Math.log(restInf / restNew);
        }
        all.klPolicyActor[at + token] = klPolicyActor;
        all.klActorPolicy[at + token] = klActorPolicy;
      }
    }

    /**
     * Each token's top-k(p_inf) as recorded at the rollout and top-k(p_new), each id once; −1 fills
     * up. {@code [responses × 2k]}
     */
    private int[] unionIds(TokenStatistics all, int at) {
      int k = policyStatistics.k();
      int[] ids = new int[batch.responses() * 2 * k];
      Arrays.fill(ids, -1);
      for (int n = 0; n < batch.responses(); n++) {
        int row = n * 2 * k;
        System.arraycopy(all.topInf, (at + n) * k, ids, row, k);
        for (int i = 0; i < k; i++) {
          int id = policyStatistics.topIds()[n * k + i];
          boolean known = false;
          for (int j = row; j < row + k; j++) {
            known |= ids[j] == id;
          }
          ids[row + k + i] = known ? -1 : id;
        }
      }
      return ids;
    }

    void backward(TokenStatistics all, int at, ObjectiveResult result, boolean trainPolicy) {
      if (trainPolicy) {
        float[] coefficient = floats(result.policyCoefficient(), at);
        policy.backward(batch, policyHead, policyStatistics, coefficient, null);
      }
      if (trainedActor != null && actorHead != null) {
        Distillation distillation =
            options.distillCoefficient() == 0
                ? null
                : new Distillation(
                    policyHead,
                    policyStatistics.logSumExp(),
                    floats(result.distillWeight(), at),
                    options.distillDirection(),
                    floats(all.divergence(), at));
        float[] coefficient = floats(result.actorCoefficient(), at);
        trainedActor.backward(batch, actorHead, actorStatistics, coefficient, distillation);
      }
    }

    private float[] floats(double[] values, int at) {
      float[] part = new float[batch.responses()];
      for (int i = 0; i < part.length; i++) {
        part[i] = (float) values[at + i];
      }
      return part;
    }
  }

  private float lambda() {
    return (float) options.lambda();
  }

  private static void copy(float[] from, double[] to, int at) {
    for (int i = 0; i < from.length; i++) {
      to[at + i] = from[i];
    }
  }

  /** The numbers of every response token of a mini-batch, {@code [tokens]} each. */
  private final class TokenStatistics {
    final double[] logInf;
    final double[] logRef;
    final double[] logNew;
    final double[] actorLogRef;
    final double[] actorLogNew;
    final double[] advantage;
    final double[] uniform;
    final double[] zTopK;
    final double[] zExact;
    final double[] klPolicyActor;
    final double[] klActorPolicy;
    final double[] entropy;
    final int[] sequence;

    /** top-k(p_inf) of the rollout, {@code [tokens × k]}. */
    final int[] topInf;

    /** Their log-probs, {@code [tokens × k]}. */
    final float[] topLogInf;

    TokenStatistics(List<Rollout> rollouts) {
      int n = rollouts.stream().mapToInt(Rollout::tokens).sum();
      logInf = new double[n];
      logRef = new double[n];
      logNew = new double[n];
      actorLogRef = new double[n];
      actorLogNew = new double[n];
      advantage = new double[n];
      uniform = new double[n];
      zTopK = new double[n];
      zExact = new double[n];
      klPolicyActor = new double[n];
      klActorPolicy = new double[n];
      entropy = new double[n];
      sequence = new int[n];
      topInf = rollouts.stream().flatMapToInt(r -> Arrays.stream(r.topIds())).toArray();
      topLogInf = new float[topInf.length];
      int top = 0;
      for (Rollout rollout : rollouts) {
        float[] logProbs = rollout.topLogProbs();
        System.arraycopy(logProbs, 0, topLogInf, top, logProbs.length);
        top += logProbs.length;
      }
      int at = 0;
      for (int s = 0; s < rollouts.size(); s++) {
        Rollout rollout = rollouts.get(s);
        int end = at + rollout.tokens();
        copy(rollout.logProbs(), logInf, at);
        for (int t = 0; t < end - at; t++) {
          uniform[at + t] = Threefry.uniform(rollout.acceptKey(), t, 0);
        }
        Arrays.fill(advantage, at, end, rollout.advantage());
        Arrays.fill(sequence, at, end, s);
        at = end;
      }
    }

    double[] divergence() {
      return switch (options.distillDirection()) {
        case FORWARD -> klPolicyActor;
        case REVERSE -> klActorPolicy;
      };
    }

    TokenBatch batch() {
      return new TokenBatch(
          logInf,
          logRef,
          logNew,
          actorLogRef,
          actorLogNew,
          advantage,
          uniform,
          zTopK,
          zExact,
          divergence(),
          sequence);
    }
  }
}
