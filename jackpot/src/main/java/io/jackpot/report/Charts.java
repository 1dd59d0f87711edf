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
              "What the run is for: the share of held-out problems that the policy answers correctly,"
                  + " sampled at temperature 1 (the band is its 95% interval) and greedily, and the"
                  + " mean reward of the responses it learns from.")
          .line("heldOutAccuracy", "held-out, sampled")
          .line("heldOutGreedy", "held-out, greedy")
          .line("reward", "reward in training");

  static final Chart LOSS =
      Chart.of(
              "Loss",
              Range.DECADES,
              "Mean of −log p(token) over the completion tokens of a batch, in nats: it falls fast,"
                  + " then slowly, towards what the data leave undecided.")
          .line("loss", "loss");

  static final Chart DIVERGENCE =
      Chart.of(
              "How far actor and policy are apart",
              Range.DECADES,
              "KL divergence in nats a token: distillation (Eq. 7) pulls KL(policy‖actor) down, and"
                  + " while it rises the actor's responses say less and less about the policy.")
          .line("klPolicyActor", "KL(policy‖actor)")
          .line("klActorPolicy", "KL(actor‖policy)");

  static final Chart ACCEPTANCE =
      Chart.of(
              "Acceptance and Z",
              Range.CLOSE,
              "The share of sampled tokens that the rejection keeps (Eq. 3), and the mean normalizer Z"
                  + " (Eq. 4), its expected value: no true Z exceeds min(1, 1/λ), and the nearer to"
                  + " that bound, the more alike the two models are.")
          .line("acceptance", "acceptance")
          .line("z", "mean Z")
          .guide("min(1, 1/λ)", run -> Math.min(1, 1 / run.setting("lambda")));

  /** Charts under one heading. */
  record Section(String title, List<Chart> charts) {}

  private Charts() {}

  /** The chart of a run's result. */
  static Chart result(Run.Kind kind) {
    return switch (kind) {
      case TRAIN -> ACCURACY;
      case SFT -> LOSS;
    };
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
              "The length of the gradient before clipping: spikes are batches that"
                  + " surprise the model, a steady climb is a rate that is too high.")
          .line("gradNorm", "gradient norm")
          .guide("clipped to", run -> positive(run.setting("gradClip")));

  private static final Chart RATE =
      Chart.of(
              "Learning rate",
              Range.FROM_ZERO,
              "The step size that AdamW takes, warm-up and decay included.")
          .line("learningRate", "learning rate");

  private static final Chart MEMORY =
      Chart.of(
              "Memory",
              Range.FROM_ZERO,
              "Bytes of Java heap in use at the end of a step, garbage included: a saw-tooth is"
                  + " healthy, a floor that keeps rising is not.")
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
                          "The factor that brings the top-k estimate of Z to the share that was"
                              + " accepted (section 4.4.2): near 1 the top-k tokens hold nearly all"
                              + " probability, and 0 means that nothing was accepted and the policy"
                              + " stood still.")
                      .line("kappa", "κ")
                      .guide("no correction", run -> 1),
                  Chart.of(
                          "Z above its bound",
                          Range.FROM_ZERO,
                          "The share of tokens whose Z exceeds min(1, 1/λ), which no true Z does: one"
                              + " κ for the whole batch overshoots where the models agree.")
                      .line("zAboveBound", "share of tokens"),
                  Chart.of(
                          "Weights",
                          Range.FROM_ZERO,
                          "What multiplies a token's gradient (Eq. 5), rejected tokens counting as 0:"
                              + " a maximum that lies at the cap says that corrections are cut off"
                              + " there.")
                      .line("weightMean", "mean")
                      .line("weightMax", "largest")
                      .guide("cap c1", run -> usesObrs(run) ? run.setting("c1") : Double.NaN),
                  Chart.of(
                          "Effective sample size",
                          Range.SHARE,
                          "(Σw)² ÷ (N·Σw²) of those weights: the share of the tokens that the update"
                              + " really rests on, 1 where all weigh the same.")
                      .line("effectiveSampleSize", "share of tokens"))),
          new Section(
              "Updates",
              List.of(
                  Chart.of(
                          "Losses",
                          Range.CLOSE,
                          "What is minimised (Eq. 8): the losses of policy (Eq. 5) and actor (Eq. 6)"
                              + " hover about 0 and do not show progress, the distillation (Eq. 7)"
                              + " should fall.")
                      .line("policyLoss", "policy")
                      .line("actorLoss", "actor")
                      .line("distillLoss", "distillation")
                      .line("totalLoss", "total"),
                  Chart.of(
                          "Entropy",
                          Range.FROM_ZERO,
                          "How undecided the policy is, in nats a token: a slow fall is learning, a"
                              + " plunge to 0 is the end of exploration.")
                      .line("entropy", "policy"),
                  Chart.of(
                          "Gradient norms",
                          Range.DECADES,
                          "The length of each model's gradient before clipping: spikes, or a steady"
                              + " climb, tend to come before a collapse.")
                      .line("gradNormPolicy", "policy")
                      .line("gradNormActor", "actor")
                      .guide("clipped to", run -> positive(run.setting("gradClip"))),
                  Chart.of(
                          "Clipped tokens",
                          Range.FROM_ZERO,
                          "The share of tokens whose gradient PPO's clip stops (Eq. 1): 0 for the"
                              + " policy at the first update after a rollout, for its ratio is 1.")
                      .line("clipShareLow", "policy, below")
                      .line("clipShareHigh", "policy, above")
                      .line("actorClipShare", "actor"),
                  RATE)),
          new Section(
              "Responses",
              List.of(
                  Chart.of(
                          "What the responses teach",
                          Range.SHARE,
                          "The share of training responses that are correct, and of groups whose"
                              + " responses all earn the same reward: such a group has no advantage"
                              + " and teaches nothing.")
                      .line("accuracy", "correct")
                      .line("equalGroupShare", "all-equal groups"),
                  Chart.of(
                          "Length",
                          Range.FROM_ZERO,
                          "Tokens of a response: growth is thinking learned, growth without reward is"
                              + " rambling.")
                      .line("responseLengthMean", "mean")
                      .line("responseLengthMax", "longest")
                      .line("heldOutLength", "held-out, mean")
                      .guide("limit", run -> run.setting("maxResponseTokens")),
                  Chart.of(
                          "Unreadable and cut off",
                          Range.FROM_ZERO,
                          "The share of responses without a readable answer, and of those that ran into"
                              + " the limit of their length: both earn nothing and should vanish.")
                      .line("unparsedShare", "unparsed")
                      .line("truncatedShare", "cut off")
                      .line("heldOutUnparsed", "held-out, unparsed"),
                  Chart.of(
                          "Tokens an update",
                          Range.FROM_ZERO,
                          "Response tokens that an update learns from, the rejected ones included.")
                      .line("tokens", "response tokens"))),
          new Section(
              "Speed",
              List.of(
                  Chart.of(
                          "Tokens a second",
                          Range.FROM_ZERO,
                          "Response tokens by the time that their rollout and their update take;"
                              + " rollout is what a small actor makes cheap.")
                      .line("rolloutTokensPerSecond", "rollout")
                      .line("trainTokensPerSecond", "training"),
                  Chart.of(
                          "Seconds a step",
                          Range.FROM_ZERO,
                          "Where the time goes: a step is a rollout and an update; an evaluation, where"
                              + " there is one, comes on top.")
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
                          "Tokens an update",
                          Range.FROM_ZERO,
                          "Tokens that an update learns from; it varies with the lengths of the"
                              + " lines.")
                      .line("tokens", "tokens"),
                  Chart.of(
                          "Tokens a second", Range.FROM_ZERO, "Tokens by the time of their update.")
                      .line("tokensPerSecond", "training")
                      .line("trainTokensPerSecond", "training"),
                  Chart.of("Seconds a step", Range.FROM_ZERO, "Where the time goes.")
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
