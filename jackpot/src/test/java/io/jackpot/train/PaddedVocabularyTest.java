package io.jackpot.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jackpot.config.Settings;
import io.jackpot.inference.EvalSettings;
import io.jackpot.inference.Evaluation;
import io.jackpot.input.InputException;
import io.jackpot.report.JsonLines;
import io.jackpot.tensor.Shape;
import io.jackpot.tensor.Tensor;
import io.jackpot.transformer.ModelConfig;
import io.jackpot.transformer.Parameters;
import io.jackpot.weights.CharTokenizer;
import io.jackpot.weights.ModelFolder;
import io.jackpot.weights.Tokenizer;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Two models with one tokenizer whose vocabularies are padded to different sizes, as those of
 * Qwen2.5's 0.5B to 3B (151,936) and 7B (152,064). The padding has large weights here, so that it
 * would win wherever it took part.
 */
class PaddedVocabularyTest {
  private static final float PADDING = 9;

  @TempDir private static Path folder;

  @BeforeAll
  static void saveModels() {
    Path models = folder.resolve("18-18");
    SmallRun.saveModels(models);
    save("18-18/policy", "21-18/policy", 21);
    save("18-18/actor", "21-18/actor", 18);
    save("18-18/policy", "19-32/policy", 19);
    save("18-18/actor", "19-32/actor", 32);
    save("18-18/policy", "24-24/policy", 24);
    save("18-18/actor", "24-24/actor", 24);
  }

  /** The model with a larger vocabulary; its LM head becomes one of its own. */
  private static void save(String from, String to, int vocabulary) {
    ModelFolder model = ModelFolder.load(folder.resolve(from));
    ModelConfig config = model.config().withVocabularySize(vocabulary);
    Map<String, Shape> shapes = Parameters.shapes(config);
    Parameters padded =
        Parameters.of(
            config,
            name -> {
              Tensor tensor = model.parameters().get(name);
              Shape shape = Objects.requireNonNull(shapes.get(name));
              float[] data = Arrays.copyOf(tensor.data(), (int) shape.size());
              Arrays.fill(data, tensor.size(), data.length, PADDING);
              return Tensor.of(data, shape.dims());
            });
    new ModelFolder(config, padded, model.tokenizer()).save(folder.resolve(to));
  }

  @ParameterizedTest
  @CsvSource({
    "21-18, topk, actor",
    "19-32, topk, actor",
    "24-24, topk, actor",
    "21-18, exact, actor",
    "19-32, exact, actor",
    "21-18, topk, policy",
  })
  void paddingHasNoPartInARun(String models, String normalizer, String rolloutModel) {
    Map<String, String> changes = new HashMap<>();
    changes.put("normalizer", normalizer);
    changes.put("weightDecay", "0.1");
    if (rolloutModel.equals("policy")) {
      changes.put("arm", "on-policy");
    }
    Path run = folder.resolve("run-" + models + normalizer + rolloutModel);
    Path due = folder.resolve("due-" + models + normalizer + rolloutModel);
    SmallRun.start(run, SmallRun.settings(folder.resolve(models), changes));
    SmallRun.start(due, SmallRun.settings(folder.resolve("18-18"), changes));
    assertThat(SmallRun.metrics(run)).isEqualTo(SmallRun.metrics(due));
    assertThat(JsonLines.read(run.resolve("samples.jsonl")))
        .isEqualTo(JsonLines.read(due.resolve("samples.jsonl")));

    ModelFolder trained = ModelFolder.load(run.resolve("checkpoints/step-000006/policy"));
    ModelFolder expected = ModelFolder.load(due.resolve("checkpoints/step-000006/policy"));
    assertThat(trained.config().vocabularySize())
        .isEqualTo(Integer.parseInt(models.substring(0, 2)));
    expected
        .parameters()
        .tensors()
        .forEach((name, tensor) -> {
          float[] found = trained.parameters().get(name).data();
          assertThat(Arrays.copyOf(found, tensor.size())).as(name).isEqualTo(tensor.data());
          for (int i = tensor.size(); i < found.length; i++) {
            assertThat(found[i]).as(name).isEqualTo(PADDING);
          }
        });
  }

  @Test
  void aRunIsResumedWithItsPadding() {
    Map<String, String> changes = Map.of("steps", "2");
    Path run = folder.resolve("resumed");
    SmallRun.start(run, SmallRun.settings(folder.resolve("21-18"), changes));
    SmallRun.resume(run, 1);
    assertThat(
            ModelFolder.load(run.resolve("checkpoints/step-000002/policy"))
                .config()
                .vocabularySize())
        .isEqualTo(21);
  }

  @Test
  void paddingIsNeverSampledInAnEvaluation() {
    assertThat(responses("21-18")).isEqualTo(responses("18-18"));
  }

  private static List<JsonNode> responses(String models) {
    Settings<EvalSettings> all = Settings.of(EvalSettings.class);
    Path out = folder.resolve("eval-" + models);
    StringWriter log = new StringWriter();
    Evaluation.run(
        all.build(
            all.flags(
                Map.of(
                    "model", folder.resolve(models).resolve("policy").toString(),
                    "operations", "1",
                    "modulus", "4",
                    "limit", "3",
                    "samples", "4",
                    "maxTokens", "8"))),
        out,
        new PrintWriter(log),
        false);
    assertThat(log.toString().contains("3 ids of the model that its tokenizer does not have"))
        .isEqualTo(models.startsWith("21"));
    List<JsonNode> lines = JsonLines.read(out.resolve("samples.jsonl"));
    lines.forEach(line -> ((ObjectNode) line).remove("elapsedSeconds"));
    return lines;
  }

  @Test
  void tokenizersStillHaveToBeTheSame() {
    Path models = folder.resolve("other");
    save("18-18/policy", "other/policy", 21);
    ModelFolder actor = ModelFolder.load(folder.resolve("18-18/actor"));
    Tokenizer other = new CharTokenizer("0123456789+-*=;#$x", '$');
    new ModelFolder(actor.config(), actor.parameters(), other).save(models.resolve("actor"));
    assertThatThrownBy(
            () -> SmallRun.start(folder.resolve("r"), SmallRun.settings(models, Map.of())))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("differs from the policy's, expected models that share one");
  }
}
