package io.jackpot.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jackpot.input.InputException;
import io.jackpot.objective.Correction;
import io.jackpot.objective.ObjectiveOptions;
import io.jackpot.objective.PolicyWeighting;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.node.ObjectNode;

class ArmTest {
  private static final Settings<TrainSettings> TRAIN = Settings.of(TrainSettings.class);

  private static Map<String, @Nullable Object> flags(String... keysAndTexts) {
    Map<String, String> texts = new HashMap<>();
    for (int i = 0; i < keysAndTexts.length; i += 2) {
      texts.put(keysAndTexts[i], keysAndTexts[i + 1]);
    }
    return TRAIN.flags(texts);
  }

  private static void assertBad(Runnable work, String... parts) {
    assertThatThrownBy(work::run)
        .isInstanceOf(InputException.class)
        .message()
        .contains(parts)
        .doesNotContain("\n");
  }

  @Test
  void aRunOfAnArmWithAnotherMeaningIsRefusedWithTheNewName() {
    refused(Map.of("arm", "no-clip"), "jackpot --clip-low none --clip-high none");
    refused(
        Map.of(
            "arm",
            "no-clip",
            "rolloutModel",
            "policy",
            "actorLoss",
            "false",
            "distillCoefficient",
            "0"),
        "jackpot-no-clip");
    refused(Map.of("arm", "on-policy", "trainBatch", "64"), "off-policy");
    refused(Map.of("arm", "icepop", "policyCorrection", "icepop"), "icepop --target new");
    refused(Map.of("arm", "tis-new", "policyCorrection", "truncated"), "tis-new");
    ObjectNode same = TRAIN.toJson(TRAIN.build(Arm.TIS.layer()));
    same.remove("miniBatches");
    assertThat(TrainSettings.ofRun(same, "config.json")).isEqualTo(TRAIN.build(Arm.TIS.layer()));
  }

  private static void refused(Map<String, String> flags, String name) {
    Map<String, String> others = new HashMap<>(flags);
    String arm = Objects.requireNonNull(others.remove("arm"));
    ObjectNode json = TRAIN.toJson(TRAIN.build(TRAIN.flags(others)));
    json.put("arm", arm);
    json.remove("miniBatches");
    assertBad(
        () -> TrainSettings.ofRun(json, "runs/a/config.json"),
        "runs/a/config.json: arm " + arm + ": it had another meaning",
        "--arm " + name);
  }

  /** F's ratio is p_ref/p_inf, unless p_new is asked for. */
  @Test
  void aBaselinesTargetIsTheReference() {
    for (String f : List.of("identity", "truncated", "icepop")) {
      assertThat(TrainSettings.layered(Map.of(), flags("policyCorrection", f)).target())
          .isEqualTo(ObjectiveOptions.Target.REF);
      assertThat(
              TrainSettings.layered(Map.of(), flags("policyCorrection", f, "target", "new"))
                  .target())
          .isEqualTo(ObjectiveOptions.Target.NEW);
    }
    assertThat(TrainSettings.layered(Map.of(), flags("arm", "icepop")).target())
        .isEqualTo(ObjectiveOptions.Target.REF);
    assertThat(TrainSettings.layered(Map.of(), flags()).target())
        .isEqualTo(ObjectiveOptions.Target.NEW);
  }

  @ParameterizedTest
  @EnumSource(Arm.class)
  void everyArmIsAnObjective(Arm arm) {
    TrainSettings settings = TRAIN.build(arm.layer());
    ObjectiveOptions objective = settings.objective();
    assertThat(settings.arm()).isEqualTo(arm);
    PolicyWeighting weighting =
        switch (arm) {
          case JACKPOT, JACKPOT_EXPECTED, JACKPOT_NO_CLIP -> new PolicyWeighting.Obrs();
          case TIS, TIS_NEW ->
              new PolicyWeighting.Corrected(new Correction.Truncated(2, Correction.Level.TOKEN));
          case TIS_Z -> new PolicyWeighting.TisTimesZ(2);
          case ICEPOP ->
              new PolicyWeighting.Corrected(new Correction.IcePop(0.5, 5, Correction.Level.TOKEN));
          case IDENTITY ->
              new PolicyWeighting.Corrected(new Correction.Identity(Correction.Level.TOKEN));
          case ON_POLICY, OFF_POLICY, NO_CLIP, KL_ONLY, NONE ->
              new PolicyWeighting.Corrected(new Correction.None());
        };
    assertThat(objective.policyWeighting()).isEqualTo(weighting);
    boolean toRef = List.of(Arm.TIS, Arm.ICEPOP, Arm.IDENTITY).contains(arm);
    assertThat(objective.target() == ObjectiveOptions.Target.REF).isEqualTo(toRef);
    boolean stale = List.of(Arm.OFF_POLICY, Arm.NO_CLIP, Arm.JACKPOT_NO_CLIP).contains(arm);
    assertThat(settings.miniBatches() > 1).isEqualTo(stale);
    assertThat(settings.twoModels()).isEqualTo(!stale && arm != Arm.ON_POLICY);
    boolean frozen = !settings.twoModels() || arm == Arm.NONE;
    assertThat(objective.actorCorrection() == null).isEqualTo(frozen || arm == Arm.KL_ONLY);
    assertThat(objective.distillCoefficient()).isEqualTo(frozen ? 0 : 1);
    assertThat(objective.clipLow().isEmpty())
        .isEqualTo(arm == Arm.NO_CLIP || arm == Arm.JACKPOT_NO_CLIP);
  }
}
