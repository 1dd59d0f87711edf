package io.jackpot.tensor;

import static io.jackpot.tensor.Fixtures.assertClose;
import static io.jackpot.tensor.Fixtures.everyLogProb;
import static io.jackpot.tensor.Fixtures.floats;
import static io.jackpot.tensor.Fixtures.random;
import static io.jackpot.tensor.Fixtures.randomIds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The contract of the fused LM head. */
interface HeadContract extends OpsContract {
  int TOKENS = 45;

  /** Vocabularies below, at and above a vector, and one beyond a block of float sums. */
  @Retention(RetentionPolicy.RUNTIME)
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 16, 18, 50, 1000, 9001})
  @interface VocabularySizes {}

  /** Two heads of different widths and their statistics by the oracle. */
  record Pair(Head p, HeadStatistics pStats, Head q, HeadStatistics qStats) {
    static Pair of(int vocabulary) {
      float spread = vocabulary == 50 ? 60 : 2;
      Head p = new Head(random(1, 1, TOKENS, 8), random(2, spread, vocabulary, 8), 0.9f);
      Head q = new Head(random(3, 1, TOKENS, 5), random(4, 2, vocabulary, 5), 1f);
      int top = Math.min(vocabulary, 20);
      return new Pair(p, statistics(p, top), q, statistics(q, top));
    }
  }

  @VocabularySizes
  default void headForward(int vocabulary) {
    Head head = Pair.of(vocabulary).p;
    compare(
        3e-5,
        ops -> {
          HeadStatistics out = HeadStatistics.allocate(TOKENS, Math.min(vocabulary, 20));
          ops.headForward(head, randomIds(5, TOKENS, vocabulary), out);
          return List.of(
              out.logProb(),
              out.logSumExp(),
              out.entropy(),
              floats(out.topIds()),
              out.topLogProbs());
        });
  }

  /** Some rows take the most probable id. */
  @VocabularySizes
  default void headSample(int vocabulary) {
    Head head = Pair.of(vocabulary).q;
    double[] uniforms = new double[TOKENS];
    Arrays.setAll(uniforms, n -> n % 9 == 0 ? -1 : Threefry.uniform(6, n, 0));
    compare(
        3e-5,
        ops -> {
          HeadStatistics out = HeadStatistics.allocate(TOKENS, Math.min(vocabulary, 20));
          ops.headSample(head, uniforms, out);
          return List.of(floats(out.action()), out.logProb());
        });
  }

  @VocabularySizes
  default void headGather(int vocabulary) {
    Pair heads = Pair.of(vocabulary);
    int[] ids = heads.qStats.topIds().clone();
    ids[0] = -1;
    compare(
        3e-5,
        ops -> {
          float[] gathered = new float[ids.length];
          ops.headGather(heads.p, heads.pStats.logSumExp(), ids, gathered);
          return List.of(gathered);
        });
  }

  @VocabularySizes
  default void headCompare(int vocabulary) {
    Pair heads = Pair.of(vocabulary);
    compare(
        3e-5,
        ops -> {
          HeadComparison out = HeadComparison.allocate(TOKENS);
          ops.headCompare(
              heads.p, heads.pStats.logSumExp(), heads.q, heads.qStats.logSumExp(), 0.7f, out);
          return List.of(out.klPQ(), out.klQP(), out.overlap());
        });
  }

  /** With either divergence and without one, and with all parts of a loss. */
  @VocabularySizes
  default void headBackward(int vocabulary) {
    Pair heads = Pair.of(vocabulary);
    float[] coefficient = random(7, 1, TOKENS).data();
    float[] weight = random(8, 1, TOKENS).data();
    HeadStatistics stats = HeadStatistics.allocate(TOKENS, 0);
    new ScalarOps().headForward(heads.p, randomIds(5, TOKENS, vocabulary), stats);
    float[] entropyWeight = random(10, 1, TOKENS).data();
    int[] ids = heads.qStats.topIds().clone();
    ids[ids.length - 1] = -1;
    HeadLoss.Ids topIds = new HeadLoss.Ids(ids, random(11, 1, ids.length).data());
    HeadComparison comparison = HeadComparison.allocate(TOKENS);
    new ScalarOps()
        .headCompare(heads.p, stats.logSumExp(), heads.q, heads.qStats.logSumExp(), 1, comparison);
    compare(
        3e-5,
        ops -> {
          List<float[]> results = new ArrayList<>();
          for (Distillation.Direction direction : Distillation.Direction.values()) {
            Distillation distillation =
                new Distillation(
                    heads.q, heads.qStats.logSumExp(), weight, direction, comparison.klPQ());
            Tensor dHidden = Tensor.zeros(TOKENS, 8);
            Tensor dWeight = random(9, 1, vocabulary, 8);
            ops.headBackward(heads.p, stats, coefficient, distillation, dHidden, dWeight);
            results.add(dHidden.data().clone());
            ops.headBackward(heads.p, stats, coefficient, null, dHidden, dWeight);
            results.addAll(List.of(dHidden.data(), dWeight.data().clone()));
            Tensor dRest = Tensor.zeros(TOKENS, 8);
            HeadLoss loss = new HeadLoss(coefficient, entropyWeight, topIds, distillation);
            ops.headBackward(heads.p, stats, loss, dRest, dWeight);
            results.addAll(List.of(dRest.data(), dWeight.data()));
          }
          return results;
        });
  }

  /**
   * Σ min(q, p/λ) over unions that share some ids, all or none, with fillers and ties, beside the
   * definition: over the whole vocabulary, of the ids that are in the union.
   */
  @ParameterizedTest
  @CsvSource({"1, 1, 1", "2, 1, 2", "18, 5, 3", "50, 0, 4", "50, 4, 0", "1000, 20, 20"})
  default void headOverlap(int vocabulary, int k, int others) {
    int tokens = 33;
    double lambda = 0.7;
    Head p = new Head(random(1, 1, tokens, 8), random(2, 2, vocabulary, 8), 0.9f);
    Head q = new Head(random(3, 1, tokens, 5), random(4, 2, vocabulary, 5), 1.3f);
    System.arraycopy(p.weight().data(), 0, p.weight().data(), 8 * (vocabulary / 2), 8);
    HeadStatistics pStats = statistics(p, others);
    HeadStatistics qStats = statistics(q, k);
    int[] recorded = qStats.topIds().clone();
    float[] logProbs = qStats.topLogProbs().clone();
    int[] otherIds = pStats.topIds().clone();
    for (int n = 0; n < tokens; n++) {
      for (int i = 0; i < k; i++) {
        logProbs[n * k + i] += 0.25f * Threefry.uniformFloat(5, n, i); // another model's, by now
      }
      if (n % 5 == 1 && k > 0) {
        recorded[n * k + k - 1] = -1;
      }
      if (n % 5 == 2 && others > 0) {
        otherIds[n * others] = -1;
      }
      if (n % 5 == 3) {
        System.arraycopy(recorded, n * k, otherIds, n * others, Math.min(k, others));
      }
    }
    float[] pAll = everyLogProb(new ScalarOps(), p, pStats.logSumExp());
    float[] qAll = everyLogProb(new ScalarOps(), q, qStats.logSumExp());
    float[] expected = new float[tokens];
    for (int n = 0; n < tokens; n++) {
      double sum = 0;
      for (int x = 0; x < vocabulary; x++) {
        int place = indexOf(recorded, n * k, k, x);
        boolean other = indexOf(otherIds, n * others, others, x) >= 0;
        if (place >= 0 || other) {
          float logQ = place >= 0 ? logProbs[place] : qAll[n * vocabulary + x];
          sum += Math.min(Math.exp(logQ), Math.exp(pAll[n * vocabulary + x]) / lambda);
        }
      }
      expected[n] = (float) sum;
    }
    run(ops -> {
      double[] overlap = new double[tokens];
      TopK top = new TopK(k, recorded, logProbs);
      ops.headOverlap(p, pStats.logSumExp(), q, qStats.logSumExp(), top, otherIds, lambda, overlap);
      assertClose("overlap", floats(overlap), expected, 1e-5 * slack());
      return List.of(floats(overlap));
    });
  }

  /** The log-sum-exp and the k most probable ids by the oracle. */
  private static HeadStatistics statistics(Head head, int k) {
    HeadStatistics statistics = HeadStatistics.allocate(head.tokens(), k);
    new ScalarOps().headForward(head, new int[head.tokens()], statistics);
    return statistics;
  }

  private static int indexOf(int[] ids, int at, int count, int id) {
    for (int i = at; i < at + count; i++) {
      if (ids[i] == id) {
        return i;
      }
    }
    return -1;
  }

  /** An id of probability 0 on either side adds nothing; NaN is seen, in its own row only. */
  @Test
  default void headOverlapOfExtremes() {
    Tensor weight = random(1, 1, 20, 1);
    weight.data()[4] = Float.NEGATIVE_INFINITY;
    Head p = new Head(Tensor.of(new float[] {1, 1, Float.NaN, 1, 1}, 5, 1), weight, 1);
    Head q = new Head(Tensor.of(new float[] {1, 1, 1, 1, Float.NaN}, 5, 1), random(2, 1, 20, 1), 1);
    float[] pLogSumExp = statistics(p, 0).logSumExp();
    float[] qLogSumExp = statistics(q, 0).logSumExp();
    float none = Float.NEGATIVE_INFINITY;
    TopK top =
        new TopK(
            2,
            new int[] {4, 3, 7, 3, 3, 7, 7, 3, 3, -1},
            new float[] {0, none, none, 100, -1, -1, Float.NaN, -1, -1, 5});
    int[] others = {4, 7, 4, -1, 5};
    compare(
        1e-5,
        ops -> {
          double[] overlap = new double[5];
          ops.headOverlap(p, pLogSumExp, q, qLogSumExp, top, others, 2, overlap);
          assertThat(overlap[0]).isZero();
          assertThat(overlap[1])
              .isCloseTo(Math.exp(weight.data()[3] - pLogSumExp[1]) / 2, within(1e-5));
          assertThat(overlap[2]).isNaN();
          assertThat(overlap[3]).isNaN();
          assertThat(overlap[4]).isNaN();
          return List.of(floats(overlap));
        });
  }

  @Test
  default void headOverlapRefuses() {
    Head head = new Head(random(1, 1, 2, 3), random(2, 1, 5, 3), 1);
    TopK top = new TopK(1, new int[] {0, 5}, new float[2]);
    run(ops -> {
      assertThatThrownBy(() ->
              ops.headOverlap(
                  head, new float[2], head, new float[2], top, new int[2], 1, new double[2]))
          .hasMessage("headOverlap: id 5 at 1, expected below the vocabulary 5");
      TopK none = new TopK(0, new int[0], new float[0]);
      assertThatThrownBy(() ->
              ops.headOverlap(
                  head, new float[2], head, new float[2], none, new int[3], 1, new double[2]))
          .hasMessage("headOverlap: 3 ids, expected a multiple of the 2 tokens");
      assertThatThrownBy(() ->
              ops.headOverlap(
                  head, new float[2], head, new float[2], none, new int[2], 0, new double[2]))
          .hasMessage("headOverlap: lambda 0.0, expected above 0");
      return List.of();
    });
  }

  @Test
  default void headForwardPutsTheLowerIdFirstOnTies() {
    run(ops -> {
      Tensor weight = Tensor.zeros(40, 1);
      weight.data()[35] = 1;
      HeadStatistics out = HeadStatistics.allocate(1, 4);
      ops.headForward(new Head(Tensor.of(new float[] {1}, 1, 1), weight, 1), new int[1], out);
      assertThat(out.topIds()).containsExactly(35, 0, 1, 2);
      return List.of();
    });
  }

  @Test
  default void headForwardShowsNan() {
    run(ops -> {
      Tensor hidden = random(1, 1, 2, 4);
      hidden.data()[1] = Float.NaN;
      HeadStatistics out = HeadStatistics.allocate(2, 0);
      ops.headForward(new Head(hidden, random(2, 1, 18, 4), 1), new int[2], out);
      assertThat(out.logProb()[0]).isNaN();
      assertThat(out.logProb()[1]).isFinite();
      return List.of();
    });
  }

  /** NaN has no rank, but ids stay ids, and other rows are not touched. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 70})
  default void headSampleAndCompareShowNan(int at) {
    run(ops -> {
      Tensor hidden = random(1, 1, 3, 2);
      Tensor weight = random(2, 1, 90, 2);
      hidden.data()[2] = Float.NaN;
      HeadStatistics out = HeadStatistics.allocate(3, 7);
      ops.headSample(new Head(hidden, weight, 1), new double[] {0.3, 0.6, -1}, out);
      assertIds(out.topIds(), 90);
      assertIds(out.action(), 90);
      assertThat(out.logProb()[1]).isNaN();
      assertThat(out.entropy()[1]).isNaN();
      assertThat(out.logProb()[0]).isFinite();
      assertThat(out.entropy()[2]).isFinite();
      HeadComparison comparison = HeadComparison.allocate(3);
      Head head = new Head(hidden, weight, 1);
      ops.headCompare(head, out.logSumExp(), head, out.logSumExp(), 1, comparison);
      assertThat(comparison.overlap()[1]).isNaN();
      assertThat(comparison.klPQ()[1]).isNaN();
      assertThat(comparison.overlap()[0]).isCloseTo(1, within(1e-5f));
      weight.data()[2 * at] = Float.NaN;
      ops.headForward(new Head(hidden, weight, 1), new int[] {89, 89, 89}, out);
      assertIds(out.topIds(), 90);
      assertThat(out.logProb()).containsOnly(Float.NaN);
      assertThat(out.entropy()).containsOnly(Float.NaN);
      return List.of();
    });
  }

  private static void assertIds(int[] found, int vocabulary) {
    for (int id : found) {
      assertThat(id).isBetween(0, vocabulary - 1);
    }
  }

  /** Every row has every id once, however many are equal. */
  @ParameterizedTest
  @ValueSource(ints = {2, 129, 300})
  default void headForwardRanksTheWholeVocabularyWithTies(int vocabulary) {
    run(ops -> {
      Tensor weight = Tensor.zeros(vocabulary, 1);
      for (int x = 0; x < vocabulary; x++) {
        weight.data()[x] = Threefry.below(1, x, 0, 5) - 2;
      }
      Head head = new Head(Tensor.of(new float[] {1, -1, 0}, 3, 1), weight, 0.5f);
      HeadStatistics out = HeadStatistics.allocate(3, vocabulary);
      HeadStatistics expected = HeadStatistics.allocate(3, vocabulary);
      ops.headForward(head, new int[3], out);
      new ScalarOps().headForward(head, new int[3], expected);
      assertThat(out.topIds()).containsExactly(expected.topIds());
      assertClose("top log-probs", out.topLogProbs(), expected.topLogProbs(), 1e-5);
      return List.of();
    });
  }

  /** The draw is that of the uniform, but for what rounding may do at a boundary between ids. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 18, 1000, 9001})
  default void headSampleIsTheInverseTransform(int vocabulary) {
    int tokens = 40;
    float spread = vocabulary == 1000 ? 60 : 1;
    double[] uniforms = new double[tokens];
    for (int n = 0; n < tokens; n++) {
      uniforms[n] = Threefry.uniform(3, n, 0);
    }
    uniforms[0] = 0;
    uniforms[1] = Math.nextDown(1.0);
    uniforms[2] = -1;
    run(ops -> {
      for (float temperature : new float[] {0.5f, 2}) {
        Tensor hidden = random(1, 1, tokens, 6);
        Head head = new Head(hidden, random(2, spread, vocabulary, 6), temperature);
        HeadStatistics out = HeadStatistics.allocate(tokens, 1);
        ops.headSample(head, uniforms, out);
        HeadStatistics expected = HeadStatistics.allocate(tokens, 1);
        new ScalarOps().headForward(head, out.action(), expected);
        double tolerance = 3e-5 * slack();
        assertClose("log-probs", out.logProb(), expected.logProb(), tolerance);
        assertClose("entropies", out.entropy(), expected.entropy(), tolerance);
        assertThat(out.action()[2]).isEqualTo(expected.topIds()[2]);
        float[] logProbs = everyLogProb(new ScalarOps(), head, expected.logSumExp());
        for (int n = 0; n < tokens; n++) {
          if (uniforms[n] >= 0) {
            assertDrawn(logProbs, n * vocabulary, out.action()[n], uniforms[n]);
          }
        }
      }
      return List.of();
    });
  }

  private static void assertDrawn(float[] logProbs, int at, int action, double uniform) {
    double below = 0;
    for (int x = 0; x < action; x++) {
      below += Math.exp(logProbs[at + x]);
    }
    double probability = Math.exp(logProbs[at + action]);
    assertThat(uniform).isBetween(below - 1e-5, below + probability + 1e-5);
    assertThat((float) probability).isPositive();
  }

  /** Ids of no probability have no part in the entropy, and are not drawn. */
  @Test
  default void headSampleOfImpossibleIds() {
    int vocabulary = 200;
    compare(
        1e-5,
        ops -> {
          Tensor weight = random(1, 3, vocabulary, 1);
          Arrays.fill(weight.data(), 0, 130, Float.NEGATIVE_INFINITY);
          Arrays.fill(weight.data(), 170, 200, Float.NEGATIVE_INFINITY);
          Head head = new Head(Tensor.of(new float[] {1, 0.5f, 2}, 3, 1), weight, 1);
          HeadStatistics sampled = HeadStatistics.allocate(3, 60);
          ops.headSample(head, new double[] {0, 0.5, Math.nextDown(1.0)}, sampled);
          HeadStatistics out = HeadStatistics.allocate(3, 3);
          ops.headForward(head, new int[] {150, 3, 199}, out);
          return List.of(
              floats(sampled.action()),
              sampled.logProb(),
              sampled.entropy(),
              floats(sampled.topIds()),
              sampled.topLogProbs(),
              out.logProb(),
              out.logSumExp(),
              out.entropy());
        });
  }

  /** More rows than a block has, and more ids than are gathered at once. */
  @Test
  default void headsOfManyRows() {
    int tokens = 4500;
    compare(
        3e-5,
        ops -> {
          Head head = new Head(random(1, 1, tokens, 2), random(2, 1, 3, 2), 2);
          HeadStatistics out = HeadStatistics.allocate(tokens, 1);
          ops.headForward(head, randomIds(3, tokens, 3), out);
          int[] ids = randomIds(4, tokens * 61, 4);
          Arrays.setAll(ids, i -> ids[i] - 1);
          float[] gathered = new float[ids.length];
          ops.headGather(head, out.logSumExp(), ids, gathered);
          Head other = new Head(random(5, 1, tokens, 4), random(6, 1, 3, 4), 0.5f);
          HeadStatistics sampled = HeadStatistics.allocate(tokens, 0);
          double[] most = new double[tokens];
          Arrays.fill(most, -1);
          ops.headSample(other, most, sampled);
          HeadComparison comparison = HeadComparison.allocate(tokens);
          ops.headCompare(head, out.logSumExp(), other, sampled.logSumExp(), 2, comparison);
          Tensor dHidden = random(7, 1, tokens, 2);
          Tensor dWeight = random(8, 1, 3, 2);
          float[] coefficient = random(9, 1e-2f, tokens).data();
          ops.headBackward(head, out, coefficient, null, dHidden, dWeight);
          return List.of(
              out.logProb(),
              out.entropy(),
              gathered,
              floats(sampled.action()),
              sampled.logSumExp(),
              comparison.klPQ(),
              comparison.klQP(),
              comparison.overlap(),
              dHidden.data(),
              dWeight.data());
        });
  }

  @Test
  default void headsOfNoTokens() {
    compare(
        0,
        ops -> {
          Head head = new Head(Tensor.zeros(0, 4), random(1, 1, 30, 4), 1);
          HeadStatistics out = HeadStatistics.allocate(0, 5);
          ops.headForward(head, new int[0], out);
          ops.headSample(head, new double[0], out);
          ops.headGather(head, new float[0], new int[0], new float[0]);
          ops.headCompare(head, new float[0], head, new float[0], 1, HeadComparison.allocate(0));
          TopK none = new TopK(3, new int[0], new float[0]);
          ops.headOverlap(
              head, new float[0], head, new float[0], none, new int[0], 1, new double[0]);
          Tensor dWeight = random(2, 1, 30, 4);
          ops.headBackward(head, out, new float[0], null, Tensor.zeros(0, 4), dWeight);
          return List.of(dWeight.data());
        });
  }

  @Test
  default void headsGiveTheSameBitsAgain() {
    Function<Ops, List<float[]>> body =
        ops -> {
          Head head = new Head(random(1, 1, 70, 24), random(2, 3, 700, 24), 0.9f);
          HeadStatistics out = HeadStatistics.allocate(70, 7);
          double[] uniforms = new double[70];
          Arrays.setAll(uniforms, n -> Threefry.uniform(3, n, 0));
          ops.headSample(head, uniforms, out);
          Tensor dHidden = Tensor.zeros(70, 24);
          Tensor dWeight = Tensor.zeros(700, 24);
          ops.headBackward(head, out, random(4, 1, 70).data(), null, dHidden, dWeight);
          return List.of(
              out.logProb(), out.entropy(), out.topLogProbs(), dHidden.data(), dWeight.data());
        };
    List<float[]> first = run(body);
    List<float[]> again = run(body);
    for (int i = 0; i < first.size(); i++) {
      assertThat(again.get(i)).containsExactly(first.get(i));
    }
  }
}
