package io.jackpot.tasks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.jackpot.devices.Products;
import io.jackpot.devices.Products.Gemm;
import io.jackpot.devices.Products.Precision;
import io.jackpot.tensor.Fixtures;
import io.jackpot.tensor.Head;
import io.jackpot.tensor.HeadStatistics;
import io.jackpot.tensor.Ops;
import io.jackpot.tensor.OpsLookup;
import io.jackpot.tensor.Packing;
import io.jackpot.tensor.Tensor;
import io.jackpot.tensor.Threefry;
import io.jackpot.transformer.Activations;
import io.jackpot.transformer.AdamW;
import io.jackpot.transformer.Model;
import io.jackpot.transformer.ModelConfig;
import io.jackpot.transformer.Parameters;
import io.jackpot.transformer.RopeScaling;
import io.jackpot.transformer.Sample;
import io.jackpot.transformer.Sampler;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole models on the device beside the CPU: log-probs, losses, gradients, updates, samples. */
class WholeModelTest {
  private static final Packing PACKING = Packing.ofLengths(21, 1, 40, 7, 33);
  private static final int VOCABULARY = 61;
  private static final int UPDATES = 12;

  private static Model model(String type) {
    ModelConfig config =
        new ModelConfig(
            type,
            VOCABULARY,
            60,
            72,
            3,
            6,
            2,
            10,
            128,
            10000,
            new RopeScaling.None(),
            1e-6f,
            !type.equals("llama"),
            type.equals("qwen2"),
            false,
            type.equals("qwen3"),
            null);
    return Model.random(config, 7);
  }

  /**
   * Results of a few updates.
   *
   * @param gradients of the first batch, by name
   */
  private record Course(
      List<Double> losses, float[] logProbs, Map<String, float[]> gradients, Parameters weights) {}

  private static Course train(Ops ops, Model model, boolean recompute) {
    int[] ids = Fixtures.randomIds(3, PACKING.tokens(), VOCABULARY);
    int[] rows =
        IntStream.range(0, ids.length - 1).filter(i -> PACKING.positions()[i + 1] > 0).toArray();
    int[] actions = Arrays.stream(rows).map(i -> ids[i + 1]).toArray();
    int dim = model.config().hiddenSize();
    Activations activations = new Activations(model, recompute);
    Parameters gradients = Parameters.zeros(model.config());
    AdamW optimizer = new AdamW(model.config(), new AdamW.Options(0.9f, 0.95f, 1e-8f, 0.01f, 1));
    Tensor hidden = Tensor.zeros(rows.length, dim);
    Tensor dHidden = Tensor.zeros(rows.length, dim);
    Tensor dAll = Tensor.zeros(ids.length, dim);
    float[] coefficient = new float[rows.length];
    Arrays.fill(coefficient, -1f / rows.length);
    List<Double> losses = new ArrayList<>();
    Map<String, float[]> firstGradients = new LinkedHashMap<>();
    float[] logProbs = new float[0];
    for (int update = 0; update < UPDATES; update++) {
      HeadStatistics statistics = HeadStatistics.allocate(rows.length, 5);
      Head head = model.head(hidden, 0.9f);
      ops.gatherRows(activations.forward(ops, ids, PACKING), rows, hidden);
      ops.headForward(head, actions, statistics);
      double loss = 0;
      for (float logProb : statistics.logProb()) {
        loss -= logProb / rows.length;
      }
      losses.add(loss);
      gradients.tensors().values().forEach(ops::zero);
      Tensor dHead = gradients.get(model.config().headName());
      ops.headBackward(head, statistics, coefficient, null, dHidden, dHead);
      ops.gatherRowsBackward(dHidden, rows, dAll);
      activations.backward(ops, dAll, gradients);
      if (update == 0) {
        logProbs = statistics.logProb();
        gradients
            .tensors()
            .forEach((name, tensor) -> firstGradients.put(name, tensor.data().clone()));
      }
      optimizer.update(ops, model.parameters(), gradients, AdamW.norm(ops, gradients), 1e-3f);
    }
    return new Course(losses, logProbs, firstGradients, model.parameters());
  }

  @ParameterizedTest
  @ValueSource(strings = {"qwen2", "qwen3", "llama"})
  void logProbsGradientsAndUpdatesAreTheCpus(String type) {
    Course expected;
    try (Ops cpu = OpsLookup.open(2)) {
      expected = train(cpu, model(type), false);
    }
    Course found = train(TestDevice.ops(), model(type), false);
    Fixtures.assertClose("log-probs", found.logProbs, expected.logProbs, 1e-5);
    expected.gradients.forEach((name, gradient) -> {
      float largest = 0;
      for (float value : gradient) {
        assertThat(value).as(name).isFinite();
        largest = Math.max(largest, Math.abs(value));
      }
      float[] other = Objects.requireNonNull(found.gradients.get(name));
      for (int i = 0; i < gradient.length; i++) {
        assertThat(other[i])
            .as("%s at %d", name, i)
            .isCloseTo(gradient[i], within(2e-4f * largest));
      }
    });
    for (int update = 0; update < UPDATES; update++) {
      assertThat(found.losses.get(update))
          .as("loss of update %d", update)
          .isCloseTo(expected.losses.get(update), within(2e-4));
    }
    Course again = train(TestDevice.ops(), model(type), true);
    assertThat(again.losses).as("the same bits, recomputed").isEqualTo(found.losses);
    expected
        .weights
        .tensors()
        .forEach((name, tensor) ->
            Fixtures.assertClose(name, found.weights.get(name).data(), tensor.data(), 2e-3));
  }

  /** Rounded factors leave a dozen updates near those of the CPU. */
  @ParameterizedTest
  @CsvSource({"JAVA, BF16, 0.02", "VENDOR, F32, 2e-4", "VENDOR, TF32, 4e-3", "VENDOR, BF16, 0.02"})
  void roundedProductsStayNear(Gemm gemm, Precision precision, double tolerance) {
    TestDevice.assumeCuda();
    Course expected;
    try (Ops cpu = OpsLookup.open(2)) {
      expected = train(cpu, model("qwen3"), false);
    }
    Course found;
    try (Ops ops = TestDevice.opsWith(new Products(gemm, precision))) {
      found = train(ops, model("qwen3"), false);
    }
    Fixtures.assertClose("log-probs", found.logProbs, expected.logProbs, tolerance);
    for (int update = 0; update < UPDATES; update++) {
      assertThat(found.losses.get(update))
          .as("loss of update %d", update)
          .isCloseTo(expected.losses.get(update), within(tolerance));
    }
    assertThat(found.losses.getLast()).isLessThan(found.losses.getFirst());
  }

  @ParameterizedTest
  @ValueSource(strings = {"qwen2", "qwen3", "llama"})
  void samplesAreTheCpus(String type) {
    List<int[]> prompts =
        IntStream.range(0, 9).mapToObj(i -> Fixtures.randomIds(i, 3 + 5 * i, VOCABULARY)).toList();
    Sampler.Options options = new Sampler.Options(1, 20, Set.of(0), 5, 7);
    Sampler.Uniforms uniforms =
        (prompt, sample, position) -> Threefry.uniform(prompt * 31L + sample, position, 0);
    List<Sample> expected;
    try (Ops cpu = OpsLookup.open(2)) {
      expected = new Sampler(cpu, model(type)).sample(prompts, 2, options, uniforms);
    }
    List<Sample> found =
        new Sampler(TestDevice.ops(), model(type)).sample(prompts, 2, options, uniforms);
    for (int i = 0; i < expected.size(); i++) {
      assertThat(found.get(i).ids()).as("sample " + i).isEqualTo(expected.get(i).ids());
      Fixtures.assertClose(
          "log-probs " + i, found.get(i).logProbs(), expected.get(i).logProbs(), 1e-5);
      assertThat(found.get(i).finished()).isEqualTo(expected.get(i).finished());
    }
  }
}
