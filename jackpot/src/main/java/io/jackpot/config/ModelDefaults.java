package io.jackpot.config;

import io.jackpot.input.InputException;
import io.jackpot.input.Names;
import io.jackpot.models.ModelSource;
import io.jackpot.weights.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Defaults of {@code train} and {@code sft} that depend on the models. Those of the settings are
 * made for the built-in models, which are small. The policy of a run goes on with what the run had.
 * Any other model takes what the field fine-tunes all weights with; the paper says nothing of its
 * optimizer.
 *
 * <p>For {@code train} that is verl's {@code actor.optim} and rollout ({@code ppo_trainer.yaml}):
 * rate 1e-6 (TRL's {@code GRPOConfig} has the same), β 0.9 and 0.999, weight decay 0.01 (TRL: 0),
 * no warm-up, a constant rate (TRL: linear decay), gradients clipped to a norm of 1, temperature 1.
 * For {@code sft} it is the rate of verl's {@code sft_trainer.yaml}, 1e-5; TRL's {@code SFTConfig}
 * has 2e-5.
 *
 * @param layer values by setting, as a layer of {@link Settings}
 * @param source where they come from, for people; empty where there are none
 */
public record ModelDefaults(Map<String, @Nullable Object> layer, String source) {
  private static final Settings<TrainSettings> SETTINGS = Settings.of(TrainSettings.class);
  private static final String POLICY = "policy";
  private static final String ACTOR = "actor";
  private static final String RATE = "learningRate";
  private static final String ACTOR_RATE = "actorLearningRate";

  private static final Map<String, String> OF_THE_FIELD =
      Map.of(
          RATE,
          "1e-6",
          ACTOR_RATE,
          "1e-6",
          "beta1",
          "0.9",
          "beta2",
          "0.999",
          "epsilon",
          "1e-8",
          "weightDecay",
          "0.01",
          "gradClip",
          "1",
          "warmupSteps",
          "0",
          "decay",
          "none",
          "temperature",
          "1");

  private static final Map<String, @Nullable Object> OF_SFT =
      Settings.of(SftSettings.class).flags(Map.of(RATE, "1e-5"));

  /** The deepest place of a model in a run: checkpoints/step-000100/policy. */
  private static final int DEPTH = 4;

  /**
   * Of the models that {@code given} names, or the built-in ones.
   *
   * @throws InputException if the settings of a run cannot be read
   */
  static ModelDefaults of(Map<String, @Nullable Object> given) {
    TrainSettings usual = SETTINGS.defaults();
    String policy = Objects.toString(given.get(POLICY), usual.policy());
    String actor = Objects.toString(given.get(ACTOR), usual.actor());
    return of(policy, actor);
  }

  /** Of these models; see {@link #of(Map)}. */
  public static ModelDefaults of(String policy, String actor) {
    Map<String, @Nullable Object> layer = new LinkedHashMap<>();
    String source = "";
    if (!ModelSource.isBuiltIn(policy)) {
      Path run = run(policy);
      layer.putAll(values(run));
      source = run == null ? "for models that are not built in" : "as in " + run;
    }
    if (!ModelSource.isBuiltIn(actor) && ModelSource.isBuiltIn(policy)) {
      Path run = run(actor);
      layer.put(ACTOR_RATE, values(run).get(ACTOR_RATE));
      source = run == null ? "for an actor that is not built in" : "as in " + run;
    }
    return new ModelDefaults(layer, source);
  }

  /**
   * Of {@code sft}, for the model that {@code given} names; none for a built-in one, or for random
   * weights.
   */
  public static Map<String, @Nullable Object> ofSft(Map<String, @Nullable Object> given) {
    String model = Objects.toString(given.get("model"), "");
    boolean fresh = Boolean.TRUE.equals(given.get("fresh"));
    return fresh || ModelSource.isBuiltIn(model) ? Map.of() : OF_SFT;
  }

  /** The run that a model is the policy or the actor of; null if it is of none. */
  private static @Nullable Path run(String model) {
    Path at = Path.of(model).toAbsolutePath().normalize();
    for (int up = 0; up < DEPTH && at != null; up++, at = at.getParent()) {
      Path config = at.resolve("config.json");
      if (Files.exists(at.resolve("metrics.jsonl"))
          && Files.isRegularFile(config)
          && Json.read(config).has("arm")) {
        return at;
      }
    }
    return null;
  }

  private static Map<String, @Nullable Object> values(@Nullable Path run) {
    if (run == null) {
      return SETTINGS.flags(OF_THE_FIELD);
    }
    Path config = run.resolve("config.json");
    Map<String, @Nullable Object> all =
        SETTINGS.values(SETTINGS.fromJson(Json.read(config), config.toString()));
    Map<String, @Nullable Object> kept = new LinkedHashMap<>();
    OF_THE_FIELD.keySet().forEach(name -> kept.put(name, all.get(name)));
    return kept;
  }

  /**
   * A line on the optimizer of a run whose models are not built in; empty for the built-in ones.
   *
   * @param settings of the run
   */
  public String line(TrainSettings settings) {
    if (layer.isEmpty()) {
      return "";
    }
    Map<String, @Nullable Object> actual = SETTINGS.values(settings);
    List<String> given =
        layer.keySet().stream()
            .filter(name -> !Objects.equals(layer.get(name), actual.get(name)))
            .filter(name -> settings.twoModels() || !name.equals(ACTOR_RATE))
            .sorted()
            .map(Names::flag)
            .toList();
    return "optimizer: learning rate %s%s, β %s and %s, weight decay %s, %s, decay %s, temperature %s: defaults %s%s"
        .formatted(
            shown(settings.learningRate()),
            settings.twoModels() ? " (actor " + shown(settings.actorRate()) + ")" : "",
            shown(settings.beta1()),
            shown(settings.beta2()),
            shown(settings.weightDecay()),
            settings.warmupSteps() == 0 ? "no warm-up" : settings.warmupSteps() + " warm-up steps",
            Names.of(settings.decay()),
            shown(settings.temperature()),
            source,
            given.isEmpty()
                ? ""
                : given.stream().collect(Collectors.joining(", ", ", but for ", "")));
  }

  /** A line on the optimizer of {@code sft}. */
  public static String line(SftSettings settings) {
    return "optimizer: learning rate %s, β %s and %s, weight decay %s, decay %s"
        .formatted(
            shown(settings.learningRate()),
            shown(settings.beta1()),
            shown(settings.beta2()),
            shown(settings.weightDecay()),
            Names.of(settings.decay()));
  }

  /** 1e-6, 0.9 or 0. */
  private static String shown(float value) {
    return Float.toString(value).replaceFirst("\\.0(?=E|$)", "").replace('E', 'e');
  }
}
