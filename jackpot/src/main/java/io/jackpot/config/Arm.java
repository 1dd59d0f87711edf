package io.jackpot.config;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A preset of the settings of {@code train}: Jackpot, or one of its baselines. With two models an
 * actor samples; with one model the policy samples for itself, and there is no actor.
 */
public enum Arm {
  JACKPOT("rejection, weights, actor loss and distillation: the paper's method", Map.of()),
  JACKPOT_EXPECTED(
      "jackpot with the expectation of the rejection instead of a random draw",
      Map.of("mask", "expected")),
  TIS(
      "truncated importance sampling, min(p_ref/p_inf, cap); actor as in jackpot",
      Map.of("policyCorrection", "truncated", "target", "ref")),
  TIS_NEW(
      "truncated importance sampling toward p_new, min(p_new/p_inf, cap)·min(p_ref/p_new, c2)",
      Map.of("policyCorrection", "truncated", "target", "new")),
  TIS_Z(
      "jackpot's weight without its rejection: min(Z·r, cap)", Map.of("policyCorrection", "tis-z")),
  ICEPOP(
      "p_ref/p_inf, and 0 where that is out of range; actor as in jackpot",
      Map.of("policyCorrection", "icepop", "target", "ref")),
  IDENTITY(
      "plain importance sampling, p_ref/p_inf (AReaL); actor as in jackpot",
      Map.of("policyCorrection", "identity", "target", "ref")),
  KL_ONLY(
      "no correction; the actor learns by distillation alone",
      Map.of("policyCorrection", "none", "actorLoss", "false")),
  NONE(
      "no correction; the actor never changes",
      Map.of("policyCorrection", "none", "actorLoss", "false", "distillCoefficient", "0")),
  ON_POLICY("one model, one update a rollout", oneModel(Map.of("policyCorrection", "none"))),
  OFF_POLICY(
      "one model, stale: several updates a rollout, with PPO's clipping",
      stale(Map.of("policyCorrection", "none"))),
  NO_CLIP(
      "off-policy without clipping: the paper's No-Clip",
      stale(Map.of("policyCorrection", "none", "clipLow", "none", "clipHigh", "none"))),
  JACKPOT_NO_CLIP(
      "off-policy with rejection and weights instead of clipping: the paper's Jackpot of Table 3",
      stale(Map.of("clipLow", "none", "clipHigh", "none")));

  /** Updates a rollout of the stale arms. */
  private static final String STALE_MINI_BATCHES = "8";

  private static Map<String, String> oneModel(Map<String, String> own) {
    Map<String, String> preset =
        new HashMap<>(Map.of("rolloutModel", "policy", "actorLoss", "false"));
    preset.put("distillCoefficient", "0");
    preset.putAll(own);
    return Map.copyOf(preset);
  }

  private static Map<String, String> stale(Map<String, String> own) {
    Map<String, String> preset = new HashMap<>(oneModel(own));
    preset.put("miniBatches", STALE_MINI_BATCHES);
    return Map.copyOf(preset);
  }

  private final String description;

  @SuppressWarnings("ImmutableEnumChecker") // Always immutable.
  private final Map<String, String> preset;

  Arm(String description, Map<String, String> preset) {
    this.description = description;
    this.preset = preset;
  }

  /** One line. */
  public String description() {
    return description;
  }

  /** The settings it presets, itself included: a layer of {@link Settings}. */
  public Map<String, @Nullable Object> layer() {
    Map<String, @Nullable Object> layer = Settings.of(TrainSettings.class).flags(preset);
    layer.put("arm", this);
    return layer;
  }
}
