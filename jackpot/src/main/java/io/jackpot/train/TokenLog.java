package io.jackpot.train;

import io.jackpot.config.TokenLogSettings;
import io.jackpot.config.TrainSettings;
import io.jackpot.input.Names;
import io.jackpot.objective.Extensions;
import io.jackpot.objective.ObjectiveResult;
import io.jackpot.rollout.Rollout;
import io.jackpot.tensor.Distillation.Direction;
import io.jackpot.tensor.Threefry;
import io.jackpot.weights.Tokenizer;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The tokens of chosen steps, a line of {@code tokens.jsonl} each, and the models that they were
 * computed from. Keys are those of {@code explain}; log-probs are of the token itself, in nats and
 * at the sampling temperature. What a step does not compute is left out.
 *
 * <p>{@code token-log/step-000012} has the models and optimizers after update 12, in the layout of
 * a checkpoint. A logged step s needs two: p_new and p_ω are those of step s − 1; p_ref, p_ω,ref
 * and p_inf those of the line's {@code startStep}, before the first update of the rollout.
 */
final class TokenLog {
  private final TokenLogSettings settings;
  private final Direction distillation;
  private final RunFolder folder;
  private final Tokenizer tokenizer;
  private int kept = -1;

  TokenLog(TrainSettings settings, RunFolder folder, Tokenizer tokenizer) {
    this.settings = settings.tokenLog();
    this.distillation = settings.distillDirection();
    this.folder = folder;
    this.tokenizer = tokenizer;
  }

  /**
   * Keeps the models of {@code state} if one of {@code steps} is logged.
   *
   * @param first of the steps that need them
   */
  void keep(TrainingState state, int first, int last) {
    if (state.step() != kept && settings.steps(first, last).findAny().isPresent()) {
      state.save(folder.loggedModels(), at -> {});
      kept = state.step();
    }
  }

  /**
   * Writes the lines of a step, if it is logged.
   *
   * @param outcome of its mini-batch {@code rollouts}
   */
  void write(int step, List<Rollout> rollouts, JointStep.Outcome outcome) {
    if (!settings.logs(step)) {
      return;
    }
    Integer most = settings.tokenLogResponses();
    int responses = most == null ? rollouts.size() : Math.min(most, rollouts.size());
    int at = 0;
    for (int response = 0; response < responses; response++) {
      Rollout rollout = rollouts.get(response);
      for (int position = 0; position < rollout.tokens(); position++, at++) {
        ObjectNode line = JsonNodeFactory.instance.objectNode();
        line.put("step", step).put("response", response).put("position", position);
        if (position == 0) {
          putResponse(line, rollout);
        }
        putSampled(line, rollout, position);
        putQuantities(line, outcome, at);
        folder.tokens().append(line);
      }
    }
  }

  private static void putResponse(ObjectNode line, Rollout rollout) {
    Rollout.Place place = rollout.place();
    line.put("rollout", place.rollout())
        .put("problem", place.problem())
        .put("sample", place.sample())
        .put("startStep", rollout.version());
    ArrayNode prompt = line.putArray("prompt");
    for (int id : rollout.prompt().ids()) {
      prompt.add(id);
    }
    line.put("tokens", rollout.tokens())
        .put("answer", rollout.prompt().problem().answer())
        .put("finished", rollout.finished())
        .put("verdict", Names.of(rollout.verdict()))
        .put("reward", rollout.reward());
    ObjectNode parts = line.putObject("rewards");
    rollout.rewards().forEach(part -> parts.put(part.name(), part.value()));
  }

  /** All that was known of a token when it had been sampled. */
  private void putSampled(ObjectNode line, Rollout rollout, int position) {
    line.put("action", rollout.response()[position])
        .put("text", tokenizer.decode(rollout.response(), position, position + 1))
        .put("advantage", rollout.advantage())
        .put("u", Threefry.uniform(rollout.acceptKey(), position, 0));
    int k = rollout.topIds().length / rollout.tokens();
    if (k > 0) {
      ArrayNode ids = line.putArray("topIds");
      ArrayNode logProbs = line.putArray("topInf");
      for (int i = position * k; i < (position + 1) * k; i++) {
        if (rollout.topIds()[i] >= 0) {
          ids.add(rollout.topIds()[i]);
          logProbs.add((double) rollout.topLogProbs()[i]);
        }
      }
    }
  }

  private void putQuantities(ObjectNode line, JointStep.Outcome outcome, int t) {
    MiniBatch tokens = outcome.tokens();
    ObjectiveResult result = outcome.objective();
    line.put("inf", tokens.logInf[t])
        .put("policyRef", tokens.logRef[t])
        .put("policy", tokens.logNew[t]);
    if (outcome.twoModels()) {
      line.put("actorRef", tokens.actorLogRef[t]).put("actor", tokens.actorLogNew[t]);
    }
    line.put("acceptProbability", result.acceptProbability()[t])
        .put("mask", result.mask()[t])
        .put("zTopK", tokens.zTopK[t]);
    putIfComputed(line, "zExact", tokens.zExact[t]);
    line.put("z", result.z()[t])
        .put("obrsWeight", result.obrsWeight()[t])
        .put("rho", result.rho()[t])
        .put("ratio", result.ratio()[t])
        .put("ppo", result.ppo()[t]);
    if (outcome.twoModels()) {
      line.put("actorWeight", result.actorWeight()[t])
          .put("actorPpo", result.actorPpo()[t])
          .put("distill", tokens.divergence(distillation)[t]);
    }
    line.put("entropy", tokens.entropy[t]).put("klActorPolicy", tokens.klActorPolicy[t]);
    putIfComputed(line, "klPolicyActor", tokens.klPolicyActor[t]);
    Extensions.ReferenceKl reference = outcome.extensions().referenceKl();
    if (reference != null && !reference.inReward()) {
      line.put("reference", tokens.logReference[t]);
      if (reference.estimator().isExact()) {
        line.put("referenceKl", tokens.referenceKl[t]);
      }
    }
  }

  private static void putIfComputed(ObjectNode line, String key, double value) {
    if (!Double.isNaN(value)) {
      line.put(key, value);
    }
  }

  /** The steps from {@code from} on whose models a run keeps. */
  static IntStream keptSteps(TrainSettings settings, int from) {
    int updates = settings.miniBatches();
    return settings
        .tokenLog()
        .steps(0, settings.steps())
        .map(step -> Math.max(step - 1, 0))
        .flatMap(start -> IntStream.of(start / updates * updates, start))
        .filter(start -> start >= from)
        .distinct();
  }

  /** A line on what a run logs and the disk space that this takes; null if it logs nothing. */
  static @Nullable String announcement(TrainSettings settings, TrainingState state) {
    if (!settings.tokenLog().logsAny()) {
      return null;
    }
    int[] steps = settings.tokenLog().steps(0, settings.steps()).toArray();
    if (steps.length == 0) {
      return "warning: --token-log: the run has %d steps, so none is logged"
          .formatted(settings.steps());
    }
    long kept = keptSteps(settings, 0).count();
    return "token log: %s of %,d steps, with the models and optimizers at %,d of them, %,.1f MB of disk in all"
        .formatted(
            settings.tokenLog().tokenLogResponses() == null
                ? "all responses"
                : settings.tokenLog().tokenLogResponses() + " responses",
            steps.length,
            kept,
            kept * state.bytes() * 1e-6);
  }
}
