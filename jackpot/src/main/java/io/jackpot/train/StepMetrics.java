package io.jackpot.train;

import io.jackpot.objective.Extensions;
import io.jackpot.objective.ObjectiveResult;
import io.jackpot.objective.RatioTail;
import io.jackpot.problems.Verifier.Verdict;
import io.jackpot.rollout.Rollout;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The values of a line of {@code metrics.jsonl}. Only keys that end in {@code Seconds}, {@code
 * PerSecond} or {@code Bytes} may differ between two runs of one seed.
 */
final class StepMetrics {
  private StepMetrics() {}

  /**
   * @param outcome of the update
   * @param batch its mini-batch
   * @param equalGroupShare share of the rollout's groups whose rewards are all equal. Unlike {@code
   *     zeroAdvantageShare}, the share of the mini-batch's responses without an advantage, it is
   *     the same for all mini-batches of a rollout
   */
  static ObjectNode of(
      int step, JointStep.Outcome outcome, List<Rollout> batch, double equalGroupShare) {
    ObjectiveResult objective = outcome.objective();
    ObjectiveResult.Metrics metrics = objective.metrics();
    MiniBatch tokens = outcome.tokens();
    RatioTail tail = tokens.tail();
    ObjectNode line = JsonNodeFactory.instance.objectNode();
    line.put("step", step)
        .put("reward", mean(batch, Rollout::reward))
        .put("accuracy", share(batch, e -> e.verdict() == Verdict.CORRECT))
        .put("unparsedShare", share(batch, e -> e.verdict() == Verdict.UNPARSED))
        .put("truncatedShare", share(batch, e -> !e.finished()))
        .put("equalGroupShare", equalGroupShare)
        .put("zeroAdvantageShare", share(batch, e -> e.advantage() == 0))
        .put("policyLoss", objective.policyLoss())
        .put("actorLoss", objective.actorLoss())
        .put("distillLoss", objective.distillLoss())
        .put("totalLoss", objective.totalLoss())
        .put("entropy", MiniBatch.mean(tokens.entropy))
        .put("klPolicyActor", finiteOrNull(MiniBatch.mean(tokens.klPolicyActor)))
        .put("klActorPolicy", MiniBatch.mean(tokens.klActorPolicy))
        .put("klPolicyActorNow", MiniBatch.mean(tokens.klPolicyActorNow))
        .put("klActorPolicyNow", MiniBatch.mean(tokens.klActorPolicyNow))
        .put("ratioP01", tail.p01())
        .put("ratioP05", tail.p05())
        .put("ratioSecondMoment", tail.secondMoment())
        .put("lambda", tokens.lambda)
        .put("acceptance", objective.acceptance())
        .put("z", metrics.zMean())
        .put("kappa", objective.kappa())
        .put("weightMean", metrics.weightMean())
        .put("weightMax", metrics.weightMax())
        .put("effectiveSampleSize", metrics.effectiveSampleSize())
        .put("weightZeroShare", metrics.weightZeroShare())
        .put("weightCapShare", metrics.weightCapShare())
        .put("clipShareLow", metrics.clipShareLow())
        .put("clipShareHigh", metrics.clipShareHigh())
        .put("actorClipShare", metrics.actorClipShare())
        .put("gradNormPolicy", outcome.gradNormPolicy())
        .put("gradNormActor", outcome.gradNormActor())
        .put("responseLengthMean", mean(batch, Rollout::writtenTokens))
        .put("responseLengthMax", batch.stream().mapToInt(Rollout::writtenTokens).max().orElse(0))
        .put("tokens", tokens(batch));
    if (outcome.twoModels()) {
      // One model's Z is near its bound, so that κ·Z exceeds it by chance.
      line.put("zAboveBound", metrics.zAboveBound());
    }
    putExtensions(line, outcome.extensions(), objective.beside(), batch);
    return line;
  }

  /** Adds the metrics of what beside the paper's objective is on. */
  private static void putExtensions(
      ObjectNode line, Extensions extensions, ObjectiveResult.Beside metrics, List<Rollout> batch) {
    if (extensions.ratioLevel() == Extensions.RatioLevel.SEQUENCE) {
      line.put("sequenceRatioMin", metrics.ratioMin()).put("sequenceRatioMax", metrics.ratioMax());
    }
    if (extensions.dualClip().isPresent()) {
      line.put("dualClipShare", metrics.dualClipShare());
    }
    if (extensions.maskTruncated()) {
      line.put("lossTokens", metrics.lossTokens());
    }
    if (extensions.entropyCoefficient() > 0) {
      line.put("entropyLoss", metrics.entropyLoss());
    }
    Extensions.ReferenceKl reference = extensions.referenceKl();
    if (reference != null && reference.inReward()) {
      double penalty = sum(batch, r -> r.reward(Rollout.Reward.REFERENCE_KL));
      double tokens = sum(batch, Rollout::tokens);
      line.put("referenceKl", 0 - penalty / reference.coefficient() / tokens)
          .put("referenceKlReward", penalty / batch.size());
    } else if (reference != null) {
      line.put("referenceKl", metrics.referenceKl())
          .put("referenceKlLoss", metrics.referenceKlLoss());
    }
  }

  static long tokens(List<Rollout> batch) {
    return batch.stream().mapToLong(Rollout::writtenTokens).sum();
  }

  /** Adds the results on the held-out problems. */
  static void putHeldOut(ObjectNode line, List<Rollout> sampled, List<Rollout> greedy) {
    line.put("heldOutProblems", sampled.size())
        .put("heldOutAccuracy", share(sampled, j -> j.verdict() == Verdict.CORRECT))
        .put("heldOutGreedy", share(greedy, j -> j.verdict() == Verdict.CORRECT))
        .put("heldOutLength", mean(sampled, Rollout::writtenTokens))
        .put("heldOutUnparsed", share(sampled, j -> j.verdict() == Verdict.UNPARSED));
  }

  /**
   * @param obrsSeconds part of {@code trainSeconds}
   */
  static void putTimes(
      ObjectNode line, double rolloutSeconds, double trainSeconds, double obrsSeconds) {
    double tokens = line.required("tokens").doubleValue();
    line.put("rolloutSeconds", rolloutSeconds)
        .put("trainSeconds", trainSeconds)
        .put("obrsSeconds", obrsSeconds)
        .put("stepSeconds", rolloutSeconds + trainSeconds)
        .put("rolloutTokensPerSecond", tokens / rolloutSeconds)
        .put("trainTokensPerSecond", tokens / trainSeconds);
  }

  /** Adds what is known when a step has ended. */
  static void putEnd(ObjectNode line, double elapsedSeconds) {
    Runtime runtime = Runtime.getRuntime();
    line.put("elapsedSeconds", elapsedSeconds)
        .put("heapBytes", runtime.totalMemory() - runtime.freeMemory());
  }

  /** Null for KL to a distribution that is 0 where the other is not. */
  private static @Nullable Double finiteOrNull(double value) {
    return Double.isFinite(value) ? value : null;
  }

  private static <T> double share(List<T> all, Predicate<T> which) {
    return all.stream().filter(which).count() / (double) all.size();
  }

  private static <T> double mean(List<T> all, ToDoubleFunction<T> value) {
    return sum(all, value) / all.size();
  }

  private static <T> double sum(List<T> all, ToDoubleFunction<T> value) {
    return all.stream().mapToDouble(value).sum();
  }
}
