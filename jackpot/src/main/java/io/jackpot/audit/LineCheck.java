package io.jackpot.audit;

import io.jackpot.audit.Differences.At;
import io.jackpot.audit.Differences.Source;
import io.jackpot.config.TrainSettings;
import io.jackpot.objective.Objective;
import io.jackpot.objective.ObjectiveOptions;
import io.jackpot.objective.ObjectiveOptions.Normalizer;
import io.jackpot.objective.ObjectiveResult;
import io.jackpot.objective.RatioTail;
import io.jackpot.objective.TokenBatch;
import io.jackpot.objective.Uniforms;
import io.jackpot.rollout.Rollout.Place;
import io.jackpot.rollout.Streams;
import io.jackpot.tensor.Threefry;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import java.util.function.ToIntFunction;
import tools.jackson.databind.JsonNode;

/**
 * Recomputes the quantities of a step's tokens that follow from the numbers of the same lines, and,
 * where its whole mini-batch is logged, its metrics.
 */
final class LineCheck {
  /** Double precision, sums in another order included. */
  static final double TOLERANCE = 1e-9;

  private static final Source LINES =
      new Source("the other numbers of the step's lines, κ and λ of metrics.jsonl", TOLERANCE);
  private static final Source ALL_LINES = new Source("all lines of the step", TOLERANCE);
  private static final Source SEED = new Source("the run's seed", 0);

  private final TrainSettings settings;
  private final ObjectiveOptions options;
  private final List<LoggedResponse> responses;
  private final JsonNode metrics;

  /** Keys of the metrics that were compared. */
  private final Set<String> recomputed = new HashSet<>();

  private final Differences differences;
  private final List<LoggedToken> tokens;

  /**
   * @param options with the λ of the step
   * @param metrics of the step
   */
  LineCheck(
      TrainSettings settings,
      ObjectiveOptions options,
      List<LoggedResponse> responses,
      JsonNode metrics,
      Differences differences) {
    this.settings = settings;
    this.options = options;
    this.responses = responses;
    this.metrics = metrics;
    this.differences = differences;
    this.tokens = responses.stream().flatMap(response -> response.tokens().stream()).toList();
  }

  void check() {
    uniforms();
    quantities();
    if (responses.size() == settings.updateResponses()) {
      metrics();
    } else {
      String because =
          "%d of the %d responses of the mini-batch are logged"
              .formatted(responses.size(), settings.updateResponses());
      differences.skip("metrics", because);
    }
  }

  private void uniforms() {
    Streams streams = new Streams(settings.seed());
    for (LoggedResponse response : responses) {
      Place place = response.place();
      long key =
          streams.key(Streams.Purpose.ACCEPT, place.rollout(), place.problem(), place.sample());
      for (int position = 0; position < response.tokens().size(); position++) {
        double u = response.tokens().get(position).number("u");
        At at = new At(response.step(), response.index(), position);
        differences.compare("u", SEED, at, u, Threefry.uniform(key, position, 0));
      }
    }
  }

  private void quantities() {
    double kappa = metrics.path("kappa").doubleValue();
    double acceptance = metrics.path("acceptance").doubleValue();
    double[] z =
        each(line ->
            switch (options.normalizer()) {
              case TOPK -> kappa * line.number("zTopK");
              case EXACT -> line.number("zExact");
              case EMPIRICAL -> acceptance;
            });
    // With Z given in place of the exact one, the objective needs no other responses.
    ObjectiveResult result = Objective.evaluate(options.withNormalizer(Normalizer.EXACT), batch(z));
    compare("acceptProbability", result.acceptProbability());
    compare("mask", result.mask());
    compare("z", z);
    compare("obrsWeight", result.obrsWeight());
    compare("rho", result.rho());
    compare("ratio", result.ratio());
    compare("ppo", result.ppo());
    if (settings.twoModels()) {
      compare("actorWeight", result.actorWeight());
      compare("actorPpo", result.actorPpo());
    }
  }

  private void compare(String quantity, double[] recomputed) {
    int at = 0;
    for (LoggedResponse response : responses) {
      for (int position = 0; position < response.tokens().size(); position++, at++) {
        differences.compare(
            quantity,
            LINES,
            new At(response.step(), response.index(), position),
            tokens.get(at).number(quantity),
            recomputed[at]);
      }
    }
  }

  private void metrics() {
    double[] exact = each(line -> line.has("zExact") ? line.number("zExact") : 0);
    ObjectiveResult result = Objective.evaluate(options, batch(exact));
    ObjectiveResult.Metrics means = result.metrics();
    metric("acceptance", result.acceptance());
    metric("kappa", result.kappa());
    metric("policyLoss", result.policyLoss());
    metric("actorLoss", result.actorLoss());
    metric("distillLoss", result.distillLoss());
    metric("totalLoss", result.totalLoss());
    metric("z", means.zMean());
    metric("weightMean", means.weightMean());
    metric("weightMax", means.weightMax());
    metric("effectiveSampleSize", means.effectiveSampleSize());
    metric("weightZeroShare", means.weightZeroShare());
    metric("weightCapShare", means.weightCapShare());
    metric("clipShareLow", means.clipShareLow());
    metric("clipShareHigh", means.clipShareHigh());
    metric("actorClipShare", means.actorClipShare());
    RatioTail tail =
        RatioTail.of(each(line -> line.number("policy")), each(line -> line.number("inf")));
    metric("ratioP01", tail.p01());
    metric("ratioP05", tail.p05());
    metric("ratioSecondMoment", tail.secondMoment());
    metric("accuracy", share(r -> r.first().text("verdict").equals("correct")));
    metric("unparsedShare", share(r -> r.first().text("verdict").equals("unparsed")));
    metric("truncatedShare", share(r -> !r.first().flag("finished")));
    metric("zeroAdvantageShare", share(r -> r.first().number("advantage") == 0));
    for (String mean : List.of("entropy", "klPolicyActor", "klActorPolicy")) {
      if (metrics.path(mean).isNumber()) {
        metric(mean, Arrays.stream(each(line -> line.number(mean))).average().orElse(Double.NaN));
      }
    }
    metric(
        "reward",
        responses.stream().mapToDouble(r -> r.first().number("reward")).average().orElseThrow());
    for (Map.Entry<String, JsonNode> other : metrics.properties()) {
      String key = other.getKey();
      if (other.getValue().isFloatingPointNumber()
          && !recomputed.contains(key)
          && !isOutside(key)) {
        differences.skip("metrics." + key, "tokens.jsonl has too little for it");
      }
    }
  }

  /** Whether a metric is of no update: a time, a rate, λ of the rollout or held-out problems. */
  private static boolean isOutside(String key) {
    return key.endsWith("Seconds")
        || key.endsWith("PerSecond")
        || key.startsWith("heldOut")
        || key.equals("learningRate")
        || key.equals("lambda");
  }

  private double share(Predicate<LoggedResponse> which) {
    return responses.stream().filter(which).count() / (double) responses.size();
  }

  private void metric(String key, double value) {
    recomputed.add(key);
    differences.compare(
        "metrics." + key,
        ALL_LINES,
        At.step(responses.getFirst().step()),
        metrics.path(key).asDouble(Double.NaN),
        value);
  }

  private TokenBatch batch(double[] zExact) {
    boolean two = settings.twoModels();
    return new TokenBatch(
        each(line -> line.number("inf")),
        each(line -> line.number("policyRef")),
        each(line -> line.number("policy")),
        each(line -> line.number(two ? "actorRef" : "inf")),
        each(line -> line.number(two ? "actor" : "inf")),
        each(line -> line.number("advantage")),
        new Uniforms.Given(each(line -> line.number("u"))),
        each(line -> line.number("zTopK")),
        zExact,
        each(line -> two ? line.number("distill") : 0),
        eachOf(LoggedResponse::index),
        beside());
  }

  /** A response that was cut off carries no loss where {@code maskTruncated} says so. */
  private TokenBatch.Beside beside() {
    boolean masks = options.extensions().maskTruncated();
    return new TokenBatch.Beside(
        eachOf(response -> masks && !response.first().flag("finished") ? 0 : 1),
        each(line -> line.number("entropy")),
        each(line -> line.has("reference") ? line.number("reference") : 0),
        each(line -> line.has("referenceKl") ? line.number("referenceKl") : 0));
  }

  private int[] eachOf(ToIntFunction<LoggedResponse> value) {
    return responses.stream()
        .flatMapToInt(r -> r.tokens().stream().mapToInt(token -> value.applyAsInt(r)))
        .toArray();
  }

  private double[] each(ToDoubleFunction<LoggedToken> value) {
    return tokens.stream().mapToDouble(value).toArray();
  }
}
