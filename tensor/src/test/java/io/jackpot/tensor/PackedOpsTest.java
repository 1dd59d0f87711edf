package io.jackpot.tensor;

import static io.jackpot.tensor.Fixtures.assertClose;
import static io.jackpot.tensor.Fixtures.random;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.util.Arrays;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Weights and KV caches in fewer bits: the vector code against the oracle. */
class PackedOpsTest {
  private final ScalarOps oracle = new ScalarOps();

  @BeforeAll
  static void onlyWhereTheVectorApiIsUsed() {
    assumeThat(OpsLookup.refusal()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(WeightType.class)
  void pack(WeightType type) {
    try (VectorOps ops = new VectorOps(2)) {
      for (int[] shape : new int[][] {{1, 1}, {33, 17}, {64, 100}, {70, 5}, {95, 48}}) {
        Tensor w = random(1, 3, shape);
        PackedMatrix expected = oracle.pack(w, type);
        PackedMatrix packed = ops.pack(w, type);
        for (int row = 0; row < w.rows(); row++) {
          for (int col = 0; col < w.cols(); col++) {
            assertThat(packed.get(row, col)).isEqualTo(expected.get(row, col));
          }
        }
      }
    }
  }

  /** Sums of one piece and of several, edges of tiles, all heights. */
  @ParameterizedTest
  @EnumSource(WeightType.class)
  void matmulPacked(WeightType type) {
    try (VectorOps ops = new VectorOps(2)) {
      for (int[] shape : new int[][] {{1, 1}, {33, 17}, {64, 600}, {70, 257}, {32, 1030}}) {
        Tensor w = random(1, 1, shape);
        PackedMatrix expected = oracle.pack(w, type);
        PackedMatrix packed = ops.pack(w, type);
        for (int rows : new int[] {0, 1, 2, 4, 5, 8, 9, 12, 13, 30, 400}) {
          Tensor x = random(rows, 1, rows, shape[1]);
          Tensor y = Tensor.zeros(rows, shape[0]);
          Tensor z = Tensor.zeros(rows, shape[0]);
          Arrays.fill(y.data(), Float.NaN);
          ops.matmulPacked(x, packed, y);
          oracle.matmulPacked(x, expected, z);
          assertClose(rows + " rows", y.data(), z.data(), 1e-5);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(WeightType.class)
  void matmulPackedOfARowDoesNotDependOnTheOthersOrOnThreads(WeightType type) {
    int n = 100;
    int k = 700;
    Tensor w = random(1, 1, n, k);
    Tensor x = random(2, 1, 500, k);
    float[] all;
    try (VectorOps ops = new VectorOps(3)) {
      all = product(ops, x, ops.pack(w, type), n);
      if (type == WeightType.F32) {
        Tensor y = Tensor.zeros(500, n);
        ops.matmulNT(x, w, y, false);
        assertThat(all).isEqualTo(y.data());
      }
    }
    try (VectorOps ops = new VectorOps(1)) {
      PackedMatrix packed = ops.pack(w, type);
      for (int rows : new int[] {1, 2, 3, 5, 8, 11, 12, 25, 390}) {
        int from = 500 - rows;
        float[] part = Arrays.copyOfRange(x.data(), from * k, 500 * k);
        assertThat(product(ops, Tensor.of(part, rows, k), packed, n))
            .isEqualTo(Arrays.copyOfRange(all, from * n, 500 * n));
      }
    }
  }

  private static float[] product(PackedOps ops, Tensor x, PackedMatrix w, int n) {
    Tensor y = Tensor.zeros(x.rows(), n);
    ops.matmulPacked(x, w, y);
    return y.data();
  }

  @ParameterizedTest
  @EnumSource(WeightType.class)
  void packIsNearTheWeights(WeightType type) {
    Tensor w = random(1, 1, 40, 60);
    w.data()[7] = 1000; // another row's scale must not feel it
    PackedMatrix packed = oracle.pack(w, type);
    for (int row = 0; row < 40; row++) {
      float largest = 0;
      for (int col = 0; col < 60; col++) {
        largest = Math.max(largest, Math.abs(w.data()[row * 60 + col]));
      }
      for (int col = 0; col < 60; col++) {
        float x = w.data()[row * 60 + col];
        float error = Math.abs(packed.get(row, col) - x);
        switch (type) {
          case F32 -> assertThat(error).isZero();
          case BF16 -> assertThat(error).isLessThanOrEqualTo(Math.abs(x) * 0x1p-8f);
          case INT8 -> assertThat(error).isLessThanOrEqualTo(largest / 127 * 0.50001f);
        }
      }
    }
    long bytes = packed.storedBytes();
    assertThat(bytes).isBetween(2400L * type.bytes(), 2400L * type.bytes() + 40 * 4 + 8);
  }

  @ParameterizedTest
  @EnumSource(WeightType.class)
  void embeddingPacked(WeightType type) {
    try (VectorOps ops = new VectorOps(2)) {
      Tensor table = random(1, 1, 77, 24);
      int[] ids = {0, 76, 31, 32, 76};
      Tensor y = Tensor.zeros(5, 24);
      Tensor z = Tensor.zeros(5, 24);
      ops.embeddingPacked(ids, ops.pack(table, type), y);
      oracle.embeddingPacked(ids, oracle.pack(table, type), z);
      assertThat(y.data()).isEqualTo(z.data());
    }
  }

  @ParameterizedTest
  @EnumSource(WeightType.class)
  void headSample(WeightType type) {
    try (VectorOps ops = new VectorOps(2)) {
      Tensor weight = random(1, 1, 77, 24);
      Tensor hidden = random(2, 1, 50, 24);
      double[] uniforms = new double[50];
      Arrays.setAll(uniforms, i -> i == 0 ? -1 : Threefry.uniform(3, i, 0));
      HeadStatistics found = HeadStatistics.allocate(50, 6);
      HeadStatistics right = HeadStatistics.allocate(50, 6);
      ops.headSample(new PackedHead(hidden, ops.pack(weight, type), 0.7f), uniforms, found);
      oracle.headSample(new PackedHead(hidden, oracle.pack(weight, type), 0.7f), uniforms, right);
      assertThat(found.action()).isEqualTo(right.action());
      assertThat(found.topIds()).isEqualTo(right.topIds());
      assertClose("logProb", found.logProb(), right.logProb(), 1e-5);
      assertClose("entropy", found.entropy(), right.entropy(), 1e-5);
      assertClose("top", found.topLogProbs(), right.topLogProbs(), 1e-5);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "FP8, 16",
    "FP8, 24",
    "FP8, 64",
    "FP8, 6",
    "INT8, 16",
    "INT8, 24",
    "INT8, 64",
    "INT8, 6"
  })
  void attentionDecode(CacheType type, int dim) {
    int length = 90;
    int[] slots = new int[length];
    Arrays.fill(slots, 2);
    int[] positions = new int[length];
    Arrays.setAll(positions, i -> i);
    int[] lengths = {1, 2, 31, 32, 33, 64, 90};
    int[] rowSlots = {2, 2, 2, 2, 2, 2, 2};
    Tensor k = random(1, 2, length, 2, dim);
    Tensor v = random(2, 5, length, 2, dim);
    Arrays.fill(v.data(), 0, dim, 0); // a vector of zeros has no scale
    Tensor q = random(3, 1, lengths.length, 6, dim);
    float[] expected = decode(oracle, type, k, v, slots, positions, q, rowSlots, lengths);
    for (int threads : new int[] {1, 3}) {
      try (VectorOps ops = new VectorOps(threads)) {
        float[] found = decode(ops, type, k, v, slots, positions, q, rowSlots, lengths);
        assertClose("o", found, expected, 2e-5);
        for (int i = 0; i < lengths.length; i++) {
          int from = i * 6 * dim;
          float[] row = Arrays.copyOfRange(q.data(), from, from + 6 * dim);
          int[] one = {lengths[i]};
          float[] alone =
              decode(ops, type, k, v, slots, positions, Tensor.of(row, 1, 6, dim), rowSlots, one);
          assertThat(alone).isEqualTo(Arrays.copyOfRange(found, from, from + 6 * dim));
        }
      }
    }
  }

  private static float[] decode(
      PackedOps ops,
      CacheType type,
      Tensor k,
      Tensor v,
      int[] slots,
      int[] positions,
      Tensor q,
      int[] rowSlots,
      int[] lengths) {
    int dim = q.dim(2);
    QuantizedCache keys = new QuantizedCache(type, 3, 2, 100, dim);
    QuantizedCache values = new QuantizedCache(type, 3, 2, 100, dim);
    ops.cacheAppend(k, slots, positions, keys);
    ops.cacheAppend(v, slots, positions, values);
    Tensor o = Tensor.zeros(q.dim(0), 6, dim);
    ops.attentionDecode(q, keys, values, rowSlots, lengths, 0.3f, o);
    return o.data();
  }

  @ParameterizedTest
  @EnumSource(value = CacheType.class, names = "F32", mode = EnumSource.Mode.EXCLUDE)
  void cacheAppendIsNearTheKeys(CacheType type) {
    Tensor x = random(1, 1, 5, 2, 32);
    for (int i = 0; i < 32; i++) {
      x.data()[i] *= 1e5f;
      x.data()[64 + i] *= 1e-5f;
    }
    QuantizedCache cache = new QuantizedCache(type, 1, 2, 5, 32);
    oracle.cacheAppend(x, new int[5], new int[] {4, 3, 2, 1, 0}, cache);
    for (int row = 0; row < 5; row++) {
      for (int head = 0; head < 2; head++) {
        int at = (row * 2 + head) * 32;
        float largest = 0;
        for (int d = 0; d < 32; d++) {
          largest = Math.max(largest, Math.abs(x.data()[at + d]));
        }
        for (int d = 0; d < 32; d++) {
          float wanted = x.data()[at + d];
          float error = Math.abs(cache.get(0, head, 4 - row, d) - wanted);
          float bound =
              type == CacheType.INT8
                  ? largest / 127 * 0.50001f
                  : Math.max(Math.abs(wanted) * 0.06251f, largest / 448 * 0x1p-10f * 1.0001f);
          assertThat(error).isLessThanOrEqualTo(bound);
        }
      }
    }
  }

  @Test
  void notANumberStaysOne() {
    Tensor x = random(1, 1, 1, 1, 16);
    x.data()[3] = Float.NaN;
    try (VectorOps ops = new VectorOps(1)) {
      for (CacheType type : new CacheType[] {CacheType.FP8, CacheType.INT8}) {
        QuantizedCache cache = new QuantizedCache(type, 1, 1, 1, 16);
        ops.cacheAppend(x, new int[1], new int[1], cache);
        Tensor o = Tensor.zeros(1, 1, 16);
        ops.attentionDecode(random(2, 1, 1, 1, 16), cache, cache, new int[1], new int[] {1}, 1, o);
        assertThat(o.data()).containsOnly(Float.NaN);
      }
      Tensor w = random(1, 1, 2, 16);
      w.data()[3] = Float.NaN;
      for (WeightType type : WeightType.values()) {
        float[] y = product(ops, random(2, 1, 1, 16), ops.pack(w, type), 2);
        assertThat(y[0]).isNaN();
        assertThat(y[1]).isFinite();
      }
    }
  }

  @Test
  void shapesThatDoNotFitAreNamed() {
    try (VectorOps ops = new VectorOps(1)) {
      PackedMatrix w = ops.pack(Tensor.zeros(3, 4), WeightType.INT8);
      assertThatThrownBy(() -> ops.matmulPacked(Tensor.zeros(2, 5), w, Tensor.zeros(2, 3)))
          .hasMessageContaining("[2, 5], [3, 4], [2, 3]");
      assertThatThrownBy(() -> ops.embeddingPacked(new int[] {3}, w, Tensor.zeros(1, 4)))
          .hasMessageContaining("id 3");
      assertThatThrownBy(() -> new QuantizedCache(CacheType.FP8, 1 << 20, 8, 1 << 10, 64))
          .hasMessageContaining("fewer slots");
    }
  }
}
