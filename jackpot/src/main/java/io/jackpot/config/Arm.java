package io.jackpot.config;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A preset of the settings of {@code train}: Jackpot, or one of its baselines. */
public enum Arm {
  JACKPOT("rejection, weights, actor loss and distillation: the paper's method", Map.of()),
  JACKPOT_EXPECTED(
      "jackpot with the expectation of the rejection instead of a random draw",
      Map.of("mask", "expected")),
  ON_POLICY(
      "the policy samples its own rollouts",
      Map.of(
          "rolloutModel", "policy",
          "policyCorrection", "none",
          "actorLoss", "false",
          "distillCoefficient", "0")),
  TIS(
      "truncated importance sampling toward p_ref; actor as in jackpot",
      Map.of("policyCorrection", "truncated", "policyCap", "2", "target", "ref")),
  TIS_NEW(
      "truncated importance sampling toward p_new; actor as in jackpot",
      Map.of("policyCorrection", "truncated", "policyCap", "2", "target", "new")),
  TIS_Z(
      "jackpot's weight without its rejection: min(Z·r, cap)", Map.of("policyCorrection", "tis-z")),
  ICEPOP(
      "ratios out of range get weight 0; actor as in jackpot",
      Map.of("policyCorrection", "icepop")),
  KL_ONLY(
      "no correction; the actor learns by distillation alone",
      Map.of("policyCorrection", "none", "actorLoss", "false")),
  NO_CLIP("jackpot without PPO's clipping", Map.of("clipLow", "none", "clipHigh", "none")),
  NONE(
      "no correction; the actor never changes",
      Map.of("policyCorrection", "none", "actorLoss", "false", "distillCoefficient", "0"));

  private final String description;

  @SuppressWarnings("ImmutableEnumChecker") // Always of Map.of.
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
