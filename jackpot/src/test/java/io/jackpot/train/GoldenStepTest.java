package io.jackpot.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.jackpot.config.TrainSettings;
import io.jackpot.objective.Objective;
import io.jackpot.problems.Problem;
import io.jackpot.problems.Verifier.Verdict;
import io.jackpot.report.JsonLines;
import io.jackpot.rollout.Rollout;
import io.jackpot.rollout.Streams;
import io.jackpot.tensor.Ops;
import io.jackpot.tensor.OpsLookup;
import io.jackpot.tensor.ScalarOps;
import io.jackpot.transformer.AdamW;
import io.jackpot.transformer.Model;
import io.jackpot.weights.Json;
import io.jackpot.weights.LoadOptions;
import io.jackpot.weights.ModelFolder;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Steps whose policy has moved since the rollout, with every metric as PyTorch computes it in
 * double precision ({@code bench/peers/step_golden.py}).
 */
class GoldenStepTest {
  private static final double RELATIVE = 1e-5;
  private static final double ABSOLUTE = 1e-8;

  @ParameterizedTest
  @ValueSource(strings = {"two-models", "one-model", "rounded", "baseline"})
  void everyMetricIsThatOfPyTorch(String name) throws URISyntaxException {
    Path golden = Path.of(Objects.requireNonNull(getClass().getResource("steps/" + name)).toURI());
    ObjectNode expected = Json.read(golden.resolve("expected.json"));
    for (Ops ops : List.of(new ScalarOps(), OpsLookup.open(2))) {
      try (ops) {
        JsonNode found = step(ops, golden);
        expected.forEachEntry((key, value) -> {
          double number = value.doubleValue();
          assertThat(found.path(key).doubleValue())
              .as(key + " of " + ops.describe())
              .isCloseTo(number, within(ABSOLUTE + RELATIVE * Math.abs(number)));
        });
      }
    }
    assertThat(expected.path("klPolicyActor").doubleValue()).isPositive();
  }

  private static JsonNode step(Ops ops, Path golden) {
    Path config = golden.resolve("config.json");
    TrainSettings settings = TrainSettings.ofRun(Json.read(config), config.toString());
    List<JsonNode> lines = JsonLines.read(golden.resolve("tokens.jsonl"));
    List<Rollout> rollouts = rollouts(lines, new Streams(settings.seed()));
    Learner policy = learner("policy", ops, golden);
    Learner sampler = settings.twoModels() ? learner("actor", ops, golden) : policy;
    JointStep joint =
        new JointStep(
            ops,
            Objective::evaluate,
            settings.objective(),
            new Comparisons.Sampling(settings.temperature(), settings.dtypes().rounded(), false),
            settings.microBatchTokens(),
            policy,
            sampler,
            null);
    BeforeUpdate before = joint.keep(rollouts);
    move(policy, golden.resolve("before-step/policy"));
    if (settings.twoModels()) {
      move(sampler, golden.resolve("before-step/actor"));
    }
    JointStep.Outcome outcome =
        joint.measure(rollouts, before, 0, Objects.requireNonNull(settings.lambda()));
    return StepMetrics.of(lines.getFirst().path("step").intValue(), outcome, rollouts, 0);
  }

  private static Learner learner(String name, Ops ops, Path golden) {
    ModelFolder folder = load(golden.resolve("before-rollout").resolve(name));
    AdamW.Options options = new AdamW.Options(0.9f, 0.99f, 1e-8f, 0, 1);
    return new Learner(
        name,
        ops,
        new Model(folder.config(), folder.parameters()),
        new AdamW(folder.config(), options),
        false);
  }

  private static ModelFolder load(Path folder) {
    return ModelFolder.load(folder, LoadOptions.DEFAULT.withoutTokenizer());
  }

  /** Gives a model the weights of a folder. */
  private static void move(Learner learner, Path folder) {
    load(folder)
        .parameters()
        .tensors()
        .forEach((name, weights) ->
            System.arraycopy(
                weights.data(),
                0,
                learner.model().parameters().get(name).data(),
                0,
                weights.data().length));
  }

  private static List<Rollout> rollouts(List<JsonNode> lines, Streams streams) {
    List<Rollout> rollouts = new ArrayList<>();
    for (int at = 0; at < lines.size(); ) {
      JsonNode first = lines.get(at);
      int end = at + first.path("tokens").intValue();
      rollouts.add(rollout(first, lines.subList(at, end), streams));
      at = end;
    }
    return rollouts;
  }

  private static Rollout rollout(JsonNode first, List<JsonNode> tokens, Streams streams) {
    Rollout.Place place =
        new Rollout.Place(
            first.path("rollout").intValue(),
            first.path("problem").intValue(),
            first.path("sample").intValue());
    boolean[] written = new boolean[tokens.size()];
    Arrays.fill(written, true);
    return new Rollout(
        new Rollout.Prompt(new Problem("", "", null), ints(List.of(first), "prompt")),
        tokens.stream().mapToInt(token -> token.path("action").intValue()).toArray(),
        written,
        floats(tokens.stream().mapToDouble(token -> token.path("inf").doubleValue()).toArray()),
        ints(tokens, "topIds"),
        floats(
            tokens.stream()
                .flatMap(token -> token.path("topInf").valueStream())
                .mapToDouble(JsonNode::doubleValue)
                .toArray()),
        true,
        first.path("startStep").intValue(),
        "",
        Verdict.CORRECT,
        List.of(new Rollout.Reward("verifier", first.path("reward").doubleValue())),
        first.path("advantage").doubleValue(),
        streams.key(Streams.Purpose.ACCEPT, place.rollout(), place.problem(), place.sample()),
        place);
  }

  private static int[] ints(List<JsonNode> lines, String key) {
    return lines.stream()
        .flatMap(line -> line.path(key).valueStream())
        .mapToInt(JsonNode::intValue)
        .toArray();
  }

  private static float[] floats(double[] values) {
    float[] floats = new float[values.length];
    IntStream.range(0, values.length).forEach(i -> floats[i] = (float) values[i]);
    return floats;
  }
}
