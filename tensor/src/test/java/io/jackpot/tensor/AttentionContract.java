package io.jackpot.tensor;

import static io.jackpot.tensor.Fixtures.assertClose;
import static io.jackpot.tensor.Fixtures.random;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The contract of attention, over packed sequences and against a KV cache. */
interface AttentionContract extends OpsContract {
  @ParameterizedTest
  @ValueSource(ints = {2, 8, 16, 24, 32, 64, 66, 96, 128, 256})
  default void attentionForward(int headDim) {
    Packing packing = Packing.ofLengths(1, 37, 4, 0, 18, 16);
    compare(2e-5, ops -> attention(ops, packing, 6, 3, headDim, 2, 0.3f).subList(0, 2));
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 8, 16, 24, 32, 64, 66, 96, 128, 256})
  default void attentionBackward(int headDim) {
    Packing packing = Packing.ofLengths(1, 37, 4, 0, 18, 16);
    compare(2e-5, ops -> attention(ops, packing, 6, 3, headDim, 2, 0.3f).subList(2, 5));
  }

  /**
   * Sequences that end inside, at and beyond a block of 64, empty ones among them and one much
   * longer than the others, with one, two and eight query heads on a key head.
   */
  @ParameterizedTest
  @CsvSource({"4, 4, 16", "6, 3, 10", "8, 1, 64", "9, 1, 6"})
  default void attentionOverManyLengths(int heads, int kvHeads, int dim) {
    Packing packing = Packing.ofLengths(0, 1, 33, 130, 0, 0, 300, 1, 1, 64, 63, 5, 0);
    compare(2e-5, ops -> attention(ops, packing, heads, kvHeads, dim, 2, 0.3f));
  }

  @Test
  default void attentionOfNothing() {
    compare(0, ops -> attention(ops, Packing.ofLengths(0, 0), 4, 2, 8, 1, 1));
    compare(2e-5, ops -> attention(ops, Packing.ofLengths(1), 4, 2, 8, 1, 1));
  }

  @Test
  default void attentionOfOneLongSequence() {
    compare(2e-5, ops -> attention(ops, Packing.ofLengths(3, 777, 2), 2, 1, 8, 1, 0.5f));
  }

  /** Products q·k of up to some 10⁴, whole numbers so that no order of the sum rounds them. */
  @Test
  default void attentionThatIsNearlyOneHot() {
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
  default void attentionGivesTheSameBitsTwice() {
    Packing packing = Packing.ofLengths(33, 0, 130, 300);
    List<float[]> first = run(ops -> attention(ops, packing, 6, 3, 24, 2, 0.3f));
    List<float[]> second = run(ops -> attention(ops, packing, 6, 3, 24, 2, 0.3f));
    assertThat(second).hasSameSizeAs(first);
    for (int i = 0; i < first.size(); i++) {
      assertThat(second.get(i)).as("output " + i).isEqualTo(first.get(i));
    }
  }

  /** Places out of order; all others stay. */
  @ParameterizedTest
  @ValueSource(ints = {2, 16, 24, 64})
  default void cacheAppend(int headDim) {
    compare(
        0,
        ops -> {
          Tensor cache = random(1, 1, 3, 2, 9, headDim);
          Tensor x = random(2, 1, 4, 2, headDim);
          ops.cacheAppend(x, new int[] {2, 0, 2, 1}, new int[] {8, 0, 3, 5}, cache);
          return List.of(cache.data());
        });
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
  default void attentionDecode(int heads, int kvHeads, int dim) {
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
                Arrays.fill(
                    cache.data(), (at + lengths[i]) * dim, (at + capacity) * dim, Float.NaN);
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
  default void attentionDecodeIsTheLastRowOfAttention(int dim) {
    compare(
        1e-5,
        ops -> {
          int capacity = 40;
          Tensor kCache = Tensor.zeros(3, 2, capacity, dim);
          Tensor vCache = Tensor.zeros(3, 2, capacity, dim);
          int length = 37;
          int[] slots = new int[length];
          int[] positions = new int[length];
          Arrays.fill(slots, 2);
          Arrays.setAll(positions, i -> i);
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
          Arrays.setAll(lengths, i -> i + 1);
          ops.attentionDecode(q, kCache, vCache, slots, lengths, 0.5f, decoded);
          assertClose("decoded", decoded.data(), o.data(), 1e-5);
          return List.of(kCache.data(), vCache.data(), decoded.data());
        });
  }
}
