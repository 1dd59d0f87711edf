package io.jackpot.report;

import io.jackpot.report.Chart.Range;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The charts of a run's page. Equations and sections are those of the Jackpot paper. */
final class Charts {
  /** Metrics without a curve: they count up, or are part of a sentence. */
  private static final Set<String> NO_CURVE =
      Set.of("step", "elapsedSeconds", "badGold", "badLength", "heldOutProblems");

  static final Chart ACCURACY =
      Chart.of(
              "Held-out accuracy and reward",
              Range.SHARE,
              "The result of the run: the share of held-out problems that the policy answers"
                  + " correctly, sampled at temperature 1 (the band is its 95% interval) and greedily,"
                  + " and the mean reward of its training responses.")
          .line("heldOutAccuracy", "held-out, sampled")
          .line("heldOutGreedy", "held-out, greedy")
          .line("reward", "reward in training");

  static final Chart LOSS =
      Chart.of(
              "Loss",
              Range.DECADES,
              "Mean of −log p(token) over the completion tokens of a batch, in nats: it falls"
                  + " fast, then slowly, toward the entropy of the data.")
          .line("loss", "loss");

  static final Chart DIVERGENCE =
      Chart.of(
              "How far actor and policy are apart",
              Range.DECADES,
              "KL divergence in nats per token: distillation (Eq. 7) lowers KL(policy‖actor);"
                  + " the higher it is, the less the actor's responses tell about the policy.")
          .line("klPolicyActor", "KL(policy‖actor)")
          .line("klActorPolicy", "KL(actor‖policy)");

  static final Chart ACCEPTANCE =
      Chart.of(
              "Acceptance and Z",
              Range.CLOSE,
              "The share of sampled tokens that the rejection accepts (Eq. 3), and the mean"
                  + " normalizer Z (Eq. 4), its expected value: no true Z exceeds min(1, 1/λ), and the"
                  + " closer to that bound, the more alike the two models are.")
          .line("acceptance", "acceptance")
          .line("z", "mean Z")
          .guide("min(1, 1/λ)", run -> Math.min(1, 1 / run.setting("lambda")));

  /** Charts under one heading. */
  record Section(String title, List<Chart> charts) {}

  private Charts() {}

  /** The chart of a run's result. */
  static Chart result(Run.Kind kind) {
    return picture(kind).getFirst();
  }

  /** The charts of a run's picture, the result first. */
  static List<Chart> picture(Run.Kind kind) {
    return switch (kind) {
      case TRAIN -> List.of(ACCURACY, ACCEPTANCE, DIVERGENCE);
      case SFT -> List.of(LOSS, GRADIENT, RATE);
    };
  }

  /** Every other chart of a kind of run. */
  static List<Section> of(Run.Kind kind) {
    return switch (kind) {
      case TRAIN -> TRAIN;
      case SFT -> SFT;
    };
  }

  /** The sections that a run has data for; metrics without a chart of their own come last. */
  static List<Section> of(Run run) {
    List<Section> sections = new ArrayList<>(of(run.kind()));
    Set<String> known = new HashSet<>(NO_CURVE);
    known.addAll(result(run.kind()).keys());
    sections.forEach(section -> section.charts().forEach(chart -> known.addAll(chart.keys())));
    sections.add(
        new Section(
            "Other numbers",
            run.keys().stream()
                .filter(key -> !known.contains(key))
                .map(key -> Chart.of(key, Range.CLOSE, "As metrics.jsonl has it.").line(key, key))
                .toList()));
    return sections.stream()
        .map(section ->
            new Section(
                section.title(),
                section.charts().stream().filter(chart -> !chart.drawn(run).isEmpty()).toList()))
        .filter(section -> !section.charts().isEmpty())
        .toList();
  }

  private static final Chart GRADIENT =
      Chart.of(
              "Gradient norm",
              Range.DECADES,
              "The norm of the gradient before clipping: a spike is an unusual batch, a steady"
                  + " climb a learning rate that is too high.")
          .line("gradNorm", "gradient norm")
          .guide("clipped to", run -> positive(run.setting("gradClip")));

  private static final Chart RATE =
      Chart.of("Learning rate", Range.FROM_ZERO, "AdamW's learning rate, with warm-up and decay.")
          .line("learningRate", "learning rate");

  private static final Chart MEMORY =
      Chart.of(
              "Memory",
              Range.FROM_ZERO,
              "Bytes of Java heap in use at the end of a step, garbage included: a sawtooth is"
                  + " healthy, a minimum that keeps rising is not.")
          .line("heapBytes", "heap");

  private static final List<Section> TRAIN =
      List.of(
          new Section(
              "Two models",
              List.of(
                  DIVERGENCE,
                  ACCEPTANCE,
                  Chart.of(
                          "κ",
                          Range.CLOSE,
                          "The factor that scales the top-k estimate of Z to the accepted share"
                              + " (section 4.4.2): near 1 the top-k tokens hold nearly all"
                              + " probability; 0 means that nothing was accepted and the policy was"
                              + " not updated.")
                      .line("kappa", "κ")
                      .guide("no correction", run -> 1),
                  Chart.of(
                          "Z above its bound",
                          Range.FROM_ZERO,
                          "The share of tokens whose Z exceeds min(1, 1/λ), which no true Z"
                              + " does: one κ for the whole batch overestimates Z where the models"
                              + " agree.")
                      .line("zAboveBound", "share of tokens"),
                  Chart.of(
                          "Weights",
                          Range.FROM_ZERO,
                          "The factor of a token's gradient (Eq. 5), 0 for rejected tokens: a"
                              + " maximum at the cap means that corrections are cut off there.")
                      .line("weightMean", "mean")
                      .line("weightMax", "largest")
                      .guide("cap c1", run -> usesObrs(run) ? run.setting("c1") : Double.NaN),
                  Chart.of(
                          "Effective sample size",
                          Range.SHARE,
                          "(Σw)² ÷ (N·Σw²) of those weights: the share of the tokens that"
                              + " effectively count in the update, 1 if all weigh the same.")
                      .line("effectiveSampleSize", "share of tokens"))),
          new Section(
              "Updates",
              List.of(
                  Chart.of(
                          "Losses",
                          Range.CLOSE,
                          "The minimised losses (Eq. 8): those of policy (Eq. 5) and actor (Eq."
                              + " 6) vary around 0 and do not show progress; the distillation (Eq. 7)"
                              + " should fall.")
                      .line("policyLoss", "policy")
                      .line("actorLoss", "actor")
                      .line("distillLoss", "distillation")
                      .line("totalLoss", "total"),
                  Chart.of(
                          "Entropy",
                          Range.FROM_ZERO,
                          "The entropy of the policy in nats per token: a slow fall is"
                              + " learning, a sudden fall to 0 ends exploration.")
                      .line("entropy", "policy"),
                  Chart.of(
                          "Gradient norms",
                          Range.DECADES,
                          "The norm of each model's gradient before clipping: spikes or a"
                              + " steady climb often precede a collapse.")
                      .line("gradNormPolicy", "policy")
                      .line("gradNormActor", "actor")
                      .guide("clipped to", run -> positive(run.setting("gradClip"))),
                  Chart.of(
                          "Clipped tokens",
                          Range.FROM_ZERO,
                          "The share of tokens whose gradient PPO's clip removes (Eq. 1): 0 for"
                              + " the policy at the first update after a rollout, since its ratio is"
                              + " 1.")
                      .line("clipShareLow", "policy, below")
                      .line("clipShareHigh", "policy, above")
                      .line("actorClipShare", "actor"),
                  RATE)),
          new Section(
              "Responses",
              List.of(
                  Chart.of(
                          "Correct and equal responses",
                          Range.SHARE,
                          "The share of training responses that are correct, of groups whose"
                              + " responses all have the same reward, and of the update's responses"
                              + " without an advantage, from which nothing is learned.")
                      .line("accuracy", "correct")
                      .line("equalGroupShare", "all-equal groups")
                      .line("zeroAdvantageShare", "no advantage"),
                  Chart.of(
                          "Length",
                          Range.FROM_ZERO,
                          "Tokens per response: growth with reward is learned reasoning, growth"
                              + " without it is not.")
                      .line("responseLengthMean", "mean")
                      .line("responseLengthMax", "longest")
                      .line("heldOutLength", "held-out, mean")
                      .guide("limit", run -> run.setting("maxResponseTokens")),
                  Chart.of(
                          "Unreadable and cut off",
                          Range.FROM_ZERO,
                          "The share of responses without a readable answer, and of those cut"
                              + " off at the longest length: neither gets a reward.")
                      .line("unparsedShare", "unparsed")
                      .line("truncatedShare", "cut off")
                      .line("heldOutUnparsed", "held-out, unparsed"),
                  Chart.of(
                          "Tokens per update",
                          Range.FROM_ZERO,
                          "Response tokens that an update learns from, the rejected ones included.")
                      .line("tokens", "response tokens"))),
          new Section(
              "Speed",
              List.of(
                  Chart.of(
                          "Tokens per second",
                          Range.FROM_ZERO,
                          "Response tokens per second of their rollout and of their update; a small actor"
                              + " makes rollouts cheap.")
                      .line("rolloutTokensPerSecond", "rollout")
                      .line("trainTokensPerSecond", "training"),
                  Chart.of(
                          "Seconds per step",
                          Range.FROM_ZERO,
                          "The time of a step: its rollout and its update; an evaluation is extra.")
                      .line("stepSeconds", "step")
                      .line("rolloutSeconds", "rollout")
                      .line("trainSeconds", "training")
                      .line("evalSeconds", "evaluation"),
                  MEMORY)));

  private static final List<Section> SFT =
      List.of(
          new Section("Updates", List.of(GRADIENT, RATE)),
          new Section(
              "Speed",
              List.of(
                  Chart.of(
                          "Tokens per update",
                          Range.FROM_ZERO,
                          "Tokens that an update learns from; it varies with the lengths of the"
                              + " lines.")
                      .line("tokens", "tokens"),
                  Chart.of(
                          "Tokens per second",
                          Range.FROM_ZERO,
                          "Tokens per second of their update.")
                      .line("tokensPerSecond", "training")
                      .line("trainTokensPerSecond", "training"),
                  Chart.of("Seconds per step", Range.FROM_ZERO, "The time of a step.")
                      .line("stepSeconds", "step")
                      .line("trainSeconds", "training"),
                  MEMORY)));

  private static boolean usesObrs(Run run) {
    return run.config().path("policyCorrection").asString("").equals("obrs");
  }

  private static double positive(double value) {
    return value > 0 ? value : Double.NaN;
  }
}
