package io.jackpot.tensor;

import static io.jackpot.tensor.VectorMath.LANES;
import static io.jackpot.tensor.VectorMath.SPECIES;

import jdk.incubator.vector.VectorMask;

/**
 * Temperature-scaled logits of one chunk of rows, {@code [count, vocabulary]}, of two heads at the
 * same time: never more than one chunk a head is in memory. How rows are chunked depends on the
 * vocabulary alone.
 */
final class VectorLogits {
  /** Logits of one chunk: 32 MiB of them, or one row. */
  private static final int CHUNK = 1 << 23;

  private final Workers workers;
  private final Gemm gemm;
  private final PackedGemm packedGemm;
  private float[] first = {};
  private float[] second = {};

  VectorLogits(Workers workers, Gemm gemm, PackedGemm packedGemm) {
    this.workers = workers;
    this.gemm = gemm;
    this.packedGemm = packedGemm;
  }

  /** The work on rows {@code from ≤ n < from + count}. */
  interface Chunk {
    void run(int from, int count);
  }

  static void chunks(int tokens, int vocabulary, Chunk body) {
    int rows = Math.max(1, CHUNK / vocabulary);
    for (int from = 0; from < tokens; from += rows) {
      body.run(from, Math.min(rows, tokens - from));
    }
  }

  /** Logits of rows {@code from …}; the array is used again for the next chunk. */
  float[] of(Head head, int from, int count) {
    first = atLeast(first, count * head.vocabulary());
    multiply(head, from, count, first);
    return first;
  }

  /** As {@link #of(Head, int, int)}, in an array of its own, of a second head. */
  float[] ofOther(Head head, int from, int count) {
    second = atLeast(second, count * head.vocabulary());
    multiply(head, from, count, second);
    return second;
  }

  float[] of(PackedHead head, int from, int count) {
    first = atLeast(first, count * head.vocabulary());
    int at = from * head.hidden().cols();
    packedGemm.multiply(head.hidden().data(), at, count, head.weight(), first, 0);
    temper(first, count, head.vocabulary(), head.temperature());
    return first;
  }

  private void multiply(Head head, int from, int count, float[] y) {
    int vocabulary = head.vocabulary();
    int dim = head.hidden().cols();
    float[] weight = head.weight().data();
    gemm.nt(head.hidden().data(), from * dim, weight, 0, y, 0, count, vocabulary, dim, false);
    temper(y, count, vocabulary, head.temperature());
  }

  private static float[] atLeast(float[] buffer, int size) {
    return buffer.length < size ? new float[size] : buffer;
  }

  private void temper(float[] y, int count, int vocabulary, float temperature) {
    if (temperature != 1) {
      workers.eachRow(
          count,
          VectorHead.ROW_COST * vocabulary,
          row -> {
            int at = row * vocabulary;
            for (int x = 0; x < vocabulary; x += LANES) {
              VectorMask<Float> lanes = SPECIES.indexInRange(x, vocabulary);
              VectorMath.load(y, at + x, lanes).div(temperature).intoArray(y, at + x, lanes);
            }
          });
    }
  }
}
