package io.jackpot.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.jackpot.input.InputException;
import io.jackpot.tensor.HeadStatistics;
import io.jackpot.tensor.Ops;
import io.jackpot.tensor.OpsLookup;
import io.jackpot.tensor.Tensor;
import io.jackpot.tensor.Threefry;
import io.jackpot.tensor.WeightType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.assertj.core.api.recursive.comparison.RecursiveComparisonConfiguration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class NucleusTest {
  private static final Path GOLDEN = Path.of("src/test/resources/golden/truncation.txt");
  private static final Ops OPS = OpsLookup.open(2);

  @AfterAll
  static void close() {
    OPS.close();
  }

  /** The tokens sampled from {@code logits} with each of the uniforms. */
  private static HeadStatistics sample(
      float[] logits, float temperature, Truncation truncation, int topK, double... uniforms) {
    return sample(logits, temperature, truncation, topK, null, uniforms);
  }

  private static HeadStatistics sample(
      float[] logits,
      float temperature,
      Truncation truncation,
      int topK,
      Nucleus.@Nullable Kept recorded,
      double... uniforms) {
    int vocabulary = logits.length;
    Tensor identity = Tensor.zeros(vocabulary, vocabulary);
    Tensor hidden = Tensor.zeros(uniforms.length, vocabulary);
    for (int i = 0; i < vocabulary; i++) {
      identity.data()[i * vocabulary + i] = 1;
    }
    for (int row = 0; row < uniforms.length; row++) {
      System.arraycopy(logits, 0, hidden.data(), row * vocabulary, vocabulary);
    }
    HeadStatistics out = HeadStatistics.allocate(uniforms.length, topK);
    Matrix weight = Matrix.of(OPS, identity, WeightType.F32);
    InferenceModel.SamplingHead head = new InferenceModel.SamplingHead(hidden, weight, temperature);
    new Nucleus(OPS).sample(head, uniforms, truncation, out, recorded);
    return out;
  }

  /** A uniform in the middle of each of n equal parts of [0, 1). */
  private static double[] grid(int n) {
    return IntStream.range(0, n).mapToDouble(i -> (i + 0.5) / n).toArray();
  }

  private static int[] actions(float[] logits, Truncation truncation, double... uniforms) {
    return sample(logits, 1, truncation, 0, uniforms).action();
  }

  @Test
  void agreesWithTransformers() throws IOException {
    double[] grid = grid(4000);
    float[] logits = {};
    int cases = 0;
    for (String line : Files.readAllLines(GOLDEN)) {
      String[] words = line.split(" ");
      if (words[0].equals("logits")) {
        logits = new float[words.length - 1];
        for (int i = 0; i < logits.length; i++) {
          logits[i] = Float.parseFloat(words[i + 1]);
        }
        continue;
      }
      cases++;
      Truncation truncation =
          new Truncation(
              Integer.parseInt(words[2]),
              Double.parseDouble(words[3]),
              Double.parseDouble(words[4]));
      int kept = Integer.parseInt(words[5]);
      int[] action = sample(logits, Float.parseFloat(words[1]), truncation, 0, grid).action();
      float[] values = logits;
      List<Integer> byLogit =
          IntStream.range(0, logits.length)
              .boxed()
              .sorted(Comparator.comparing(id -> -values[id]))
              .toList();
      double[] shares = new double[logits.length];
      for (int id : action) {
        shares[id] += 1.0 / grid.length;
      }
      double first = Double.parseDouble(words[6]);
      double last = Double.parseDouble(words[7]);
      assertThat(shares[byLogit.getFirst()]).as(line).isCloseTo(first, within(1.0 / grid.length));
      assertThat(shares[byLogit.get(kept - 1)]).as(line).isCloseTo(last, within(1.0 / grid.length));
      for (int id : byLogit.subList(kept, logits.length)) {
        assertThat(shares[id]).as("%s: id %d", line, id).isZero();
      }
      Nucleus.Kept recorded = new Nucleus.Kept(1);
      HeadStatistics one = sample(logits, Float.parseFloat(words[1]), truncation, 0, recorded, 0.5);
      assertThat(recorded.ids()[0])
          .as(line)
          .containsExactly(byLogit.subList(0, kept).stream().mapToInt(Integer::intValue).toArray());
      float[] logProbs = recorded.logProbs()[0];
      assertThat(Math.exp(logProbs[0])).as(line).isCloseTo(first, within(1e-6));
      assertThat(Math.exp(logProbs[kept - 1])).as(line).isCloseTo(last, within(1e-6));
      int place = byLogit.indexOf(one.action()[0]);
      assertThat(one.logProb()[0]).as(line).isEqualTo(logProbs[place]);
      // The least probable token that stays is at the end of the unit interval.
      int end = sample(logits, Float.parseFloat(words[1]), truncation, 0, 1 - 1e-9).action()[0];
      assertThat(end).as(line).isEqualTo(byLogit.get(kept - 1));
    }
    assertThat(cases).isEqualTo(48);
  }

  @Test
  void theTokenThatReachesTopPIsIn() {
    float[] logits = logs(0.5, 0.25, 0.125, 0.125);
    assertThat(kept(logits, 0, 0.5, 0)).containsExactly(0);
    assertThat(kept(logits, 0, 0.51, 0)).containsExactly(0, 1);
    assertThat(kept(logits, 0, 0.75, 0)).containsExactly(0, 1);
    assertThat(kept(logits, 0, 0.76, 0)).containsExactly(0, 1, 2);
    assertThat(kept(logits, 0, 1, 0)).containsExactly(0, 1, 2, 3);
    assertThat(kept(logits, 0, 1e-12, 0)).containsExactly(0);
  }

  @Test
  void topPIsOfWhatTopKLeavesAndMinPOfTheBest() {
    float[] logits = logs(0.4, 0.2, 0.2, 0.1, 0.1);
    assertThat(kept(logits, 2, 0.66, 0)).containsExactly(0);
    assertThat(kept(logits, 2, 0.67, 0)).containsExactly(0, 1);
    assertThat(kept(logits, 0, 1, 0.5)).containsExactly(0, 1, 2);
    assertThat(kept(logits, 0, 1, 0.51)).containsExactly(0);
    assertThat(kept(logits, 2, 1, 0.25)).containsExactly(0, 1);
    assertThat(kept(logits, 9, 1, 0)).containsExactly(0, 1, 2, 3, 4);
  }

  @Test
  void ofEqualTokensTheLowerIdGoesFirst() {
    float[] few = new float[5];
    float[] many = new float[300];
    for (float[] logits : List.of(few, many)) {
      assertThat(kept(logits, 3, 1, 0)).containsExactly(0, 1, 2);
      assertThat(kept(logits, 0, 2.0 / logits.length, 0)).containsExactly(0, 1);
    }
    many[7] = 0;
    many[8] = -0f;
    assertThat(kept(many, 100, 1, 0)).hasSize(100).contains(8, 99);
    assertThat(kept(many, 0, 0.5, 0)).hasSize(150).contains(0, 149);
  }

  @Test
  void extremeLogits() {
    float[] logits = new float[100];
    Arrays.fill(logits, -1e30f);
    logits[40] = 3;
    logits[60] = 3;
    assertThat(kept(logits, 0, 0.999, 0)).containsExactly(40, 60);
    assertThat(kept(logits, 70, 1, 0)).containsExactly(40, 60);
  }

  /** The recorded numbers are those of the whole distribution, on both ways to a token. */
  @Test
  void whatIsRecordedIsOfTheWholeDistribution() {
    for (double scale : new double[] {0.01, 3}) {
      float[] logits = random(300, scale, 1);
      double[] grid = grid(50);
      HeadStatistics out = sample(logits, 0.7f, new Truncation(0, 0.8, 0), 5, grid);
      double lse = logSumExp(logits, 0.7);
      for (int row = 0; row < grid.length; row++) {
        assertThat(out.logProb()[row])
            .isCloseTo((float) (logits[out.action()[row]] / 0.7 - lse), within(1e-5f));
        assertThat(out.logSumExp()[row]).isCloseTo((float) lse, within(1e-5f));
        assertThat(out.topIds()[row * 5]).isEqualTo(argmax(logits));
      }
    }
  }

  @Test
  void whoSharesTheBatchChangesNothing() {
    Model model = TinyModels.model("qwen3");
    List<int[]> prompts = List.of(new int[] {5, 1, 9}, new int[] {2}, new int[] {7, 7, 20});
    List<Sample> all = sample(model, prompts, new Truncation(0, 0.9, 0), 15);
    RecursiveComparisonConfiguration fields = RecursiveComparisonConfiguration.builder().build();
    for (int slots : new int[] {1, 4}) {
      assertThat(sample(model, prompts, new Truncation(0, 0.9, 0), slots))
          .usingRecursiveFieldByFieldElementComparator(fields)
          .isEqualTo(all);
    }
    assertThat(sample(model, prompts, Truncation.NONE, 15))
        .usingRecursiveFieldByFieldElementComparator(fields)
        .isNotEqualTo(all);
  }

  private static List<Sample> sample(
      Model model, List<int[]> prompts, Truncation truncation, int slots) {
    return new Sampler(OPS, model)
        .sample(
            prompts,
            5,
            new Sampler.Options(1, 20, Set.of(3), 4, slots, truncation, false),
            (prompt, sample, position) ->
                Threefry.uniform(Threefry.fold(42, prompt, sample), position, 0));
  }

  /**
   * A rollout's memory is bounded: what keeps too many tokens is refused, and says how to go on.
   */
  @Test
  void aTruncationThatKeepsTooManyTokensIsNotRecorded() {
    float[] logits = random(3000, 0.1, 2);
    Nucleus.Kept recorded = new Nucleus.Kept(1);
    Truncation wide = new Truncation(0, 0.9, 0);
    assertThatThrownBy(() -> sample(logits, 1, wide, 0, recorded, 0.5))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("more than the 1024 that a rollout records; add samplingTopK 1024");
    sample(logits, 1, new Truncation(1024, 0.9, 0), 0, recorded, 0.5);
    double total = 0;
    for (float logProb : recorded.logProbs()[0]) {
      total += Math.exp(logProb);
    }
    assertThat(total).isCloseTo(1, within(1e-6));
  }

  /** χ² of 20,000 tokens against the nucleus' probabilities, of a flat row and of a steep one. */
  @Test
  void tokensFollowTheirProbabilities() {
    for (double scale : new double[] {0.1, 2}) {
      float[] logits = random(400, scale, 2);
      int n = 20_000;
      double[] uniforms = new double[n];
      Arrays.setAll(uniforms, i -> Threefry.uniform(7, i, 0));
      int[] counts = new int[400];
      for (int id : actions(logits, new Truncation(0, 0.6, 0), uniforms)) {
        counts[id]++;
      }
      List<Integer> nucleus = nucleus(logits, 0.6);
      double mass = nucleus.stream().mapToDouble(id -> Math.exp(logits[id])).sum();
      double chiSquare = 0;
      int total = 0;
      for (int id : nucleus) {
        double expected = n * Math.exp(logits[id]) / mass;
        chiSquare += (counts[id] - expected) * (counts[id] - expected) / expected;
        total += counts[id];
      }
      assertThat(total).isEqualTo(n);
      int freedom = nucleus.size() - 1;
      // Wilson and Hilferty's 99.9 % quantile.
      double root = 1 - 2 / (9.0 * freedom) + 3.09 * Math.sqrt(2 / (9.0 * freedom));
      assertThat(chiSquare).isLessThan(freedom * root * root * root);
      assertThat(freedom).isGreaterThan(scale < 1 ? 200 : 10);
    }
  }

  /** The straightforward implementation: sort, accumulate, truncate. */
  private static List<Integer> nucleus(float[] logits, double topP) {
    double total = Math.exp(logSumExp(logits, 1));
    List<Integer> kept = new ArrayList<>();
    double sum = 0;
    List<Integer> ids = new ArrayList<>(IntStream.range(0, logits.length).boxed().toList());
    ids.sort(Comparator.comparing(id -> -logits[id]));
    for (int id : ids) {
      if (sum >= topP * total) {
        break;
      }
      kept.add(id);
      sum += Math.exp(logits[id]);
    }
    return kept;
  }

  @Test
  void valuesOutOfRangeAreRefused() {
    for (double topP : new double[] {0, -1, 1.1, Double.NaN}) {
      assertThatThrownBy(() -> new Truncation(0, topP, 0)).hasMessageContaining("topP " + topP);
    }
    assertThatThrownBy(() -> new Truncation(-1, 1, 0)).hasMessageContaining("topK -1");
    assertThatThrownBy(() -> new Truncation(0, 1, Double.NaN)).hasMessageContaining("minP NaN");
  }

  private static int[] kept(float[] logits, int topK, double topP, double minP) {
    return Arrays.stream(actions(logits, new Truncation(topK, topP, minP), grid(1000)))
        .distinct()
        .sorted()
        .toArray();
  }

  private static float[] logs(double... probabilities) {
    float[] logits = new float[probabilities.length];
    for (int i = 0; i < logits.length; i++) {
      logits[i] = (float) Math.log(probabilities[i]);
    }
    return logits;
  }

  private static float[] random(int size, double scale, long key) {
    float[] logits = new float[size];
    for (int i = 0; i < size; i++) {
      logits[i] = (float) (scale * (2 * Threefry.uniform(key, i, 0) - 1));
    }
    return logits;
  }

  private static double logSumExp(float[] logits, double temperature) {
    double sum = 0;
    for (float logit : logits) {
      sum += Math.exp(logit / temperature);
    }
    return Math.log(sum);
  }

  private static int argmax(float[] logits) {
    int best = 0;
    for (int i = 1; i < logits.length; i++) {
      best = logits[i] > logits[best] ? i : best;
    }
    return best;
  }
}
