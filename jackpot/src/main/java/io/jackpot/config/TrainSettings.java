package io.jackpot.config;

import io.jackpot.advantage.Advantages;
import io.jackpot.input.InputException;
import io.jackpot.input.Names;
import io.jackpot.objective.Correction;
import io.jackpot.objective.ObjectiveOptions;
import io.jackpot.objective.ObjectiveOptions.Aggregation;
import io.jackpot.objective.ObjectiveOptions.MaskMode;
import io.jackpot.objective.ObjectiveOptions.Normalizer;
import io.jackpot.objective.ObjectiveOptions.Target;
import io.jackpot.problems.ProblemSet;
import io.jackpot.tensor.Distillation;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** Every setting of {@code jackpot train}; its {@link Setting} explains it. */
@Settings.Refuses(
    names = {"topP", "minP"},
    because =
        "rollouts are truncated by samplingTopP, samplingTopK and samplingMinP (topK is the"
            + " normalizer's)")
public record TrainSettings(
    @Setting(
            group = Group.METHOD,
            common = true,
            value = "jackpot",
            help = "preset of the other settings, listed below")
        Arm arm,
    @Setting(
            group = Group.RUN,
            common = true,
            value = "100",
            min = 0,
            changeable = true,
            help = "optimizer updates; with --resume, more of them extend a run")
        int steps,
    @Setting(common = true, value = "0", help = "seed of all random numbers") long seed,
    DeviceSettings compute,
    @Setting(
            group = Group.MODELS,
            common = true,
            value = "builtin:policy",
            help = "policy: model folder, run (its last policy) or GGUF file")
        String policy,
    @Setting(
            common = true,
            value = "builtin:actor",
            help = "actor: model folder, run (its last policy) or GGUF file")
        String actor,
    @Setting(
            group = Group.DATA,
            common = true,
            value = ProblemSet.ARITHMETIC,
            list = true,
            help = "arithmetic (generated), or data set files")
        String problems,
    @Setting(
            common = true,
            value = "none",
            list = true,
            help = "files of held-out problems (none: generated)")
        @Nullable String heldOut,
    FieldSettings fields,
    TemplateSettings template,
    @Setting(
            value = "none",
            min = 1,
            help = "longest prompt in tokens; problems with longer ones are left out")
        @Nullable Integer maxPromptTokens,
    ArithmeticSettings arithmetic,
    @Setting(
            group = Group.SAMPLING,
            common = true,
            value = "64",
            min = 1,
            help = "problems per rollout")
        int rolloutPrompts,
    @Setting(common = true, value = "8", min = 1, help = "responses per problem")
        int samplesPerPrompt,
    @Setting(value = "1", min = 1, help = "mini-batches of a rollout, an optimizer update each")
        int miniBatches,
    @Setting(
            common = true,
            value = "none",
            min = 1,
            help = "responses per update (none: those of a rollout over miniBatches)")
        @Nullable Integer trainBatch,
    @Setting(common = true, value = "48", min = 1, help = "longest response in tokens")
        int maxResponseTokens,
    @Setting(common = true, value = "1", min = 0, above = true, help = "sampling temperature")
        float temperature,
    TruncationSettings sampling,
    @Setting(value = "256", min = 1, help = "responses sampled at the same time") int samplingSlots,
    @Setting(value = "actor", help = "model that samples: actor or policy")
        RolloutModel rolloutModel,
    @Setting(
            group = Group.METHOD,
            common = true,
            value = "1",
            min = 0,
            above = true,
            help = "OBRS threshold; a larger one rejects more")
        @Nullable Double lambda,
    @Setting(
            common = true,
            value = "none",
            min = 0,
            max = 1,
            above = true,
            help =
                "share of tokens to accept, for which each rollout's lambda is solved (none: lambda)")
        @Nullable Double acceptance,
    @Setting(
            value = "new",
            help = "p_target: new or ref; ref if policyCorrection is identity, truncated or icepop")
        Target target,
    @Setting(
            common = true,
            value = "0.2",
            min = 0,
            max = 1,
            help = "PPO's lower clip (none: no clipping)")
        @Nullable Double clipLow,
    @Setting(common = true, value = "0.2", min = 0, help = "PPO's upper clip (none: no clipping)")
        @Nullable Double clipHigh,
    @Setting(value = "3", min = 0, above = true, help = "cap of the OBRS weight (none: no cap)")
        @Nullable Double c1,
    @Setting(value = "3", min = 0, above = true, help = "cap of p_ref/p_target (none: no cap)")
        @Nullable Double c2,
    @Setting(value = "20", min = 1, help = "size of each top-k set of the normalizer") int topK,
    @Setting(value = "topk", help = "estimator of Z: topk, exact or empirical")
        Normalizer normalizer,
    @Setting(value = "bernoulli", help = "rejection: bernoulli or expected") MaskMode mask,
    @Setting(
            value = "obrs",
            help = "weight of the policy's loss: obrs, none, identity, truncated, icepop or tis-z")
        PolicyCorrection policyCorrection,
    @Setting(value = "2", min = 0, above = true, help = "cap of truncated and tis-z")
        double policyCap,
    @Setting(value = "0.5", min = 0, help = "icepop's lower bound") double policyLow,
    @Setting(value = "5", min = 0, help = "icepop's upper bound") double policyHigh,
    @Setting(value = "true", help = "give the actor its own PPO loss") boolean actorLoss,
    @Setting(
            value = "truncated",
            help = "F in the actor's loss: none, identity, truncated or icepop")
        ActorCorrection actorCorrection,
    @Setting(value = "2", min = 0, above = true, help = "cap of truncated") double actorCap,
    @Setting(value = "0.5", min = 0, help = "icepop's lower bound") double actorLow,
    @Setting(value = "5", min = 0, help = "icepop's upper bound") double actorHigh,
    @Setting(
            value = "token",
            help = "ratio of corrections: token, sequence (product) or geometric (mean)")
        Correction.Level correctionLevel,
    @Setting(common = true, value = "1", min = 0, help = "weight of the distillation (0: none)")
        double distillCoefficient,
    @Setting(value = "forward", help = "forward, KL(policy‖actor), or reverse")
        Distillation.Direction distillDirection,
    @Setting(common = true, value = "grpo", help = "advantages: grpo, dr-grpo, rloo or remax")
        Advantages advantage,
    @Setting(value = "token-mean", help = "average of the losses: token-mean or sequence-mean")
        Aggregation aggregation,
    LossSettings loss,
    @Setting(
            group = Group.OPTIMIZER,
            common = true,
            value = "0.0003",
            min = 0,
            help = "the policy's learning rate (models that are not built in: 1e-6)")
        float learningRate,
    @Setting(
            common = true,
            value = "0.0006",
            min = 0,
            help = "the actor's learning rate (none: the policy's; not built in: 1e-6)")
        @Nullable Float actorLearningRate,
    @Setting(value = "0.9", min = 0, max = 1, help = "AdamW's β1") float beta1,
    @Setting(value = "0.99", min = 0, max = 1, help = "AdamW's β2") float beta2,
    @Setting(value = "1e-8", min = 0, above = true, help = "AdamW's ε") float epsilon,
    @Setting(value = "0", min = 0, help = "AdamW's decoupled weight decay") float weightDecay,
    @Setting(value = "1", min = 0, help = "largest gradient norm (0: no clipping)") float gradClip,
    @Setting(
            common = true,
            value = "10",
            min = 0,
            help = "updates over which the learning rate rises from 0")
        int warmupSteps,
    @Setting(value = "linear", help = "decay of the learning rate to 0: none, linear or cosine")
        RateDecay decay,
    @Setting(
            group = Group.RUN,
            common = true,
            value = "10",
            min = 1,
            help = "updates between evaluations")
        int evalEvery,
    @Setting(value = "512", min = 1, help = "held-out problems") int evalProblems,
    @Setting(common = true, value = "20", min = 1, help = "updates between checkpoints")
        int checkpointEvery,
    @Setting(value = "2", min = 1, help = "checkpoints to keep") int keepCheckpoints,
    @Setting(
            value = "true",
            changeable = true,
            help = "keep the checkpoint of the best held-out accuracy beside them")
        boolean keepBest,
    @Setting(
            value = "none",
            min = 1,
            changeable = true,
            help = "evaluations without a gain after which the run ends (none: it goes on)")
        @Nullable Integer stopAfter,
    @Setting(
            group = Group.DEVICE,
            value = "auto",
            absent = "auto",
            min = 1,
            changeable = true,
            help = "tokens per forward and backward pass (auto: 32768, or less if memory is small)")
        @Nullable Integer microBatchTokens,
    @Setting(
            value = "false",
            changeable = true,
            help = "recompute activations in the backward pass: less memory, same result")
        boolean recomputeActivations,
    DtypeSettings dtypes,
    TokenLogSettings tokenLog)
    implements RunSettings {

  /** Settings that say the same in two ways: one that is given takes the place of the other. */
  private static final Map<String, String> INSTEAD =
      Map.of("lambda", "acceptance", "acceptance", "lambda", "miniBatches", "trainBatch");

  /** The model that samples the rollouts. */
  public enum RolloutModel {
    ACTOR,
    POLICY
  }

  /** The weight of the policy's PPO term. */
  public enum PolicyCorrection {
    OBRS,
    NONE,
    IDENTITY,
    TRUNCATED,
    ICEPOP,
    TIS_Z;

    /** Whether it is an F of p_target/p_inf. */
    boolean isBaseline() {
      return this == IDENTITY || this == TRUNCATED || this == ICEPOP;
    }
  }

  /** F in the actor's loss. */
  public enum ActorCorrection {
    NONE,
    IDENTITY,
    TRUNCATED,
    ICEPOP
  }

  /**
   * @throws InputException if settings contradict each other; names them
   */
  public TrainSettings {
    if ((clipLow == null) != (clipHigh == null)) {
      throw new InputException(
          "clipLow %s, clipHigh %s: expected two numbers, or none for both"
              .formatted(Objects.toString(clipLow, "none"), Objects.toString(clipHigh, "none")));
    }
    if (samplesPerPrompt < advantage.smallestGroup()) {
      throw new InputException(
          "samplesPerPrompt %d, advantage %s: the responses to a problem are compared with each other, so nothing could be learned; expected samplesPerPrompt of at least %d"
              .formatted(samplesPerPrompt, Names.of(advantage), advantage.smallestGroup()));
    }
    long responses = (long) rolloutPrompts * samplesPerPrompt;
    if (responses > Integer.MAX_VALUE) {
      throw new InputException(
          "rolloutPrompts %d, samplesPerPrompt %d: %d responses a rollout, expected at most %d"
              .formatted(rolloutPrompts, samplesPerPrompt, responses, Integer.MAX_VALUE));
    }
    long divisor = trainBatch == null ? miniBatches : trainBatch;
    if (responses % divisor != 0) {
      throw new InputException(
          "%s %d: does not divide the %d responses of a rollout (rolloutPrompts %d x samplesPerPrompt %d)"
              .formatted(
                  trainBatch == null ? "miniBatches" : "trainBatch",
                  divisor,
                  responses,
                  rolloutPrompts,
                  samplesPerPrompt));
    }
    miniBatches = (int) (trainBatch == null ? miniBatches : responses / trainBatch);
    trainBatch = (int) (responses / miniBatches);
    if (arm == Arm.ON_POLICY && miniBatches > 1) {
      throw new InputException(
          "arm on-policy: %d updates a rollout are stale, expected 1 (trainBatch %d), or arm off-policy"
              .formatted(miniBatches, responses));
    }
    if ((lambda == null) == (acceptance == null)) {
      throw new InputException(
          "lambda %s, acceptance %s: expected one of them, the other none"
              .formatted(Objects.toString(lambda, "none"), Objects.toString(acceptance, "none")));
    }
    if (rolloutModel == RolloutModel.POLICY && (actorLoss || distillCoefficient > 0)) {
      throw new InputException(
          "rolloutModel policy: there is no actor, expected actorLoss false and distillCoefficient 0 (as arm on-policy has them)");
    }
    if (normalizer == Normalizer.EXACT && dtypes.rounded()) {
      throw new InputException(
          "normalizer exact: a sampler with actorDtype %s and kvDtype %s records its top k only, expected normalizer topk, or f32 for both"
              .formatted(Names.of(dtypes.actorDtype()), Names.of(dtypes.kvDtype())));
    }
    checkRange("policyLow", policyLow, "policyHigh", policyHigh);
    checkRange("actorLow", actorLow, "actorHigh", actorHigh);
    SftSettings.checkDecay("beta1", beta1);
    SftSettings.checkDecay("beta2", beta2);
    if (!problems.equals(ProblemSet.ARITHMETIC) && heldOut == null) {
      throw new InputException(
          "heldOut none: expected a file of held-out problems, because problems is a file ("
              + problems
              + ")");
    }
  }

  private static void checkRange(String low, double from, String high, double to) {
    if (from > to) {
      throw new InputException(
          "%s %s, %s %s: expected %s to be at most %s".formatted(low, from, high, to, low, high));
    }
  }

  /**
   * Layers the defaults, those of the models, the preset of an arm, a config file and flags. The
   * arm is that of the flags, or else that of the file. If the flags name another arm than the
   * file, which may be the config.json of a run, values of the file that come from its own arm are
   * ignored.
   *
   * @param file values as {@link Settings#file} gives them
   * @param flags values as {@link Settings#flags} gives them
   * @throws InputException if the settings contradict each other
   */
  public static TrainSettings layered(
      Map<String, @Nullable Object> file, Map<String, @Nullable Object> flags) {
    Settings<TrainSettings> settings = Settings.of(TrainSettings.class);
    Arm fileArm = (Arm) Objects.requireNonNullElse(file.get("arm"), Arm.JACKPOT);
    Arm arm = (Arm) Objects.requireNonNullElse(flags.get("arm"), fileArm);
    Map<String, @Nullable Object> own = new LinkedHashMap<>(file);
    if (own.containsKey("miniBatches") && own.containsKey("rolloutPrompts")) {
      own.remove("trainBatch"); // a run's config.json, in which miniBatches says the same
    }
    if (file.containsKey("arm") && arm != fileArm) {
      Map<String, @Nullable Object> preset =
          settings.values(settings.build(ModelDefaults.of(file).layer(), fileArm.layer()));
      own.entrySet()
          .removeIf(entry -> Objects.equals(entry.getValue(), preset.get(entry.getKey())));
      own.remove("arm");
    }
    Map<String, @Nullable Object> merged = new LinkedHashMap<>();
    Map<String, @Nullable Object> named = new LinkedHashMap<>(own);
    named.putAll(flags);
    Map<String, @Nullable Object> ofModels = ModelDefaults.of(named).layer();
    for (Map<String, @Nullable Object> layer : List.of(ofModels, arm.layer(), own, flags)) {
      layer.forEach((name, value) -> {
        String instead = INSTEAD.get(name);
        if (instead != null && value != null && !layer.containsKey(instead)) {
          merged.put(instead, null);
        }
      });
      merged.putAll(layer);
    }
    if (merged.get("policyCorrection") instanceof PolicyCorrection f && f.isBaseline()) {
      merged.putIfAbsent("target", Target.REF);
    }
    if (!named.containsKey("miniBatches") && named.get("trainBatch") == null) {
      merged.computeIfPresent("miniBatches", (_, preset) -> divisor(settings, merged, preset));
    }
    TrainSettings result = settings.build(merged);
    if (flags.get("trainBatch") != null
        && flags.getOrDefault("miniBatches", result.miniBatches) instanceof Integer asked
        && asked != result.miniBatches) {
      throw new InputException(
          "miniBatches %d, trainBatch %d: a rollout of %d responses has %d, expected one of both"
              .formatted(
                  asked,
                  result.updateResponses(),
                  result.miniBatches * result.updateResponses(),
                  result.miniBatches));
    }
    return result;
  }

  /**
   * The most mini-batches, up to an arm's preset, that a rollout of these settings divides into.
   */
  private static int divisor(
      Settings<TrainSettings> settings, Map<String, @Nullable Object> values, Object preset) {
    Map<String, @Nullable Object> all = new LinkedHashMap<>(settings.values(settings.defaults()));
    all.putAll(values);
    long responses = 1;
    for (String key : List.of("rolloutPrompts", "samplesPerPrompt")) {
      responses *= ((Number) Objects.requireNonNull(all.get(key))).longValue();
    }
    int most = ((Number) preset).intValue();
    while (responses % most != 0) {
      most--;
    }
    return most;
  }

  /**
   * The settings of a run from its {@code config.json}.
   *
   * @param where what it is, for messages
   * @throws InputException if it is a run of {@code sft}, or was started before its arm got another
   *     meaning; the message has the name of today
   */
  public static TrainSettings ofRun(ObjectNode json, String where) {
    if (json.has("data") && !json.has("policy")) {
      throw new InputException(where + ": a run of sft, expected one of train");
    }
    Settings<TrainSettings> all = Settings.of(TrainSettings.class);
    if (json.has("miniBatches")) {
      return all.fromJson(json, where);
    }
    // Of an earlier version. Its arm may be refused today, so it is read as none in particular.
    Map<String, @Nullable Object> values = all.json(json, where);
    Arm arm = (Arm) Objects.requireNonNullElse(values.put("arm", Arm.JACKPOT), Arm.JACKPOT);
    TrainSettings run = all.build(values);
    String today = "";
    if (arm == Arm.NO_CLIP) {
      today = run.twoModels() ? "jackpot --clip-low none --clip-high none" : "jackpot-no-clip";
    } else if (arm == Arm.ON_POLICY && run.miniBatches > 1) {
      today = run.clipLow == null ? "no-clip" : "off-policy";
    } else if (run.policyCorrection.isBaseline() && run.target == Target.NEW) {
      today = Names.of(arm) + " --target new, with min(p_ref/p_new, c2) in its weight";
    }
    if (!today.isEmpty()) {
      throw new InputException(
          "%s: arm %s: it had another meaning when this run started, expected a new run of what it is called now: --arm %s"
              .formatted(where, Names.of(arm), today));
    }
    return all.fromJson(json, where);
  }

  /** Whether an actor samples the rollouts; otherwise there is none. */
  public boolean twoModels() {
    return rolloutModel == RolloutModel.ACTOR;
  }

  /** Responses per optimizer update. */
  public int updateResponses() {
    return Objects.requireNonNull(trainBatch);
  }

  /**
   * Tokens of a pass.
   *
   * @throws NullPointerException if they are not chosen yet
   */
  public int passTokens() {
    return Objects.requireNonNull(microBatchTokens);
  }

  /** With so many tokens of a pass. */
  public TrainSettings withPassTokens(int tokens) {
    Settings<TrainSettings> all = Settings.of(TrainSettings.class);
    return all.build(all.values(this), Map.of("microBatchTokens", tokens));
  }

  /** The actor's peak rate. */
  public float actorRate() {
    return actorLearningRate == null ? learningRate : actorLearningRate;
  }

  /** The options of the objective; λ is 1 where it is solved for each rollout. */
  public ObjectiveOptions objective() {
    return Objectives.of(this);
  }
}
