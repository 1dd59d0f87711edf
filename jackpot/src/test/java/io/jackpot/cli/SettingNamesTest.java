package io.jackpot.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jackpot.config.Key;
import io.jackpot.config.Settings;
import io.jackpot.config.SftSettings;
import io.jackpot.config.TrainSettings;
import io.jackpot.inference.EvalSettings;
import io.jackpot.inference.GenerateSettings;
import io.jackpot.input.InputException;
import io.jackpot.input.Names;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** A setting's names, and a setting that is given more than once. */
class SettingNamesTest extends CommandRunner {
  private static final Settings<SftSettings> SFT = Settings.of(SftSettings.class);

  @ParameterizedTest
  @CsvSource({
    "sft, lr, learningRate",
    "sft, batch, trainBatch",
    "eval, samples, samplesPerPrompt",
    "eval, maxTokens, maxResponseTokens",
    "generate, topP, samplingTopP",
    "generate, topK, samplingTopK",
    "generate, minP, samplingMinP"
  })
  void anEarlierNameIsReadAndShown(String command, String before, String name) {
    Settings<? extends Record> settings =
        switch (command) {
          case "sft" -> SFT;
          case "eval" -> Settings.of(EvalSettings.class);
          default -> Settings.of(GenerateSettings.class);
        };
    ObjectNode old = JsonNodeFactory.instance.objectNode().put(before, 1);
    Map<String, @Nullable Object> values = settings.json(old, "config.json");
    assertThat(values).containsOnlyKeys(name);
    assertThat(settings.flags(Map.of(before, "1"))).isEqualTo(values);
    assertThat(settings.missing(old)).doesNotContain(name);
    assertThat(settings.keys()).extracting(Key::name).contains(name).doesNotContain(before);
    assertThat(Settings.of(TrainSettings.class).keys()).extracting(Key::name).contains(name);
    assertThatThrownBy(() -> settings.json(old.put(name, 1), "config.json"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("config.json: " + name + ": given under two names");
    Key key = settings.keys().stream().filter(k -> k.name().equals(name)).findFirst().orElseThrow();
    String flag = Names.flag(before);
    assertThat(jackpot(command, "--help-all").out().replaceAll("\\s+", " "))
        .contains(key.flag() + "=", flag + " is its earlier name");
    jackpot(command, "--model", "m", flag, "x").assertFails(2, flag + ": found x");
    jackpot(command, "--model", "m", key.flag(), "x").assertFails(2, key.flag() + ": found x");
  }

  @Test
  void theLastValueWins() {
    JsonNode options =
        simulate("--vocabulary", "9", "--vocabulary", "7", "--seed=3", "--seed", "4")
            .get("options");
    assertThat(options.get("vocabulary").intValue()).isEqualTo(7);
    assertThat(options.get("seed").intValue()).isEqualTo(4);
    jackpot("sft", "--lr", "1", "--learning-rate", "x").assertFails(2, "--learning-rate: found x");
    jackpot("sft", "--learning-rate", "1", "--lr=x").assertFails(2, "--lr: found x");
    jackpot("sft", "--lr", "x", "--learning-rate", "1").assertFails(2, "--model: missing");
    jackpot("sft", "--shuffle", "--no-shuffle").assertFails(2, "--model: missing");
  }

  @Test
  void listsAreJoined() {
    JsonNode rows = simulate("--vocabulary", "5", "--lambda", "1", "--lambda", "2,3").get("rows");
    assertThat(rows.valueStream().map(row -> row.get("lambda").doubleValue()))
        .containsExactly(1.0, 2.0, 3.0);
    assertThat(jackpot("simulate", "--help").out()).contains("given again, it adds to the list");
    String[] ks = {"eval", "--model", "m", "--k", "1", "--k", "2"};
    jackpot(ks).assertFails(2, "k 2: pass@2 needs");
  }

  private static JsonNode simulate(String... more) {
    String[] small = {"simulate", "--samples", "2", "--noise", "1"};
    return jackpot(Stream.of(small, more).flatMap(Arrays::stream).toArray(String[]::new)).json();
  }
}
