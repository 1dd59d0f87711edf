package io.jackpot.audit;

import io.jackpot.audit.Differences.At;
import io.jackpot.audit.Differences.Source;
import io.jackpot.config.TrainSettings;
import io.jackpot.objective.LambdaSolver;
import io.jackpot.objective.ObrsTasks;
import io.jackpot.rollout.Rollout.Place;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/**
 * Recomputes what follows from several steps: the advantages of a problem's responses, and the λ of
 * a rollout, each where all of its responses are logged.
 */
final class RolloutCheck {
  private static final Source GROUP =
      new Source("the rewards of the problem's responses", LineCheck.TOLERANCE);
  private static final Source ROLLOUT =
      new Source("all ratios p_ref/p_inf of the rollout, or the setting", LineCheck.TOLERANCE);

  private record Member(LoggedResponse response, double reward, double advantage) {}

  private record Group(int rollout, int problem) {}

  /** The λ of a step, by metrics.jsonl, and the ratios of the tokens logged. */
  private record StepRatios(int step, double lambda, int responses, double[] ratios) {}

  private final TrainSettings settings;
  private final Differences differences;
  private final Map<Group, TreeMap<Integer, Member>> groups = new LinkedHashMap<>();
  private final Map<Integer, List<StepRatios>> rollouts = new LinkedHashMap<>();

  RolloutCheck(TrainSettings settings, Differences differences) {
    this.settings = settings;
    this.differences = differences;
  }

  /** Notes the responses of a step. */
  void add(int step, List<LoggedResponse> responses, JsonNode metrics) {
    for (LoggedResponse response : responses) {
      Place place = response.place();
      LoggedToken first = response.first();
      groups
          .computeIfAbsent(new Group(place.rollout(), place.problem()), key -> new TreeMap<>())
          .put(
              place.sample(),
              new Member(response, first.number("reward"), first.number("advantage")));
      for (int position = 1; position < response.tokens().size(); position++) {
        differences.compare(
            "advantage",
            GROUP,
            new At(step, response.index(), position),
            response.tokens().get(position).number("advantage"),
            first.number("advantage"));
      }
    }
    double[] ratios =
        responses.stream()
            .flatMap(response -> response.tokens().stream())
            .mapToDouble(line -> ObrsTasks.ratio(line.number("policyRef"), line.number("inf")))
            .toArray();
    rollouts
        .computeIfAbsent(responses.getFirst().place().rollout(), key -> new ArrayList<>())
        .add(
            new StepRatios(
                step, metrics.path("lambda").asDouble(Double.NaN), responses.size(), ratios));
  }

  /** Checks what has been noted. */
  void check() {
    groups.values().forEach(this::advantages);
    rollouts.values().forEach(this::lambda);
  }

  private void advantages(SortedMap<Integer, Member> group) {
    if (group.size() < settings.samplesPerPrompt()) {
      differences.skip("advantage", "not all responses to the problem are logged");
      return;
    }
    if (settings.advantage().needsGreedy()) {
      differences.skip("advantage", "the greedy response is not logged");
      return;
    }
    double[] advantages =
        settings.advantage().of(group.values().stream().mapToDouble(Member::reward).toArray(), 0);
    int i = 0;
    for (Member member : group.values()) {
      At at = new At(member.response.step(), member.response.index(), 0);
      differences.compare("advantage", GROUP, at, member.advantage, advantages[i++]);
    }
  }

  private void lambda(List<StepRatios> steps) {
    Double acceptance = settings.acceptance();
    Double given = settings.lambda();
    int responses = steps.stream().mapToInt(StepRatios::responses).sum();
    int whole =
        steps.getFirst().step == 0
            ? settings.updateResponses()
            : settings.updateResponses() * settings.miniBatches();
    if (acceptance != null && responses < whole) {
      differences.skip("metrics.lambda", "not all responses of the rollout are logged");
      return;
    }
    double lambda =
        acceptance == null && given != null
            ? given
            : LambdaSolver.solveRatios(
                steps.stream().flatMapToDouble(s -> Arrays.stream(s.ratios)).toArray(),
                acceptance == null ? 1 : acceptance);
    for (StepRatios step : steps) {
      differences.compare("metrics.lambda", ROLLOUT, At.step(step.step), step.lambda, lambda);
    }
  }
}
