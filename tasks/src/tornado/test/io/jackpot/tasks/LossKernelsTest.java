package io.jackpot.tasks;

import io.jackpot.explain.Explain;
import io.jackpot.objective.Correction;
import io.jackpot.objective.LogProbRows;
import io.jackpot.objective.ObjectiveCases;
import io.jackpot.objective.ObjectiveOptions;
import io.jackpot.objective.ObjectiveOptions.Aggregation;
import io.jackpot.objective.ObjectiveOptions.MaskMode;
import io.jackpot.objective.ObjectiveOptions.Normalizer;
import io.jackpot.objective.ObjectiveOptions.Target;
import io.jackpot.objective.ObjectiveResult;
import io.jackpot.objective.Obrs;
import io.jackpot.objective.PolicyWeighting;
import io.jackpot.objective.TokenBatch;
import io.jackpot.tensor.Distillation.Direction;
import java.util.Arrays;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** From rows of log-probs to the gradients by logits on the device, beside {@link Explain}. */
@Covers({
  "LossKernels.actorGradient",
  "LossKernels.divergence",
  "LossKernels.policyGradient",
})
class LossKernelsTest {
  private static final int K = 20;

  @ParameterizedTest
  @CsvSource({
    "NEW, TOPK, BERNOULLI, FORWARD, 1, 3, 1.0",
    "REF, TOPK, EXPECTED, REVERSE, 9, 50, 0.7",
    "NEW, EXACT, EXPECTED, REVERSE, 33, 301, 1.3",
    "REF, EXACT, BERNOULLI, FORWARD, 20, 2051, 1.0",
    "NEW, EMPIRICAL, BERNOULLI, REVERSE, 65, 64, 2.5",
    "REF, EMPIRICAL, EXPECTED, FORWARD, 5, 1, 1.0",
  })
  void theGradientsAreThoseOfExplain(
      Target target,
      Normalizer normalizer,
      MaskMode mask,
      Direction direction,
      int tokens,
      int vocabulary,
      double lambda) {
    Logits logits = Logits.of(tokens, tokens, vocabulary);
    ObjectiveOptions options =
        new ObjectiveOptions(
            lambda,
            target,
            OptionalDouble.of(0.2),
            OptionalDouble.of(0.28),
            3,
            2,
            K,
            normalizer,
            mask,
            new PolicyWeighting.Obrs(),
            new Correction.Truncated(1.5, Correction.Level.TOKEN),
            0.5,
            direction,
            Aggregation.TOKEN_MEAN);
    JsonNode expected = Explain.explain(logits.json(options));

    double[] inf = LogProbRows.logSoftmax(logits.inf, vocabulary);
    double[] ref = LogProbRows.logSoftmax(logits.policyRef, vocabulary);
    double[] policy = LogProbRows.logSoftmax(logits.policy, vocabulary);
    double[] actorRef = LogProbRows.logSoftmax(logits.actorRef, vocabulary);
    double[] actor = LogProbRows.logSoftmax(logits.actor, vocabulary);
    double[] logTarget = target == Target.REF ? ref : policy;
    double[] topK = topK(logits, inf, logTarget, lambda);
    double[] exact = NormalizerKernelsTest.exact(inf, logTarget, lambda, tokens, vocabulary);
    boolean reverse = direction == Direction.REVERSE;
    double[] divergence =
        divergence(reverse ? actor : policy, reverse ? policy : actor, tokens, vocabulary);
    TokenBatch batch =
        new TokenBatch(
            logits.ofActions(inf),
            logits.ofActions(ref),
            logits.ofActions(policy),
            logits.ofActions(actorRef),
            logits.ofActions(actor),
            logits.advantage,
            logits.uniform,
            topK,
            exact,
            divergence,
            new int[tokens]);
    try (DeviceObjective objective = new DeviceObjective(TestDevice.device())) {
      ObjectiveResult result = objective.evaluate(options, batch);
      close("totalLoss", new double[] {result.totalLoss()}, expected.get("totalLoss"));
      int[] action = logits.action;
      double[] coefficient = result.policyCoefficient();
      double[] gradPolicy = new double[policy.length];
      int[] sizes = {tokens, vocabulary, reverse ? 1 : 0};
      int groups = Math.ceilDiv(policy.length, 64);
      DeviceTask.run(
          (graph, context) ->
              graph.task(
                  "t",
                  LossKernels::policyGradient,
                  context,
                  policy,
                  action,
                  coefficient,
                  sizes,
                  gradPolicy),
          groups,
          64,
          gradPolicy,
          policy,
          action,
          coefficient,
          sizes);
      double[] actorCoefficient = result.actorCoefficient();
      double[] distillWeight = result.distillWeight();
      double[] gradActor = new double[policy.length];
      DeviceTask.run(
          (graph, context) ->
              graph.task(
                  "t",
                  LossKernels::actorGradient,
                  context,
                  actor,
                  policy,
                  action,
                  actorCoefficient,
                  distillWeight,
                  divergence,
                  sizes,
                  gradActor),
          groups,
          64,
          gradActor,
          actor,
          policy,
          action,
          actorCoefficient,
          distillWeight,
          divergence,
          sizes);
      for (int t = 0; t < tokens; t++) {
        JsonNode of = expected.get("tokens").get(t);
        close("zTopK", Arrays.copyOfRange(topK, t, t + 1), of.get("zTopK"));
        close("zExact", Arrays.copyOfRange(exact, t, t + 1), of.get("zExact"));
        close("distill", Arrays.copyOfRange(divergence, t, t + 1), of.get("distill"));
        int from = t * vocabulary;
        close(
            "gradPolicy " + t,
            Arrays.copyOfRange(gradPolicy, from, from + vocabulary),
            expected.get("gradPolicy").get(t));
        close(
            "gradActor " + t,
            Arrays.copyOfRange(gradActor, from, from + vocabulary),
            expected.get("gradActor").get(t));
      }
    }
  }

  /** Infinite where the student lacks a token of the teacher; a NaN comes through. */
  @ParameterizedTest
  @CsvSource({"0, 1, 1", "1, 70, 5", "2, 33, 301", "3, 9, 2049"})
  void divergences(int seed, int rows, int vocabulary) {
    LogProbRows given = LogProbRows.of(seed, rows, vocabulary, 1);
    double[] p = given.inf().clone();
    double[] q = given.policy().clone();
    double[] known = new double[rows];
    for (int row = 0; row < rows; row++) {
      known[row] = Obrs.kl(given.probs(p, row), given.probs(q, row));
    }
    p[vocabulary - 1] = Double.NaN;
    known[0] = Double.NaN;
    double[] found = divergence(p, q, rows, vocabulary);
    for (int row = 0; row < rows; row++) {
      ObjectiveCases.close("KL " + row, found[row], known[row], 1);
    }
  }

  private static double[] topK(Logits logits, double[] inf, double[] logTarget, double lambda) {
    int n = logits.action.length;
    int vocabulary = inf.length / n;
    int[] ids = new int[n * 2 * K];
    double[] topInf = new double[ids.length];
    double[] topTarget = new double[ids.length];
    Arrays.fill(ids, -1);
    for (int t = 0; t < n; t++) {
      int[] sampled = Obrs.topK(row(logits.inf, t, vocabulary), K);
      int[] now = Obrs.topK(row(logits.policy, t, vocabulary), K);
      System.arraycopy(sampled, 0, ids, t * 2 * K, sampled.length);
      System.arraycopy(now, 0, ids, t * 2 * K + K, now.length);
    }
    for (int i = 0; i < ids.length; i++) {
      topInf[i] = ids[i] < 0 ? 0 : inf[i / (2 * K) * vocabulary + ids[i]];
      topTarget[i] = ids[i] < 0 ? 0 : logTarget[i / (2 * K) * vocabulary + ids[i]];
    }
    return NormalizerKernelsTest.topK(ids, topInf, topTarget, lambda, n, K);
  }

  private static double[] divergence(double[] p, double[] q, int rows, int vocabulary) {
    double[] kl = new double[rows];
    int[] sizes = {rows, vocabulary};
    DeviceTask.run(
        (graph, context) -> graph.task("t", LossKernels::divergence, context, p, q, sizes, kl),
        rows,
        LossKernels.LANES,
        kl,
        p,
        q,
        sizes);
    return kl;
  }

  /** Close beside the largest of the row, as the terms of a gradient cancel. */
  private static void close(String what, double[] found, JsonNode expected) {
    double[] values =
        IntStream.range(0, found.length)
            .mapToDouble(i -> expected.isArray() ? expected.get(i).asDouble() : expected.asDouble())
            .toArray();
    double size = Math.max(1e-3, Arrays.stream(values).map(Math::abs).max().orElseThrow());
    for (int i = 0; i < found.length; i++) {
      ObjectiveCases.close(what + "[" + i + "]", found[i], values[i], size);
    }
  }

  private static double[] row(double[] rows, int row, int vocabulary) {
    return Arrays.copyOfRange(rows, row * vocabulary, (row + 1) * vocabulary);
  }

  /**
   * Of five distributions, {@code [tokens × vocabulary]} each; a few that leave nothing to others.
   */
  private record Logits(
      double[] inf,
      double[] policyRef,
      double[] policy,
      double[] actorRef,
      double[] actor,
      int[] action,
      double[] advantage,
      double[] uniform) {

    static Logits of(long seed, int tokens, int vocabulary) {
      SplittableRandom random = new SplittableRandom(seed);
      int n = tokens * vocabulary;
      double[] inf = new double[n];
      for (int t = 0; t < tokens; t++) {
        double spread = t % 5 == 3 ? 900 : 3;
        for (int x = 0; x < vocabulary; x++) {
          inf[t * vocabulary + x] = random.nextDouble(-spread, spread);
        }
      }
      double[] policyRef = near(random, inf);
      double[] actorRef = near(random, inf);
      int[] action = new int[tokens];
      for (int t = 0; t < tokens; t++) {
        action[t] = Obrs.topK(row(inf, t, vocabulary), 1)[0];
      }
      return new Logits(
          inf,
          policyRef,
          near(random, policyRef),
          actorRef,
          near(random, actorRef),
          action,
          random.doubles(tokens, -2, 2).toArray(),
          random.doubles(tokens).toArray());
    }

    private static double[] near(SplittableRandom random, double[] values) {
      return Arrays.stream(values).map(x -> x + random.nextDouble(-0.4, 0.4)).toArray();
    }

    double[] ofActions(double[] logProbs) {
      int vocabulary = logProbs.length / action.length;
      return IntStream.range(0, action.length)
          .mapToDouble(t -> logProbs[t * vocabulary + action[t]])
          .toArray();
    }

    JsonNode json(ObjectiveOptions options) {
      ObjectNode root = JsonNodeFactory.instance.objectNode();
      ObjectNode set = root.putObject("options");
      set.put("lambda", options.lambda());
      set.put("target", name(options.target()));
      set.put("clipLow", options.clipLow().orElseThrow());
      set.put("clipHigh", options.clipHigh().orElseThrow());
      set.put("c1", options.c1());
      set.put("c2", options.c2());
      set.put("topK", options.topK());
      set.put("normalizer", name(options.normalizer()));
      set.put("mask", name(options.mask()));
      set.putObject("actorCorrection").put("type", "truncated").put("cap", 1.5);
      set.putObject("distill")
          .put("coefficient", options.distillCoefficient())
          .put("direction", name(options.distillDirection()));
      ArrayNode all = root.putArray("tokens");
      int vocabulary = inf.length / action.length;
      for (int t = 0; t < action.length; t++) {
        ObjectNode token = all.addObject();
        put(token, "inf", row(inf, t, vocabulary));
        put(token, "policyRef", row(policyRef, t, vocabulary));
        put(token, "policy", row(policy, t, vocabulary));
        put(token, "actorRef", row(actorRef, t, vocabulary));
        put(token, "actor", row(actor, t, vocabulary));
        token.put("action", action[t]);
        token.put("advantage", advantage[t]);
        token.put("u", uniform[t]);
      }
      return root;
    }

    private static String name(Enum<?> choice) {
      return choice.name().toLowerCase(Locale.ROOT);
    }

    private static void put(ObjectNode token, String key, double[] values) {
      ArrayNode array = token.putArray(key);
      Arrays.stream(values).forEach(array::add);
    }
  }
}
