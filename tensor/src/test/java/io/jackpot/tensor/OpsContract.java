package io.jackpot.tensor;

import static io.jackpot.tensor.Fixtures.assertClose;
import static io.jackpot.tensor.Fixtures.copy;
import static io.jackpot.tensor.Fixtures.random;
import static io.jackpot.tensor.Fixtures.randomIds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What every provider of {@link Ops} has to give: the oracle's results on odd shapes, tails and
 * extremes. A test of a provider extends it.
 */
abstract class OpsContract extends HeadContract {
  private static final float NAN = Float.NaN;

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7, 16, 17, 33, 64, 100, 129})
  void matmuls(int size) {
    int m = size;
    int n = 131 - size;
    int k = 1 + size * 5 % 67;
    compare(
        1e-5,
        ops -> {
          List<float[]> results = new ArrayList<>();
          for (boolean accumulate : new boolean[] {false, true}) {
            Tensor y = random(3, 1, m, n);
            Tensor dx = random(4, 1, m, k);
            Tensor dw = random(5, 1, n, k);
            ops.matmulNT(random(1, 1, m, k), random(2, 1, n, k), y, accumulate);
            ops.matmulNN(random(1, 1, m, n), random(2, 1, n, k), dx, accumulate);
            ops.matmulTN(random(1, 1, m, n), random(2, 1, m, k), dw, accumulate);
            results.addAll(List.of(y.data(), dx.data(), dw.data()));
          }
          return results;
        });
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 5, 16, 24, 64, 100})
  void rowOps(int dim) {
    int rows = 700;
    compare(
        2e-5,
        ops -> {
          Tensor x = random(1, 3, rows, dim);
          x.data()[3] = 0;
          Tensor gain = random(2, 1, dim);
          Tensor y = Tensor.zeros(rows, dim);
          Tensor inverseRms = Tensor.zeros(rows);
          ops.rmsNormForward(x, gain, 1e-6f, y, inverseRms);
          Tensor dy = random(3, 1, rows, dim);
          Tensor dx = random(4, 1, rows, dim);
          Tensor dGain = random(5, 1, dim);
          ops.rmsNormBackward(dy, x, gain, inverseRms, dx, dGain, true);
          Tensor inPlace = copy(dy);
          ops.rmsNormBackward(inPlace, x, gain, inverseRms, inPlace, dGain, false);
          Tensor biased = copy(x);
          ops.addBias(gain, biased);
          Tensor dBias = random(6, 1, dim);
          ops.addBiasBackward(dy, dBias);
          ops.add(dy, biased);
          int[] ids = randomIds(7, rows, 13);
          Tensor table = random(8, 1, 13, dim);
          Tensor embedded = Tensor.zeros(rows, dim);
          ops.embeddingForward(ids, table, embedded);
          Tensor dTable = random(9, 1, 13, dim);
          ops.embeddingBackward(ids, dy, dTable);
          int[] some = {3, 600, 0, 42};
          Tensor gathered = Tensor.zeros(some.length, dim);
          ops.gatherRows(x, some, gathered);
          Tensor scattered = random(10, 1, rows, dim);
          ops.gatherRowsBackward(gathered, some, scattered);
          float squares = (float) ops.sumsOfSquares(List.of(x))[0];
          return List.of(
              y.data(),
              inverseRms.data(),
              dx.data(),
              dGain.data(),
              inPlace.data(),
              biased.data(),
              dBias.data(),
              embedded.data(),
              dTable.data(),
              gathered.data(),
              scattered.data(),
              new float[] {squares});
        });
  }

  @Test
  void swigluWithExtremes() {
    compare(
        1e-5,
        ops -> {
          Tensor gate = random(1, 20, 3, 70);
          float[] extremes = {0, -0f, 90, -90, 1000, -1000, NAN, 1e-30f};
          System.arraycopy(extremes, 0, gate.data(), 10, extremes.length);
          Tensor up = random(2, 1, 3, 70);
          Tensor dy = random(3, 1, 3, 70);
          Tensor y = Tensor.zeros(3, 70);
          Tensor dUp = Tensor.zeros(3, 70);
          ops.swigluForward(gate, up, y);
          ops.swigluBackward(dy, gate, up, gate, dUp);
          return List.of(y.data(), gate.data(), dUp.data());
        });
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 8, 16, 24, 32, 64, 66, 96, 128, 256})
  void attentionAndRope(int dim) {
    Packing packing = Packing.ofLengths(1, 37, 4, 0, 18, 16);
    int tokens = packing.tokens();
    compare(
        2e-5,
        ops -> {
          Tensor q = random(1, 2, tokens, 6, dim);
          Tensor k = random(2, 2, tokens, 3, dim);
          Tensor v = random(3, 1, tokens, 3, dim);
          Tensor cos = random(4, 1, 40, dim / 2);
          Tensor sin = random(5, 1, 40, dim / 2);
          ops.rope(q, packing.positions(), cos, sin);
          Tensor turned = copy(k);
          ops.ropeBackward(turned, packing.positions(), cos, sin);
          Tensor o = Tensor.zeros(tokens, 6, dim);
          Tensor lse = Tensor.zeros(tokens, 6);
          Attention in = new Attention(q, k, v, packing, 0.3f);
          Attention.Output out = new Attention.Output(o, lse);
          ops.attentionForward(in, out);
          Tensor dO = random(6, 1, tokens, 6, dim);
          Tensor dQ = Tensor.zeros(tokens, 6, dim);
          Tensor dK = Tensor.zeros(tokens, 3, dim);
          Tensor dV = Tensor.zeros(tokens, 3, dim);
          ops.attentionBackward(in, out, dO, new Attention.Gradients(dQ, dK, dV));
          return List.of(
              q.data(), turned.data(), o.data(), lse.data(), dQ.data(), dK.data(), dV.data());
        });
  }

  /**
   * Sequences that end inside, at and beyond a block of 64, empty ones among them and one much
   * longer than the others, with one, two and eight query heads on a key head.
   */
  @ParameterizedTest
  @CsvSource({"4, 4, 16", "6, 3, 10", "8, 1, 64", "9, 1, 6"})
  void attentionOverManyLengths(int heads, int kvHeads, int dim) {
    Packing packing = Packing.ofLengths(0, 1, 33, 130, 0, 0, 300, 1, 1, 64, 63, 5, 0);
    compare(2e-5, ops -> attention(ops, packing, heads, kvHeads, dim, 2, 0.3f));
  }

  @Test
  void attentionAndRopeOfNothing() {
    compare(0, ops -> attention(ops, Packing.ofLengths(0, 0), 4, 2, 8, 1, 1));
    compare(2e-5, ops -> attention(ops, Packing.ofLengths(1), 4, 2, 8, 1, 1));
  }

  @Test
  void attentionOfOneLongSequence() {
    compare(2e-5, ops -> attention(ops, Packing.ofLengths(3, 777, 2), 2, 1, 8, 1, 0.5f));
  }

  /** Products q·k of up to some 10⁴, whole numbers so that no order of the sum rounds them. */
  @Test
  void attentionThatIsNearlyOneHot() {
    compare(2e-5, ops -> attention(ops, Packing.ofLengths(1, 150, 70), 4, 2, 64, 40, 0.5f));
  }

  /** Forward and backward; queries and keys are whole numbers where {@code spread} is large. */
  private static List<float[]> attention(
      Ops ops, Packing packing, int heads, int kvHeads, int dim, float spread, float scale) {
    int tokens = packing.tokens();
    Tensor q = random(1, spread, tokens, heads, dim);
    Tensor k = random(2, spread, tokens, kvHeads, dim);
    if (spread > 10) {
      roundToParts(1, q);
      roundToParts(1, k);
    }
    Tensor v = random(3, 1, tokens, kvHeads, dim);
    Tensor o = random(4, 1, tokens, heads, dim);
    Tensor lse = random(5, 1, tokens, heads);
    Attention in = new Attention(q, k, v, packing, scale);
    Attention.Output out = new Attention.Output(o, lse);
    ops.attentionForward(in, out);
    Tensor dO = random(6, 1, tokens, heads, dim);
    Tensor dQ = random(7, 1, tokens, heads, dim);
    Tensor dK = random(8, 1, tokens, kvHeads, dim);
    Tensor dV = random(9, 1, tokens, kvHeads, dim);
    ops.attentionBackward(in, out, dO, new Attention.Gradients(dQ, dK, dV));
    return List.of(o.data(), lse.data(), dQ.data(), dK.data(), dV.data());
  }

  /** Makes elements multiples of 1/parts. */
  private static void roundToParts(int parts, Tensor x) {
    for (int i = 0; i < x.size(); i++) {
      x.data()[i] = (float) Math.round(x.data()[i] * parts) / parts;
    }
  }

  @Test
  void attentionGivesTheSameBitsTwice() {
    Packing packing = Packing.ofLengths(33, 0, 130, 300);
    List<float[]> first = run(ops -> attention(ops, packing, 6, 3, 24, 2, 0.3f));
    List<float[]> second = run(ops -> attention(ops, packing, 6, 3, 24, 2, 0.3f));
    assertThat(second).hasSameSizeAs(first);
    for (int i = 0; i < first.size(); i++) {
      assertThat(second.get(i)).as("output " + i).isEqualTo(first.get(i));
    }
  }

  /**
   * Rows of different lengths in slots out of order; what lies beyond a length is not read. Keys,
   * and the second time queries, are such that no order of the sum rounds their products.
   */
  @ParameterizedTest
  @CsvSource({
    "4, 4, 2",
    "4, 4, 128",
    "6, 3, 66",
    "8, 1, 32",
    "9, 1, 64",
    "12, 4, 96",
    "12, 2, 256",
    "40, 2, 8"
  })
  void decodeOverManyLengths(int heads, int kvHeads, int dim) {
    int capacity = 301;
    int[] slots = {5, 0, 3, 1, 6, 2, 4, 3};
    int[] lengths = {1, 33, 64, 65, 130, 300, 301, 64};
    compare(
        1e-5,
        ops -> {
          Tensor kCache = random(1, 1, 7, kvHeads, capacity, dim);
          Tensor vCache = random(2, 1, 7, kvHeads, capacity, dim);
          roundToParts(64, kCache);
          for (int i = 0; i < slots.length; i++) {
            for (int h = 0; h < kvHeads; h++) {
              int at = (slots[i] * kvHeads + h) * capacity;
              for (Tensor cache : List.of(kCache, vCache)) {
                Arrays.fill(cache.data(), (at + lengths[i]) * dim, (at + capacity) * dim, NAN);
              }
            }
          }
          Tensor q = random(3, 2, slots.length, heads, dim);
          Tensor o = random(4, 1, slots.length, heads, dim);
          ops.attentionDecode(q, kCache, vCache, slots, lengths, 0.7f, o);
          Tensor large = random(5, 300, slots.length, heads, dim);
          roundToParts(1, large);
          Tensor oneHot = random(6, 1, slots.length, heads, dim);
          ops.attentionDecode(large, kCache, vCache, slots, lengths, 0.5f, oneHot);
          Tensor none = Tensor.zeros(0, heads, dim);
          ops.attentionDecode(none, kCache, vCache, slots, lengths, 0.5f, none);
          return List.of(o.data(), oneHot.data());
        });
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 16, 24, 64})
  void decodeIsTheLastRowOfAttention(int dim) {
    compare(
        1e-5,
        ops -> {
          int capacity = 40;
          Tensor kCache = Tensor.zeros(3, 2, capacity, dim);
          Tensor vCache = Tensor.zeros(3, 2, capacity, dim);
          int length = 37;
          int[] slots = new int[length];
          int[] positions = new int[length];
          java.util.Arrays.fill(slots, 2);
          java.util.Arrays.setAll(positions, i -> i);
          Tensor k = random(2, 1, length, 2, dim);
          Tensor v = random(3, 1, length, 2, dim);
          ops.cacheAppend(k, slots, positions, kCache);
          ops.cacheAppend(v, slots, positions, vCache);
          Tensor q = random(1, 1, length, 4, dim);
          Tensor o = Tensor.zeros(length, 4, dim);
          Tensor lse = Tensor.zeros(length, 4);
          Attention in = new Attention(q, k, v, Packing.ofLengths(length), 0.5f);
          ops.attentionForward(in, new Attention.Output(o, lse));
          Tensor decoded = Tensor.zeros(length, 4, dim);
          int[] lengths = new int[length];
          java.util.Arrays.setAll(lengths, i -> i + 1);
          ops.attentionDecode(q, kCache, vCache, slots, lengths, 0.5f, decoded);
          assertClose("decoded", decoded.data(), o.data(), 1e-5);
          return List.of(kCache.data(), vCache.data(), decoded.data());
        });
  }

  @Test
  void adamW() {
    compare(
        1e-6,
        ops -> {
          Tensor w = random(1, 1, 333);
          Tensor m = Tensor.zeros(333);
          Tensor v = Tensor.zeros(333);
          for (int step = 1; step <= 5; step++) {
            Tensor g = random(10 + step, 3, 333);
            ops.adamW(w, g, m, v, new AdamWStep(1e-2f, 0.9f, 0.95f, 1e-8f, 0.1f, step, 0.5f));
          }
          return List.of(w.data(), m.data(), v.data());
        });
  }

  @Test
  void shapesThatDoNotFitAreNamed() {
    run(ops -> {
      BiConsumer<String, Runnable> refused =
          (words, call) ->
              assertThatThrownBy(call::run)
                  .isInstanceOf(IllegalArgumentException.class)
                  .hasMessageContaining(words);
      Tensor a = Tensor.zeros(2, 3);
      Tensor b = Tensor.zeros(4, 5);
      refused.accept("matmulNT", () -> ops.matmulNT(a, b, a, false));
      refused.accept("found, in this order, [2, 3], [4, 5]", () -> ops.add(a, b));
      refused.accept(
          "id 7 at 1, expected 0 to 3",
          () -> ops.embeddingForward(new int[] {0, 7}, b, Tensor.zeros(2, 5)));
      return List.of();
    });
  }

  @Test
  void rowsAreCopied() {
    compare(
        0,
        ops -> {
          Tensor x = random(1, 1, 40, 7);
          Tensor y = random(2, 1, 50, 7);
          ops.copyRows(x, 3, y, 44, 6);
          ops.copyRows(x, 0, y, 0, 0);
          ops.blockEnd();
          Tensor none = Tensor.zeros(0, 7);
          ops.copyRows(none, 0, y, 0, 0);
          ops.add(x, x);
          return List.of(x.data(), y.data());
        });
  }
}
