package io.jackpot.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Defaults that depend on the models, or on how many responses a rollout has. */
class ModelDefaultsTest {
  private static final Settings<TrainSettings> TRAIN = Settings.of(TrainSettings.class);

  @TempDir private Path folder;

  private static Map<String, @Nullable Object> flags(String... changes) {
    Map<String, String> flags = new HashMap<>();
    for (int i = 0; i < changes.length; i += 2) {
      flags.put(changes[i], changes[i + 1]);
    }
    return TRAIN.flags(flags);
  }

  private static TrainSettings layered(String... changes) {
    return TrainSettings.layered(Map.of(), flags(changes));
  }

  private static String line(TrainSettings settings) {
    return ModelDefaults.of(settings.policy(), settings.actor()).line(settings);
  }

  @Test
  void theBuiltInModelsKeepTheirsAndHaveNoLine() {
    assertThat(layered()).isEqualTo(TRAIN.defaults());
    assertThat(line(layered())).isEmpty();
  }

  @Test
  void anyOtherModelHasThoseOfTheField() {
    TrainSettings settings = layered("policy", "p.gguf", "actor", "a", "clipLow", "0.1");
    assertThat(settings.learningRate()).isEqualTo(1e-6f);
    assertThat(settings.actorRate()).isEqualTo(1e-6f);
    assertThat(settings.beta2()).isEqualTo(0.999f);
    assertThat(settings.warmupSteps()).isZero();
    assertThat(settings.decay()).isEqualTo(RateDecay.NONE);
    assertThat(line(settings))
        .isEqualTo(
            "optimizer: learning rate 1e-6 (actor 1e-6), β 0.9 and 0.999, weight decay 0.01, no warm-up, decay none, temperature 1: defaults for models that are not built in");
    TrainSettings given =
        layered("policy", "p", "actor", "a", "learningRate", "2e-5", "arm", "tis");
    assertThat(given.learningRate()).isEqualTo(2e-5f);
    assertThat(given.actorRate()).isEqualTo(1e-6f);
    assertThat(line(given)).endsWith("not built in, but for --learning-rate");
  }

  @Test
  void supervisedTrainingHasTheFieldsRateForWeightsFromElsewhere() {
    Settings<SftSettings> sft = Settings.of(SftSettings.class);
    Map<String, String> needed = Map.of("model", "m", "data", "d", "out", "o");
    assertThat(sft.build(ModelDefaults.ofSft(sft.flags(needed)), sft.flags(needed)))
        .returns(1e-5f, SftSettings::learningRate)
        .extracting(ModelDefaults::line)
        .isEqualTo("optimizer: learning rate 1e-5, β 0.9 and 0.95, weight decay 0.01, decay none");
    assertThat(ModelDefaults.ofSft(sft.flags(Map.of("model", "m", "fresh", "true")))).isEmpty();
    assertThat(ModelDefaults.ofSft(sft.flags(Map.of("model", "builtin:actor")))).isEmpty();
  }

  @Test
  void aRunThatIsNamedAsThePolicyKeepsWhatItHad() throws IOException {
    Path run = folder.resolve("run");
    Path policy = Files.createDirectories(run.resolve("checkpoints/step-000002/policy"));
    Files.writeString(run.resolve("metrics.jsonl"), "{}\n");
    TrainSettings before = layered("learningRate", "0.002", "warmupSteps", "3", "lambda", "2");
    Files.writeString(run.resolve("config.json"), TRAIN.toJson(before).toString());
    for (Path named : new Path[] {run, policy}) {
      TrainSettings next = layered("policy", named.toString());
      assertThat(next.learningRate()).isEqualTo(0.002f);
      assertThat(next.actorRate()).isEqualTo(before.actorRate());
      assertThat(next.warmupSteps()).isEqualTo(3);
      assertThat(next.beta2()).isEqualTo(before.beta2());
      assertThat(next.lambda()).isEqualTo(1);
      assertThat(line(next)).contains("defaults as in ").endsWith(run.toString());
      assertThat(layered("policy", named.toString(), "warmupSteps", "5").warmupSteps())
          .isEqualTo(5);
    }
  }

  @Test
  void aFileAndAnotherArmThanItsOwnKeepWhatWasChanged() {
    TrainSettings run = layered("policy", "p", "actor", "a", "learningRate", "2e-5");
    Map<String, @Nullable Object> file = TRAIN.json(TRAIN.toJson(run), "config.json");
    TrainSettings other = TrainSettings.layered(file, flags("arm", "tis"));
    assertThat(other.learningRate()).isEqualTo(2e-5f);
    assertThat(other.beta2()).isEqualTo(0.999f);
    assertThat(other.decay()).isEqualTo(RateDecay.NONE);
  }

  @ParameterizedTest
  @CsvSource({"jackpot, 1", "on-policy, 1", "off-policy, 8", "no-clip, 8", "jackpot-no-clip, 8"})
  void anUpdateFollowsTheResponsesOfARollout(String arm, int usual) {
    for (int prompts : new int[] {1, 3, 5, 8, 64, 100}) {
      for (int samples : new int[] {2, 8}) {
        TrainSettings settings =
            layered("arm", arm, "rolloutPrompts", "" + prompts, "samplesPerPrompt", "" + samples);
        assertThat(settings.updateResponses() * settings.miniBatches())
            .isEqualTo(prompts * samples);
        assertThat(settings.miniBatches()).isLessThanOrEqualTo(usual);
        assertThat(samples < 8 || settings.miniBatches() == usual).isTrue();
      }
    }
  }
}
