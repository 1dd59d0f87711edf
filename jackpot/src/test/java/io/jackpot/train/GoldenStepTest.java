package io.jackpot.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.jackpot.config.Settings;
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
import java.lang.reflect.Proxy;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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

  /** Passes of which the gradient is exactly zero change no bit, so leaving them out neither. */
  @ParameterizedTest
  @CsvSource({
    "two-models, 1, true, 32768",
    "two-models, 0, true, 32768",
    "two-models, 0, true, 20",
    "two-models, 0, false, 20",
    "one-model, 0, true, 32768",
    "one-model, 0, false, 20",
    "baseline, 0, true, 20",
    "rounded, 1, true, 20"
  })
  void aPassWithoutAGradientIsSkippedWithTheSameBits(
      String name, String distill, boolean noAdvantage, int passTokens) throws URISyntaxException {
    Path golden = Path.of(Objects.requireNonNull(getClass().getResource("steps/" + name)).toURI());
    List<List<Object>> results = new ArrayList<>();
    List<Integer> passes = new ArrayList<>();
    for (boolean skips : new boolean[] {true, false}) {
      int[] backward = new int[1];
      try (Ops ops = OpsLookup.open(2)) {
        Ops counting = counting(ops, "headBackward", backward);
        Step step = new Step(counting, golden, Map.of("distillCoefficient", distill), passTokens);
        step.joint.skips = skips;
        int last = step.rollouts.size() - 1;
        List<Rollout> rollouts =
            IntStream.rangeClosed(0, last)
                .mapToObj(i -> with(step.rollouts.get(i), noAdvantage || i < last ? 0 : 1))
                .toList();
        List<Object> result = new ArrayList<>();
        for (int update = 0; update < 2; update++) {
          JointStep.Outcome outcome =
              step.joint.measure(rollouts, BeforeUpdate.NOW, 0, step.settings.objective().lambda());
          step.joint.apply(outcome, 1e-3f, 1e-3f);
          ObjectNode line = StepMetrics.of(1, outcome, rollouts, 0);
          line.propertyNames().stream()
              .filter(k -> k.endsWith("Seconds"))
              .toList()
              .forEach(line::remove);
          result.add(line.toString());
        }
        for (Learner learner : List.of(step.policy, step.sampler)) {
          learner.model().parameters().tensors().values().forEach(t -> result.add(t.data()));
          learner.optimizer().m().tensors().values().forEach(t -> result.add(t.data()));
          learner.optimizer().v().tensors().values().forEach(t -> result.add(t.data()));
        }
        results.add(result);
      }
      passes.add(backward[0]);
    }
    assertThat(results.get(0)).usingRecursiveComparison().isEqualTo(results.get(1));
    assertThat(passes.get(0)).isLessThan(passes.get(1));
    if (noAdvantage && distill.equals("0")) {
      assertThat(passes.get(0)).isZero();
    }
  }

  private static Rollout with(Rollout r, double advantage) {
    return new Rollout(
        r.prompt(),
        r.response(),
        r.written(),
        r.logProbs(),
        r.topIds(),
        r.topLogProbs(),
        r.finished(),
        r.version(),
        r.text(),
        r.verdict(),
        r.rewards(),
        advantage,
        r.acceptKey(),
        r.place());
  }

  /** {@code ops} that counts the calls of a method. */
  private static Ops counting(Ops ops, String method, int[] count) {
    return (Ops)
        Proxy.newProxyInstance(
            Ops.class.getClassLoader(),
            new Class<?>[] {Ops.class},
            (_, called, arguments) -> {
              count[0] += called.getName().equals(method) ? 1 : 0;
              return called.invoke(ops, arguments);
            });
  }

  /** The models and the rollouts of a golden step. */
  private static final class Step {
    final TrainSettings settings;
    final List<Rollout> rollouts;
    final Learner policy;
    final Learner sampler;
    final JointStep joint;

    Step(Ops ops, Path golden, Map<String, String> changes, int passTokens) {
      Path config = golden.resolve("config.json");
      Settings<TrainSettings> all = Settings.of(TrainSettings.class);
      TrainSettings run = TrainSettings.ofRun(Json.read(config), config.toString());
      settings = run.twoModels() ? all.build(all.values(run), all.flags(changes)) : run;
      rollouts =
          rollouts(JsonLines.read(golden.resolve("tokens.jsonl")), new Streams(settings.seed()));
      policy = learner("policy", ops, golden);
      sampler = settings.twoModels() ? learner("actor", ops, golden) : policy;
      joint =
          new JointStep(
              ops,
              Objective::evaluate,
              settings.objective(),
              new Comparisons.Sampling(settings.temperature(), settings.dtypes().rounded(), false),
              passTokens,
              policy,
              sampler,
              null);
    }
  }

  private static JsonNode step(Ops ops, Path golden) {
    Step step = new Step(ops, golden, Map.of(), 32768);
    TrainSettings settings = step.settings;
    List<JsonNode> lines = JsonLines.read(golden.resolve("tokens.jsonl"));
    List<Rollout> rollouts = step.rollouts;
    JointStep joint = step.joint;
    Learner policy = step.policy;
    Learner sampler = step.sampler;
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
