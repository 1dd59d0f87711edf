package io.jackpot.train;

import io.jackpot.rollout.Rollout;
import io.jackpot.train.PackedResponses.Sequence;
import io.jackpot.transformer.NonFiniteException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Finds the cause after a step has failed on NaN or infinity: the first tensor that is not finite,
 * in the order weights, activations, logits, and what to change. It repeats the forward passes of
 * the step, so that steps that do not fail cost nothing.
 */
final class Diagnosis {

  /**
   * A model that may be the cause.
   *
   * @param rate the learning rate that its updates had at most
   * @param rateFlag the setting
   */
  record Suspect(Learner learner, float rate, String rateFlag) {
    /** Whether its weights are not those that were loaded. */
    private boolean hasChanged() {
      return learner.optimizer().step() > 0 && rate > 0;
    }

    /** Blames the learning rate only where it can be the cause. */
    private String advice(String unchanged) {
      return hasChanged() ? "try a lower " + rateFlag : unchanged;
    }
  }

  private static final String LOADED =
      "no update has changed them: this model exceeds the range of float32 here";

  private final List<Suspect> suspects;
  private final float temperature;
  private final int microBatchTokens;
  private final String otherwise;

  /**
   * @param suspects in the order in which a step computes them
   * @param otherwise what to try where all their tensors are finite
   */
  Diagnosis(List<Suspect> suspects, float temperature, int microBatchTokens, String otherwise) {
    this.suspects = List.copyOf(suspects);
    this.temperature = temperature;
    this.microBatchTokens = microBatchTokens;
    this.otherwise = otherwise;
  }

  /** {@link #of} for a step on rollouts, whose recorded log-probs may be the cause as well. */
  String ofRollouts(NonFiniteException failure, List<Rollout> rollouts) {
    for (Rollout rollout : rollouts) {
      for (float logProb : rollout.logProbs()) {
        if (!Float.isFinite(logProb)) {
          return of(
              new NonFiniteException("a log-prob that the sampler recorded"),
              PackedResponses.sequences(rollouts));
        }
      }
    }
    return of(failure, PackedResponses.sequences(rollouts));
  }

  /**
   * The tensor and the advice, as the end of a message.
   *
   * @param failure of the step; where all tensors are finite, that which it names is the first
   * @param batch that the step was to learn from; empty if it failed elsewhere
   */
  String of(NonFiniteException failure, List<Sequence> batch) {
    return suspects.stream()
        .flatMap(suspect -> weight(suspect).stream())
        .findFirst()
        .or(() -> activation(PackedResponses.split(batch, microBatchTokens)))
        .orElseGet(() ->
            "%s is not finite, although all weights, activations and logits are; try %s%s"
                .formatted(failure.what(), lowerRates(), otherwise));
  }

  private String lowerRates() {
    String flags =
        suspects.stream()
            .filter(Suspect::hasChanged)
            .map(Suspect::rateFlag)
            .distinct()
            .collect(Collectors.joining(" or "));
    return flags.isEmpty() ? "" : "a lower " + flags + ", or ";
  }

  private static Optional<String> weight(Suspect suspect) {
    return suspect
        .learner
        .model()
        .parameters()
        .firstNonFinite()
        .map(weight ->
            "the %s's %s is not finite; %s"
                .formatted(
                    suspect.learner.name(),
                    weight,
                    suspect.advice(
                        "no update has changed it: use a copy of the model without it")));
  }

  private Optional<String> activation(List<PackedResponses> batches) {
    for (Suspect suspect : suspects) {
      Learner learner = suspect.learner;
      for (PackedResponses batch : batches) {
        Optional<String> module = learner.firstNonFinite(batch);
        if (module.isEmpty() && !learner.hasFiniteLogits(batch, 1)) {
          module = Optional.of("lm_head");
        }
        if (module.isPresent()) {
          return Optional.of(
              "the %s's output of %s is not finite, although its weights are; %s"
                  .formatted(learner.name(), module.get(), suspect.advice(LOADED)));
        }
        if (!learner.hasFiniteLogits(batch, temperature)) {
          return Optional.of(
              "the %s's output of lm_head divided by temperature %s is not finite; raise --temperature"
                  .formatted(learner.name(), temperature));
        }
      }
    }
    return Optional.empty();
  }
}
