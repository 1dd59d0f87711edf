package io.jackpot.config;

import static io.jackpot.config.TrainSettingsTest.flags;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jackpot.input.InputException;
import io.jackpot.input.Names;
import io.jackpot.objective.Correction;
import io.jackpot.objective.Extensions;
import io.jackpot.objective.ObjectiveOptions;
import io.jackpot.objective.PolicyWeighting;
import io.jackpot.tensor.Distillation;
import io.jackpot.weights.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;
import tools.jackson.databind.node.ObjectNode;

class SettingsTest {
  private static final Settings<TrainSettings> TRAIN = Settings.of(TrainSettings.class);
  private static final Settings<SftSettings> SFT = Settings.of(SftSettings.class);

  /** Another value than the default of every key of train, as on the command line. */
  private static final Map<String, String> OTHERS = new LinkedHashMap<>();

  static {
    OTHERS.put("arm", "jackpot-expected");
    OTHERS.put("steps", "7");
    OTHERS.put("seed", "-9223372036854775808");
    OTHERS.put("threads", "3");
    OTHERS.put("device", "tornado");
    OTHERS.put("gemm", "vendor");
    OTHERS.put("matmulPrecision", "bf16");
    OTHERS.put("policy", "models/policy \"x\"");
    OTHERS.put("actor", "models/actor");
    OTHERS.put("problems", "train.jsonl");
    OTHERS.put("heldOut", "held-out.jsonl");
    OTHERS.put("promptField", "text,extra.question");
    OTHERS.put("answerField", "reward_model.ground_truth");
    OTHERS.put("maxRowMegabytes", "64");
    OTHERS.put("maxRows", "1000");
    OTHERS.put("maxExpandedMegabytes", "512");
    OTHERS.put("promptTemplate", "Question: {problem}");
    OTHERS.put("systemPrompt", "Be brief.");
    OTHERS.put("maxPromptTokens", "512");
    OTHERS.put("operations", "6");
    OTHERS.put("modulus", "7");
    OTHERS.put("rolloutPrompts", "32");
    OTHERS.put("samplesPerPrompt", "4");
    OTHERS.put("miniBatches", "2");
    OTHERS.put("trainBatch", "64");
    OTHERS.put("maxResponseTokens", "2147483647");
    OTHERS.put("temperature", "0.7");
    OTHERS.put("samplingTopP", "0.9");
    OTHERS.put("samplingTopK", "50");
    OTHERS.put("samplingMinP", "0.01");
    OTHERS.put("samplingSlots", "64");
    OTHERS.put("rolloutModel", "policy");
    OTHERS.put("lambda", "none");
    OTHERS.put("acceptance", "0.75");
    OTHERS.put("target", "ref");
    OTHERS.put("clipLow", "0.3");
    OTHERS.put("clipHigh", "0.28");
    OTHERS.put("c1", "none");
    OTHERS.put("c2", "1e30");
    OTHERS.put("topK", "19");
    OTHERS.put("normalizer", "empirical");
    OTHERS.put("mask", "expected");
    OTHERS.put("policyCorrection", "tis-z");
    OTHERS.put("policyCap", "2.5");
    OTHERS.put("policyLow", "0.1");
    OTHERS.put("policyHigh", "0.3");
    OTHERS.put("actorLoss", "false");
    OTHERS.put("actorCorrection", "icepop");
    OTHERS.put("actorCap", "123456.789");
    OTHERS.put("actorLow", "0");
    OTHERS.put("actorHigh", "100");
    OTHERS.put("correctionLevel", "sequence");
    OTHERS.put("distillCoefficient", "0");
    OTHERS.put("distillDirection", "reverse");
    OTHERS.put("advantage", "dr-grpo");
    OTHERS.put("aggregation", "sequence-mean");
    OTHERS.put("ratioLevel", "sequence");
    OTHERS.put("dualClip", "3");
    OTHERS.put("maskTruncated", "true");
    OTHERS.put("entropyCoefficient", "0.001");
    OTHERS.put("referenceKl", "0.05");
    OTHERS.put("referenceKlEstimator", "k2");
    OTHERS.put("referenceKlIn", "reward");
    OTHERS.put("reference", "models/reference");
    OTHERS.put("filterGroups", "true");
    OTHERS.put("maxGenerationBatches", "4");
    OTHERS.put("learningRate", "0.00031");
    OTHERS.put("actorLearningRate", "1e-7");
    OTHERS.put("beta1", "0.8");
    OTHERS.put("beta2", "0.999");
    OTHERS.put("epsilon", "3e-9");
    OTHERS.put("weightDecay", "0.1");
    OTHERS.put("gradClip", "0");
    OTHERS.put("warmupSteps", "2");
    OTHERS.put("decay", "cosine");
    OTHERS.put("evalEvery", "11");
    OTHERS.put("evalProblems", "500");
    OTHERS.put("checkpointEvery", "21");
    OTHERS.put("keepCheckpoints", "1");
    OTHERS.put("keepBest", "false");
    OTHERS.put("stopAfter", "3");
    OTHERS.put("microBatchTokens", "4096");
    OTHERS.put("recomputeActivations", "true");
    OTHERS.put("actorDtype", "int8");
    OTHERS.put("kvDtype", "fp8");
    OTHERS.put("tokenLog", "1,3-4");
    OTHERS.put("tokenLogResponses", "7");
  }

  @TempDir private Path folder;

  private Map<String, @Nullable Object> file(String json) {
    Path file = folder.resolve("config.json");
    try {
      Files.writeString(file, json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return TRAIN.file(file);
  }

  private static void assertBad(Runnable work, String... parts) {
    assertThatThrownBy(work::run)
        .isInstanceOf(InputException.class)
        .message()
        .contains(parts)
        .doesNotContain("\n");
  }

  @Test
  void theValuesOfThisTestAreOfEveryKeyAndNoDefault() {
    assertThat(OTHERS.keySet())
        .containsExactlyElementsOf(TRAIN.keys().stream().map(Key::name).toList());
    Map<String, @Nullable Object> defaults = TRAIN.values(TRAIN.defaults());
    TRAIN
        .flags(OTHERS)
        .forEach((key, value) -> assertThat(value).as(key).isNotEqualTo(defaults.get(key)));
  }

  @Test
  void everyKeyRoundTripsThroughFlagJsonAndFile() {
    TrainSettings settings = TRAIN.build(TRAIN.flags(OTHERS));
    ObjectNode json = TRAIN.toJson(settings);
    assertThat(TRAIN.fromJson(json, "config")).isEqualTo(settings);
    assertThat(TRAIN.build(file(json.toString()))).isEqualTo(settings);
    Path written = folder.resolve("written.json");
    Json.write(written, json);
    assertThat(TRAIN.fromJson(Json.read(written), "config")).isEqualTo(settings);
    assertThat(settings.learningRate()).isEqualTo(0.00031f);
    assertThat(settings.actorLearningRate()).isEqualTo(1e-7f);
    assertThat(settings.lambda()).isNull();
    assertThat(settings.acceptance()).isEqualTo(0.75);
    assertThat(settings.c1()).isNull();
  }

  @Test
  void defaultsRoundTripAndAreWrittenWithNoMoreDigitsThanTheyHave() {
    String json = TRAIN.toJson(TRAIN.defaults()).toString();
    assertThat(json)
        .startsWith("{\"arm\":\"jackpot\",\"steps\":100,\"seed\":0,")
        .contains(
            "\"heldOut\":null",
            "\"temperature\":1,",
            "\"lambda\":1,",
            "\"clipLow\":0.2,",
            "\"actorLoss\":true",
            "\"learningRate\":0.0003,",
            "\"actorLearningRate\":0.0006",
            "\"beta2\":0.99,",
            "\"epsilon\":1E-8,");
    assertThat(TRAIN.fromJson(TRAIN.toJson(TRAIN.defaults()), "config"))
        .isEqualTo(TRAIN.defaults());
  }

  @Test
  void flagsHaveHyphens() {
    assertThat(TRAIN.keys().stream().map(Key::flag))
        .contains("--clip-low", "--top-k", "--c1", "--micro-batch-tokens", "--distill-direction");
  }

  @ParameterizedTest
  @CsvSource({
    "{\"stepz\": 1}, stepz: no such setting; nearest is steps",
    "{\"clip-low\": 1}, nearest is clipLow",
    "{\"Lambda\": 1}, nearest is lambda",
    "{\"learning_rate\": 1}, nearest is learningRate",
    "{\"top-K\": 1}, nearest is topK",
  })
  void anUnknownKeyNamesTheNearest(String json, String message) {
    assertBad(() -> file(json), folder.resolve("config.json") + ": ", message);
  }

  static final List<Arguments> BAD_VALUES =
      List.of(
          Arguments.of("steps", "-1", "expected an integer from 0 to 2147483647"),
          Arguments.of("steps", "1.5", "expected an integer from 0 to 2147483647"),
          Arguments.of("steps", "2147483648", "found 2147483648"),
          Arguments.of("steps", "ten", "found ten"),
          Arguments.of("seed", "9223372036854775808", "to 9223372036854775807"),
          Arguments.of("threads", "1025", "expected an integer from 0 to 1024"),
          Arguments.of("temperature", "0", "expected a number above 0"),
          Arguments.of("temperature", "NaN", "found NaN, expected a number above 0"),
          Arguments.of("lambda", "Infinity", "expected a number above 0"),
          Arguments.of(
              "lambda",
              "1e400",
              "found 1e400, expected a number above 0 (too large: 64 bits hold numbers up to 1.7976931348623157E308)"),
          Arguments.of(
              "lambda",
              "4.9e-324",
              "found 4.9e-324, expected a number above 0 (too small: 64 bits hold numbers in full from 2.2250738585072014E-308 on)"),
          Arguments.of("learningRate", "-1e-9", "expected a number of at least 0"),
          Arguments.of(
              "learningRate", "1e39", "(too large: 32 bits hold numbers up to 3.4028235E38)"),
          Arguments.of(
              "learningRate",
              "1e-45",
              "(too small: 32 bits hold numbers in full from 1.1754944E-38 on)"),
          Arguments.of("clipLow", "1.0001", "expected a number from 0 to 1, or none"),
          Arguments.of("clipLow", "", "expected a number from 0 to 1, or none"),
          Arguments.of("dualClip", "1", "expected a number above 1, or none"),
          Arguments.of("ratioLevel", "sentence", "expected one of token, sequence"),
          Arguments.of("actorLoss", "yes", "expected true or false"),
          Arguments.of("policy", " ", "found \" \", expected text"),
          Arguments.of("target", "nwe", "expected one of ref, new; nearest is new"),
          Arguments.of("policyCorrection", "tisz", "nearest is tis-z"),
          Arguments.of("arm", "onpolicy", "nearest is on-policy"));

  @ParameterizedTest
  @FieldSource("BAD_VALUES")
  void aFlagThatItsKeyDoesNotTakeIsAnError(String key, String text, String message) {
    assertBad(() -> flags(key, text), Names.flag(key) + ": found ", text, message);
  }

  @ParameterizedTest
  @CsvSource({
    "{\"steps\": \"7\"}, steps: found \"7\"",
    "{\"steps\": null}, steps: found null",
    "{\"steps\": 1e10}, expected an integer",
    "{\"steps\": true}, expected an integer",
    "{\"policy\": 3}, policy: found 3",
    "{\"policy\": [1]}, policy: found [1]",
    "{\"actorLoss\": 1}, expected true or false",
    "{\"clipLow\": 2}, expected a number from 0 to 1 or null",
    "{\"lambda\": 1e999}, lambda: found",
    "{\"arm\": \"klonly\"}, nearest is kl-only",
  })
  void aJsonValueThatItsKeyDoesNotTakeIsAnError(String json, String message) {
    String expected = message.replace("1 or", "1, or");
    assertBad(() -> file(json), folder.resolve("config.json") + ": ", expected);
  }

  @Test
  void aKeyThatOccursTwiceIsAnError() {
    assertBad(() -> file("{\"steps\": 1, \"steps\": 1}"), "config.json", "steps");
  }

  @Test
  void noneMayBeWrittenAsNullOrAsText() {
    assertThat(file("{\"clipLow\": \"none\", \"clipHigh\": null, \"heldOut\": \"none\"}"))
        .containsEntry("clipLow", null)
        .containsEntry("clipHigh", null)
        .containsEntry("heldOut", null);
  }

  /** A run of an earlier version lacks settings that came later. */
  @Test
  void whatARunsConfigLacksHasItsDefault() {
    TrainSettings settings = TRAIN.build(TRAIN.flags(Map.of("steps", "7")));
    ObjectNode json = TRAIN.toJson(settings);
    json.remove("evalEvery");
    assertThat(TRAIN.fromJson(json, "runs/a/config.json")).isEqualTo(settings);
    assertThat(TRAIN.missing(json)).containsExactly("evalEvery");
  }

  @Test
  void settingsThatContradictEachOtherAreErrors() {
    assertBad(() -> TRAIN.build(flags("clipLow", "none")), "clipLow none, clipHigh 0.2");
    assertBad(
        () -> TRAIN.build(flags("rolloutModel", "policy", "actorLoss", "false")),
        "rolloutModel policy: there is no actor, expected actorLoss false and distillCoefficient 0");
    assertBad(
        () -> TRAIN.build(flags("trainBatch", "100")),
        "trainBatch 100: does not divide the 512 responses of a rollout (rolloutPrompts 64 x samplesPerPrompt 8)");
    assertBad(
        () -> TRAIN.build(flags("rolloutPrompts", "2147483647", "samplesPerPrompt", "2147483647")),
        "4611686014132420609 responses a rollout, expected at most");
    assertBad(
        () -> TrainSettings.layered(Map.of(), flags("miniBatches", "4", "trainBatch", "64")),
        "miniBatches 4, trainBatch 64: a rollout of 512 responses has 8");
    assertBad(
        () -> TrainSettings.layered(Map.of(), flags("arm", "on-policy", "trainBatch", "64")),
        "arm on-policy: 8 updates a rollout are stale, expected 1 (trainBatch 512), or arm off-policy");
    assertBad(
        () -> TrainSettings.layered(Map.of(), flags("lambda", "2", "acceptance", "0.5")),
        "lambda 2.0, acceptance 0.5: expected one of them");
    assertBad(() -> TrainSettings.layered(Map.of(), flags("lambda", "none")), "lambda none, acc");
    assertBad(() -> flags("acceptance", "1.1"), "expected a number above 0 and at most 1");
    assertBad(
        () -> TRAIN.build(flags("samplesPerPrompt", "1", "trainBatch", "64")),
        "samplesPerPrompt 1, advantage grpo: ",
        "nothing could be learned",
        "expected samplesPerPrompt of at least 2");
    assertBad(() -> TRAIN.build(flags("beta1", "1")), "beta1 1: ", "expected a number below 1");
    assertBad(
        () -> SFT.build(SFT.flags(Map.of("model", "m", "out", "o", "data", "d", "beta2", "1"))),
        "beta2 1: ");
    assertBad(
        () -> TRAIN.build(flags("reference", "models/a")),
        "reference models/a, referenceKl 0: there is no divergence from a reference");
    assertBad(
        () -> TRAIN.build(flags("referenceKlEstimator", "topk")),
        "referenceKlEstimator topk, referenceKl 0: ");
    assertBad(() -> TRAIN.build(flags("referenceKlIn", "reward")), "referenceKlIn reward, ");
    assertBad(() -> TRAIN.build(flags("policyLow", "6")), "policyLow 6.0, policyHigh 5.0");
    assertBad(() -> TRAIN.build(flags("actorHigh", "0.1")), "actorLow 0.5, actorHigh 0.1");
    assertBad(() -> TRAIN.build(flags("problems", "a.jsonl")), "heldOut none", "(a.jsonl)");
  }

  @Test
  void aSettingWithoutDefaultHasToBeGiven() {
    assertBad(
        () -> SFT.build(SFT.flags(Map.of("model", "m", "out", "o"))),
        "--data: missing, expected JSONL");
    SftSettings settings = SFT.build(SFT.flags(Map.of("model", "m", "out", "o", "data", "d")));
    assertThat(settings.learningRate()).isEqualTo(1e-3f);
    assertThat(settings.shuffle()).isTrue();
    assertThat(SFT.fromJson(SFT.toJson(settings), "config")).isEqualTo(settings);
  }

  @Test
  void theObjectiveIsWhatTheSettingsSay() {
    ObjectiveOptions objective = TRAIN.build(TRAIN.flags(OTHERS)).objective();
    assertThat(objective)
        .isEqualTo(
            new ObjectiveOptions(
                1,
                ObjectiveOptions.Target.REF,
                OptionalDouble.of(0.3),
                OptionalDouble.of(0.28),
                Double.POSITIVE_INFINITY,
                1e30,
                19,
                ObjectiveOptions.Normalizer.EMPIRICAL,
                ObjectiveOptions.MaskMode.EXPECTED,
                new PolicyWeighting.TisTimesZ(2.5),
                null,
                0,
                Distillation.Direction.REVERSE,
                ObjectiveOptions.Aggregation.SEQUENCE_MEAN,
                new Extensions(
                    Extensions.RatioLevel.SEQUENCE,
                    OptionalDouble.of(3),
                    true,
                    0.001,
                    new Extensions.ReferenceKl(0.05, Extensions.KlEstimator.K2, true))));
    assertThat(
            TRAIN
                .build(
                    flags(
                        "actorCorrection",
                        "icepop",
                        "actorHigh",
                        "9",
                        "correctionLevel",
                        "sequence"))
                .objective()
                .actorCorrection())
        .isEqualTo(new Correction.IcePop(0.5, 9, Correction.Level.SEQUENCE));
  }

  private record Shared(
      @Setting(value = "1", changeable = true, help = "b") int b,
      @Setting(value = "2", help = "c") int c) {

    Shared {
      if (b > c) {
        throw new InputException("b " + b + ", c " + c);
      }
    }
  }

  private record Outer(
      @Setting(value = "0", help = "a") int a,
      Shared shared,
      @Setting(value = "3", changeable = true, help = "d") int d) {}

  @Test
  void theSettingsOfANestedRecordCountAtItsPlace() {
    Settings<Outer> settings = Settings.of(Outer.class);
    assertThat(settings.keys().stream().map(Key::name)).containsExactly("a", "b", "c", "d");
    assertThat(settings.changeable()).containsExactly("b", "d");
    Outer outer = settings.build(settings.flags(Map.of("c", "5")));
    assertThat(outer).isEqualTo(new Outer(0, new Shared(1, 5), 3));
    assertThat(settings.toJson(outer)).hasToString("{\"a\":0,\"b\":1,\"c\":5,\"d\":3}");
    assertThat(settings.values(outer)).containsEntry("c", 5);
    assertBad(() -> settings.build(settings.flags(Map.of("b", "6"))), "b 6, c 2");
  }

  private record Lists(
      @Setting(value = "1,2", min = 1, help = "integers") List<Integer> integers,
      @Setting(value = "none", min = 0, above = true, max = 1, help = "numbers")
          @Nullable List<Double> numbers) {}

  @Test
  void listsOfNumbersAreWrittenWithCommasOrAsArrays() {
    Settings<Lists> settings = Settings.of(Lists.class);
    assertThat(settings.defaults()).isEqualTo(new Lists(List.of(1, 2), null));
    Lists lists = settings.build(settings.flags(Map.of("integers", "3", "numbers", "0.5,1,1e-3")));
    assertThat(lists).isEqualTo(new Lists(List.of(3), List.of(0.5, 1.0, 0.001)));
    ObjectNode json = settings.toJson(lists);
    assertThat(json).hasToString("{\"integers\":[3],\"numbers\":[0.5,1,0.001]}");
    assertThat(settings.fromJson(json, "config")).isEqualTo(lists);
    String expected = "expected numbers, each a number above 0 and at most 1, or ";
    assertBad(() -> settings.flags(Map.of("numbers", "1,0")), "found 1,0, " + expected + "none");
    assertBad(() -> settings.flags(Map.of("numbers", "1,,1")), expected);
    assertBad(() -> settings.flags(Map.of("integers", "1.5")), "expected numbers, each an integer");
    json.putArray("numbers");
    assertBad(() -> settings.json(json, "f"), "f: numbers: found [], " + expected + "null");
    json.put("numbers", 1);
    assertBad(() -> settings.json(json, "f"), "f: numbers: found 1, " + expected);
  }
}
