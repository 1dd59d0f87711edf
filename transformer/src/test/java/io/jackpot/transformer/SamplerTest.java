package io.jackpot.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.jackpot.tensor.CacheType;
import io.jackpot.tensor.HeadStatistics;
import io.jackpot.tensor.Ops;
import io.jackpot.tensor.OpsLookup;
import io.jackpot.tensor.PackedMatrix;
import io.jackpot.tensor.Packing;
import io.jackpot.tensor.Tensor;
import io.jackpot.tensor.Threefry;
import io.jackpot.tensor.WeightType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.assertj.core.api.recursive.comparison.RecursiveComparisonConfiguration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class SamplerTest {
  private static final int END = 3;
  private static final List<int[]> PROMPTS =
      List.of(new int[] {5, 1, 9}, new int[] {2}, new int[] {7, 7, 7, 7, 20, 4, 11});

  private static double uniform(int prompt, int sample, int position) {
    return Threefry.uniform(Threefry.fold(42, prompt, sample), position, 0);
  }

  private static List<Sample> sample(Ops ops, Model model, float temperature, int slots) {
    return sample(new Sampler(ops, model), temperature, slots);
  }

  private static List<Sample> sample(Sampler sampler, float temperature, int slots) {
    return sampler.sample(
        PROMPTS,
        5,
        new Sampler.Options(temperature, 30, Set.of(END), 4, slots),
        SamplerTest::uniform);
  }

  /** The learner's log-probs of the same tokens, at the same temperature. */
  @ParameterizedTest
  @ValueSource(strings = {"qwen2", "qwen3", "llama"})
  void logProbsAreThoseOfTheFullForward(String type) {
    try (Ops ops = OpsLookup.open(2)) {
      Model model = TinyModels.model(type);
      for (Sample sample : sample(ops, model, 0.7f, 64)) {
        int[] prompt = PROMPTS.get(sample.prompt());
        int length = sample.ids().length;
        int[] ids = Arrays.copyOf(prompt, prompt.length + length);
        System.arraycopy(sample.ids(), 0, ids, prompt.length, length);
        Tensor all = new Activations(model).forward(ops, ids, Packing.ofLengths(ids.length));
        Tensor hidden = Tensor.zeros(length, model.config().hiddenSize());
        int[] rows = new int[length];
        Arrays.setAll(rows, i -> prompt.length - 1 + i);
        ops.gatherRows(all, rows, hidden);
        HeadStatistics learner = HeadStatistics.allocate(length, 4);
        ops.headForward(model.head(hidden, 0.7f), sample.ids(), learner);
        for (int i = 0; i < length; i++) {
          assertThat(sample.logProbs()[i]).isCloseTo(learner.logProb()[i], within(1e-5f));
          assertThat(sample.entropies()[i]).isCloseTo(learner.entropy()[i], within(1e-5f));
        }
        assertThat(sample.topIds()).isEqualTo(learner.topIds());
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"F32, F32", "BF16, FP8", "INT8, INT8", "INT8, FP8", "F32, INT8"})
  void whoSharesTheBatchChangesNothing(WeightType weights, CacheType cache) {
    try (Ops ops = OpsLookup.open(2);
        Ops one = OpsLookup.open(1)) {
      Model model = TinyModels.model("qwen3");
      List<Sample> all = sample(new Sampler(ops, model, weights, cache), 1, 64);
      RecursiveComparisonConfiguration fields = RecursiveComparisonConfiguration.builder().build();
      InferenceModel frozen = InferenceModel.of(one, model, weights);
      for (int slots : new int[] {1, 4, 15}) {
        assertThat(sample(new Sampler(one, frozen, cache), 1, slots))
            .usingRecursiveFieldByFieldElementComparator(fields)
            .isEqualTo(all);
      }
    }
  }

  /**
   * With weights that have been rounded before, the full forward in float32 is what a sampler with
   * rounded weights computes: prompts, responses, embedding and head included.
   */
  @ParameterizedTest
  @EnumSource(
      value = WeightType.class,
      names = {"BF16", "INT8"})
  void logProbsAreThoseOfTheRoundedModel(WeightType type) {
    try (Ops ops = OpsLookup.open(2)) {
      for (String architecture : new String[] {"qwen2", "qwen3", "llama"}) {
        Model model = TinyModels.model(architecture);
        Model rounded =
            new Model(
                model.config(),
                Parameters.of(
                    model.config(),
                    name -> rounded(ops, name, model.parameters().get(name), type)));
        List<Sample> samples = sample(new Sampler(ops, model, type, CacheType.F32), 1, 64);
        List<Sample> expected = sample(ops, rounded, 1, 64);
        for (int i = 0; i < samples.size(); i++) {
          assertThat(samples.get(i).ids()).isEqualTo(expected.get(i).ids());
          for (int t = 0; t < samples.get(i).ids().length; t++) {
            assertThat(samples.get(i).logProbs()[t])
                .isCloseTo(expected.get(i).logProbs()[t], within(1e-5f));
          }
        }
      }
    }
  }

  private static Tensor rounded(Ops ops, String name, Tensor w, WeightType type) {
    if (w.shape().rank() == 1) {
      return w;
    }
    boolean end = name.equals("model.embed_tokens.weight") || name.equals("lm_head.weight");
    PackedMatrix packed = ops.packed().orElseThrow().pack(w, end ? WeightType.BF16 : type);
    Tensor result = Tensor.zeros(w.rows(), w.cols());
    for (int i = 0; i < result.size(); i++) {
      result.data()[i] = packed.get(i / w.cols(), i % w.cols());
    }
    return result;
  }

  /** A rounded cache changes the log-probs, but no more than the precision of its type. */
  @ParameterizedTest
  @CsvSource({"FP8, 0.05", "INT8, 0.02"})
  void aRoundedCacheIsNear(CacheType type, double bound) {
    try (Ops ops = OpsLookup.open(2)) {
      Model model = TinyModels.model("qwen3");
      int[] prompt = {5, 1, 9, 4, 4, 2};
      Sampler.Options options = new Sampler.Options(1, 2, Set.of(), 23, 1);
      List<int[]> prompts = List.of(prompt);
      Sample exact =
          new Sampler(ops, model).sample(prompts, 1, options, SamplerTest::uniform).getFirst();
      Sample found =
          new Sampler(ops, model, WeightType.F32, type)
              .sample(prompts, 1, options, SamplerTest::uniform)
              .getFirst();
      assertThat(found.logProbs()[0]).isEqualTo(exact.logProbs()[0]); // the prompt's own
      assertThat(found.logProbs()[1])
          .isNotEqualTo(exact.logProbs()[1])
          .isCloseTo(exact.logProbs()[1], within((float) bound));
    }
  }

  @Test
  void trainedWeightsAreSeen() {
    try (Ops ops = OpsLookup.open(1)) {
      Model model = Model.random(TinyModels.model("qwen3").config(), 3);
      Sampler sampler = new Sampler(ops, model, WeightType.INT8, CacheType.FP8);
      List<Sample> before = sample(sampler, 1, 4);
      Tensor down = model.parameters().get("model.layers.0.mlp.down_proj.weight");
      for (int i = 0; i < down.size(); i++) {
        down.data()[i] *= 30;
      }
      assertThat(sample(sampler, 1, 4).getFirst().logProbs()[0])
          .isNotEqualTo(before.getFirst().logProbs()[0]);
    }
  }

  @ParameterizedTest
  @EnumSource(WeightType.class)
  void aModelThatIsTakenGivesItsMatricesUpAndSamplesTheSame(WeightType type) {
    try (Ops ops = OpsLookup.open(1)) {
      assumeTrue(ops.packed().isPresent(), "these ops do not pack matrices");
      Model model = Model.random(TinyModels.model("qwen3").config(), 5);
      Sampler kept = new Sampler(ops, InferenceModel.of(ops, model, type), CacheType.F32);
      List<Sample> expected = sample(kept, 1, 4);
      InferenceModel taken = InferenceModel.taking(ops, model, type);
      assertThatThrownBy(() -> model.parameters().get("model.layers.0.mlp.up_proj.weight").data())
          .isInstanceOf(IllegalStateException.class);
      assertThat(sample(new Sampler(ops, taken, CacheType.F32), 1, 4))
          .usingRecursiveFieldByFieldElementComparator(
              RecursiveComparisonConfiguration.builder().build())
          .isEqualTo(expected);
    }
  }

  @Test
  void smallTypesTakeLessMemory() {
    try (Ops ops = OpsLookup.open(1)) {
      Model model = TinyModels.model("qwen3");
      long f32 = InferenceModel.of(ops, model, WeightType.F32).matrixBytes();
      long bf16 = InferenceModel.of(ops, model, WeightType.BF16).matrixBytes();
      assertThat(bf16).isEqualTo(f32 / 2);
      assertThat(InferenceModel.of(ops, model, WeightType.INT8).matrixBytes()).isLessThan(bf16);
    }
  }

  @Test
  void someOfTheResponsesAreThoseOfAll() {
    try (Ops ops = OpsLookup.open(2)) {
      Model model = TinyModels.model("qwen3");
      List<Sample> all = sample(ops, model, 1, 64);
      List<Sample> some = new ArrayList<>();
      new Sampler(ops, model)
          .sample(
              PROMPTS,
              List.of(
                  new Sampler.Request(0, 3), new Sampler.Request(2, 0), new Sampler.Request(2, 4)),
              new Sampler.Options(1, 30, Set.of(END), 4, 2),
              SamplerTest::uniform,
              some::add,
              () -> {});
      assertThat(some)
          .usingRecursiveFieldByFieldElementComparator(
              RecursiveComparisonConfiguration.builder().build())
          .containsExactlyInAnyOrder(all.get(3), all.get(10), all.get(14));
      new Sampler(ops, model)
          .sample(
              PROMPTS,
              List.of(),
              new Sampler.Options(1, 30, Set.of(END), 4, 2),
              SamplerTest::uniform,
              some::add,
              () -> {});
      assertThat(some).hasSize(3);
    }
  }

  @Test
  void samplesComeInOrderAndEndAtTheEndToken() {
    try (Ops ops = OpsLookup.open(2)) {
      List<Sample> samples = sample(ops, TinyModels.model("llama"), 1, 6);
      assertThat(samples).hasSize(15);
      assertThat(samples).anyMatch(Sample::finished).anyMatch(sample -> !sample.finished());
      for (int i = 0; i < samples.size(); i++) {
        Sample sample = samples.get(i);
        assertThat(sample.prompt()).isEqualTo(i / 5);
        assertThat(sample.sample()).isEqualTo(i % 5);
        int length = sample.ids().length;
        assertThat(sample.ids()[length - 1] == END).isEqualTo(sample.finished());
        assertThat(Arrays.stream(sample.ids(), 0, length - 1)).doesNotContain(END);
        assertThat(sample.finished() || length == 30).isTrue();
      }
    }
  }

  @Test
  void temperatureZeroTakesTheMostProbable() {
    try (Ops ops = OpsLookup.open(1)) {
      for (Sample sample : sample(ops, TinyModels.model("qwen2"), 0, 8)) {
        for (int i = 0; i < sample.ids().length; i++) {
          assertThat(sample.ids()[i]).isEqualTo(sample.topIds()[i * 4]);
          assertThat(sample.logProbs()[i]).isEqualTo(sample.topLogProbs()[i * 4]);
        }
      }
    }
  }

  /** χ² of 4000 first tokens against their probabilities. */
  @Test
  void tokensFollowTheirProbabilities() {
    try (Ops ops = OpsLookup.open(2)) {
      Model model = TinyModels.model("qwen3");
      int vocabulary = TinyModels.VOCABULARY;
      int n = 4000;
      List<Sample> samples =
          new Sampler(ops, model)
              .sample(
                  List.of(new int[] {5}),
                  n,
                  new Sampler.Options(1.3f, 1, Set.of(), vocabulary, n),
                  SamplerTest::uniform);
      int[] counts = new int[vocabulary];
      samples.forEach(sample -> counts[sample.ids()[0]]++);
      double chiSquare = 0;
      for (int i = 0; i < vocabulary; i++) {
        double expected = n * Math.exp(samples.getFirst().topLogProbs()[i]);
        int id = samples.getFirst().topIds()[i];
        chiSquare += (counts[id] - expected) * (counts[id] - expected) / expected;
      }
      assertThat(chiSquare).as("22 degrees of freedom, 99.9 %%").isLessThan(48.3);
    }
  }

  @Test
  void anEmptyPromptIsRefused() {
    try (Ops ops = OpsLookup.open(1)) {
      Sampler sampler = new Sampler(ops, TinyModels.model("qwen2"));
      assertThatThrownBy(() ->
              sampler.sample(
                  List.of(new int[0]),
                  1,
                  new Sampler.Options(1, 5, Set.of(), 0, 1),
                  SamplerTest::uniform))
          .hasMessageContaining("empty prompt");
    }
  }
}
