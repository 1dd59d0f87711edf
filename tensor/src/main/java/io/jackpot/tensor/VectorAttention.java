package io.jackpot.tensor;

import static io.jackpot.tensor.VectorMath.LANES;
import static io.jackpot.tensor.VectorMath.SPECIES;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * Causal attention of one head of one packed sequence, eight query rows at a time. Keys and values
 * are copied once to dense buffers with padded rows, and transposed where scores are wanted, so
 * that the inner loops run over whole vectors and never reduce lanes. Only the scores of the eight
 * rows exist at a time; the backward computes them again from the log-sum-exp.
 */
interface VectorAttention extends Ops, PackedOps, VectorLoops {
  /** Query rows worked on together. */
  int ROWS = 8;

  @Override
  default void attentionForward(Attention in, Attention.Output out) {
    Checks.attentionForward(in, out);
    int heads = in.heads();
    eachTask(
        in.packing().sequences() * heads, task -> forward(in, out, task / heads, task % heads));
  }

  private static void forward(Attention in, Attention.Output out, int sequence, int head) {
    int heads = in.heads();
    int kvHeads = in.kvHeads();
    int dim = in.headDim();
    int kvHead = head / in.group();
    Packing packing = in.packing();
    int start = packing.start(sequence);
    int length = packing.length(sequence);
    int keys = VectorMath.padded(length);
    int width = VectorMath.padded(dim);
    int kvAt = (start * kvHeads + kvHead) * dim;
    int qStride = heads * dim;
    float[] keysT = Scratch.floats(0, dim * keys);
    float[] values = Scratch.floats(1, length * width);
    float[] queries = Scratch.floats(2, ROWS * width);
    float[] probabilities = Scratch.floats(3, ROWS * keys);
    float[] rows = Scratch.floats(4, ROWS * width);
    transpose(in.k().data(), kvAt, kvHeads * dim, length, dim, keysT, keys);
    rows(in.v().data(), kvAt, kvHeads * dim, length, length, dim, values, width, 1);
    for (int t = 0; t < length; t += ROWS) {
      int count = Math.min(ROWS, length - t);
      int last = t + count;
      int qAt = (start + t) * qStride + head * dim;
      rows(in.q().data(), qAt, qStride, count, ROWS, dim, queries, width, in.scale());
      scores(queries, width, keysT, keys, dim, last, probabilities);
      for (int row = 0; row < count; row++) {
        float lse = softmax(probabilities, row * keys, t + row + 1, VectorMath.padded(last));
        out.logSumExp().data()[(start + t + row) * heads + head] = lse;
      }
      combine(probabilities, keys, values, width, last, rows);
      unpack(rows, width, count, dim, out.o().data(), qAt, qStride, 1);
    }
  }

  @Override
  default void attentionBackward(
      Attention in, Attention.Output out, Tensor dO, Attention.Gradients gradients) {
    Checks.attentionBackward(in, out, dO, gradients);
    int kvHeads = in.kvHeads();
    eachTask(
        in.packing().sequences() * kvHeads,
        task -> backward(in, out, dO, gradients, task / kvHeads, task % kvHeads));
  }

  private static void backward(
      Attention in,
      Attention.Output out,
      Tensor dO,
      Attention.Gradients gradients,
      int sequence,
      int kvHead) {
    float[] q = in.q().data();
    float[] k = in.k().data();
    float[] v = in.v().data();
    int heads = in.heads();
    int kvHeads = in.kvHeads();
    int group = in.group();
    int dim = in.headDim();
    Packing packing = in.packing();
    int start = packing.start(sequence);
    int length = packing.length(sequence);
    int keys = VectorMath.padded(length);
    int width = VectorMath.padded(dim);
    int kvAt = (start * kvHeads + kvHead) * dim;
    int kvStride = kvHeads * dim;
    int qStride = heads * dim;
    float[] keysT = Scratch.floats(0, dim * keys);
    float[] valuesT = Scratch.floats(1, dim * keys);
    float[] keyRows = Scratch.floats(2, length * width);
    float[] queries = Scratch.floats(3, ROWS * width);
    float[] dRows = Scratch.floats(4, ROWS * width);
    float[] probabilities = Scratch.floats(5, ROWS * keys);
    float[] dScores = Scratch.floats(6, ROWS * keys);
    float[] dQueries = Scratch.floats(7, ROWS * width);
    float[] dKeys = Scratch.floats(8, length * width);
    float[] dValues = Scratch.floats(9, length * width);
    transpose(k, kvAt, kvStride, length, dim, keysT, keys);
    transpose(v, kvAt, kvStride, length, dim, valuesT, keys);
    rows(k, kvAt, kvStride, length, length, dim, keyRows, width, 1);
    Arrays.fill(dKeys, 0, length * width, 0);
    Arrays.fill(dValues, 0, length * width, 0);
    for (int head = kvHead * group; head < (kvHead + 1) * group; head++) {
      for (int t = 0; t < length; t += ROWS) {
        int count = Math.min(ROWS, length - t);
        int last = t + count;
        int qAt = (start + t) * qStride + head * dim;
        rows(q, qAt, qStride, count, ROWS, dim, queries, width, in.scale());
        rows(dO.data(), qAt, qStride, count, ROWS, dim, dRows, width, 1);
        scores(queries, width, keysT, keys, dim, last, probabilities);
        scores(dRows, width, valuesT, keys, dim, last, dScores);
        for (int row = 0; row < ROWS; row++) {
          int limit = row < count ? t + row + 1 : 0;
          int rowAt = qAt + row * qStride;
          float lse = limit == 0 ? 0 : out.logSumExp().data()[(start + t + row) * heads + head];
          float mean =
              limit == 0 ? 0 : VectorMath.dot(dO.data(), rowAt, out.o().data(), rowAt, dim);
          scoreGradient(probabilities, dScores, row * keys, limit, last, lse, mean);
        }
        accumulate(probabilities, keys, dRows, width, last, dValues);
        accumulate(dScores, keys, queries, width, last, dKeys);
        combine(dScores, keys, keyRows, width, last, dQueries);
        unpack(dQueries, width, count, dim, gradients.dQ().data(), qAt, qStride, in.scale());
      }
    }
    unpack(dKeys, width, length, dim, gradients.dK().data(), kvAt, kvStride, 1);
    unpack(dValues, width, length, dim, gradients.dV().data(), kvAt, kvStride, 1);
  }

  @Override
  default void cacheAppend(Tensor x, int[] slots, int[] positions, Tensor cache) {
    Checks.cacheAppend(x, slots, positions, cache);
    int kvHeads = x.dim(1);
    int dim = x.dim(2);
    int capacity = cache.dim(2);
    eachRow(
        x.dim(0),
        kvHeads * dim,
        row -> {
          for (int h = 0; h < kvHeads; h++) {
            int to = ((slots[row] * kvHeads + h) * capacity + positions[row]) * dim;
            System.arraycopy(x.data(), (row * kvHeads + h) * dim, cache.data(), to, dim);
          }
        });
  }

  @Override
  default void attentionDecode(
      Tensor q, Tensor kCache, Tensor vCache, int[] slots, int[] lengths, float scale, Tensor o) {
    Checks.attentionDecode(q, kCache, vCache, slots, lengths, o);
    int heads = q.dim(1);
    int longest = 1;
    for (int i = 0; i < q.dim(0); i++) {
      longest = Math.max(longest, lengths[i]);
    }
    eachRow(
        q.dim(0) * heads,
        longest * q.dim(2),
        task -> {
          int row = task / heads;
          decode(q, kCache, vCache, slots[row], lengths[row], scale, o, row, task % heads);
        });
  }

  /** One query row against the first {@code length} rows of a cache. */
  private static void decode(
      Tensor q,
      Tensor kCache,
      Tensor vCache,
      int slot,
      int length,
      float scale,
      Tensor o,
      int row,
      int head) {
    int heads = q.dim(1);
    int kvHeads = kCache.dim(1);
    int capacity = kCache.dim(2);
    int dim = q.dim(2);
    int kvAt = (slot * kvHeads + head / (heads / kvHeads)) * capacity * dim;
    int qAt = (row * heads + head) * dim;
    int padded = VectorMath.padded(length);
    float[] scores = Scratch.floats(0, padded);
    for (int j = 0; j < length; j++) {
      scores[j] = scale * VectorMath.dot(q.data(), qAt, kCache.data(), kvAt + j * dim, dim);
    }
    softmax(scores, 0, length, padded);
    int whole = VectorMath.whole(dim);
    for (int c = 0; c < whole; c += LANES) {
      FloatVector sum = FloatVector.zero(SPECIES);
      for (int j = 0; j < length; j++) {
        FloatVector values = VectorMath.load(vCache.data(), kvAt + j * dim + c);
        sum = values.fma(FloatVector.broadcast(SPECIES, scores[j]), sum);
      }
      sum.intoArray(o.data(), qAt + c);
    }
    if (whole < dim) {
      VectorMask<Float> tail = VectorMath.tail(dim - whole);
      FloatVector sum = FloatVector.zero(SPECIES);
      for (int j = 0; j < length; j++) {
        FloatVector values = VectorMath.load(vCache.data(), kvAt + j * dim + whole, tail);
        sum = values.fma(FloatVector.broadcast(SPECIES, scores[j]), sum);
      }
      sum.intoArray(o.data(), qAt + whole, tail);
    }
  }

  @Override
  default void cacheAppend(Tensor x, int[] slots, int[] positions, QuantizedCache cache) {
    Checks.cacheAppend(x, slots, positions, cache.shape());
    int kvHeads = x.dim(1);
    int dim = x.dim(2);
    eachRow(
        x.dim(0),
        kvHeads * dim,
        row -> {
          for (int h = 0; h < kvHeads; h++) {
            int vector = cache.vector(slots[row], h, positions[row]);
            cache.encode(x.data(), (row * kvHeads + h) * dim, vector);
          }
        });
  }

  @Override
  default void attentionDecode(
      Tensor q,
      QuantizedCache kCache,
      QuantizedCache vCache,
      int[] slots,
      int[] lengths,
      float scale,
      Tensor o) {
    Checks.attentionDecode(q, kCache.shape(), vCache.shape(), slots, lengths, o);
    int kvHeads = kCache.dim(1);
    int longest = Arrays.stream(lengths, 0, q.dim(0)).max().orElse(1);
    eachRow(
        q.dim(0) * kvHeads,
        longest * q.dim(2) * (q.dim(1) / kvHeads),
        task -> {
          int row = task / kvHeads;
          VectorQuantizedAttention.decode(
              q, kCache, vCache, slots[row], lengths[row], scale, o, row, task % kvHeads);
        });
  }

  /** {@code y[d][j] = x[j][d]} for j below {@code count}; the rest of a row is undefined. */
  private static void transpose(
      float[] x, int at, int stride, int count, int dim, float[] y, int yStride) {
    new GemmFactor(x, at, stride, true).pack(0, count, 0, dim, yStride, y, 0);
  }

  /** {@code count} rows scaled into padded ones; padding and rows up to {@code all} are zero. */
  private static void rows(
      float[] x, int at, int stride, int count, int all, int dim, float[] y, int width, float by) {
    int whole = VectorMath.whole(dim);
    VectorMask<Float> tail = VectorMath.tail(dim - whole);
    for (int row = 0; row < count; row++) {
      int from = at + row * stride;
      for (int c = 0; c < whole; c += LANES) {
        VectorMath.load(x, from + c).mul(by).intoArray(y, row * width + c);
      }
      if (whole < dim) {
        VectorMath.load(x, from + whole, tail).mul(by).intoArray(y, row * width + whole);
      }
    }
    Arrays.fill(y, count * width, all * width, 0);
  }

  private static void unpack(
      float[] x, int width, int count, int dim, float[] y, int at, int stride, float by) {
    int whole = VectorMath.whole(dim);
    VectorMask<Float> tail = VectorMath.tail(dim - whole);
    for (int row = 0; row < count; row++) {
      int to = at + row * stride;
      for (int c = 0; c < whole; c += LANES) {
        VectorMath.load(x, row * width + c).mul(by).intoArray(y, to + c);
      }
      if (whole < dim) {
        VectorMath.load(x, row * width + whole).mul(by).intoArray(y, to + whole, tail);
      }
    }
  }

  /** {@code y[row][j] = Σ_d x[row][d]·columns[d][j]} for the keys j below {@code last}. */
  private static void scores(
      float[] x, int width, float[] columns, int keys, int dim, int last, float[] y) {
    for (int j = 0; j < last; j += LANES) {
      FloatVector s0 = FloatVector.zero(SPECIES);
      FloatVector s1 = s0;
      FloatVector s2 = s0;
      FloatVector s3 = s0;
      FloatVector s4 = s0;
      FloatVector s5 = s0;
      FloatVector s6 = s0;
      FloatVector s7 = s0;
      for (int d = 0; d < dim; d++) {
        FloatVector column = FloatVector.fromArray(SPECIES, columns, d * keys + j);
        s0 = column.fma(FloatVector.broadcast(SPECIES, x[d]), s0);
        s1 = column.fma(FloatVector.broadcast(SPECIES, x[width + d]), s1);
        s2 = column.fma(FloatVector.broadcast(SPECIES, x[2 * width + d]), s2);
        s3 = column.fma(FloatVector.broadcast(SPECIES, x[3 * width + d]), s3);
        s4 = column.fma(FloatVector.broadcast(SPECIES, x[4 * width + d]), s4);
        s5 = column.fma(FloatVector.broadcast(SPECIES, x[5 * width + d]), s5);
        s6 = column.fma(FloatVector.broadcast(SPECIES, x[6 * width + d]), s6);
        s7 = column.fma(FloatVector.broadcast(SPECIES, x[7 * width + d]), s7);
      }
      s0.intoArray(y, j);
      s1.intoArray(y, keys + j);
      s2.intoArray(y, 2 * keys + j);
      s3.intoArray(y, 3 * keys + j);
      s4.intoArray(y, 4 * keys + j);
      s5.intoArray(y, 5 * keys + j);
      s6.intoArray(y, 6 * keys + j);
      s7.intoArray(y, 7 * keys + j);
    }
  }

  /** {@code y[row] = Σ_j weights[row][j]·x[j]}. */
  private static void combine(
      float[] weights, int keys, float[] x, int width, int last, float[] y) {
    for (int c = 0; c < width; c += LANES) {
      FloatVector s0 = FloatVector.zero(SPECIES);
      FloatVector s1 = s0;
      FloatVector s2 = s0;
      FloatVector s3 = s0;
      FloatVector s4 = s0;
      FloatVector s5 = s0;
      FloatVector s6 = s0;
      FloatVector s7 = s0;
      for (int j = 0; j < last; j++) {
        FloatVector row = FloatVector.fromArray(SPECIES, x, j * width + c);
        s0 = row.fma(FloatVector.broadcast(SPECIES, weights[j]), s0);
        s1 = row.fma(FloatVector.broadcast(SPECIES, weights[keys + j]), s1);
        s2 = row.fma(FloatVector.broadcast(SPECIES, weights[2 * keys + j]), s2);
        s3 = row.fma(FloatVector.broadcast(SPECIES, weights[3 * keys + j]), s3);
        s4 = row.fma(FloatVector.broadcast(SPECIES, weights[4 * keys + j]), s4);
        s5 = row.fma(FloatVector.broadcast(SPECIES, weights[5 * keys + j]), s5);
        s6 = row.fma(FloatVector.broadcast(SPECIES, weights[6 * keys + j]), s6);
        s7 = row.fma(FloatVector.broadcast(SPECIES, weights[7 * keys + j]), s7);
      }
      s0.intoArray(y, c);
      s1.intoArray(y, width + c);
      s2.intoArray(y, 2 * width + c);
      s3.intoArray(y, 3 * width + c);
      s4.intoArray(y, 4 * width + c);
      s5.intoArray(y, 5 * width + c);
      s6.intoArray(y, 6 * width + c);
      s7.intoArray(y, 7 * width + c);
    }
  }

  /** {@code y[j] += Σ_row weights[row][j]·x[row]}. */
  private static void accumulate(
      float[] weights, int keys, float[] x, int width, int last, float[] y) {
    for (int c = 0; c < width; c += LANES) {
      FloatVector x0 = FloatVector.fromArray(SPECIES, x, c);
      FloatVector x1 = FloatVector.fromArray(SPECIES, x, width + c);
      FloatVector x2 = FloatVector.fromArray(SPECIES, x, 2 * width + c);
      FloatVector x3 = FloatVector.fromArray(SPECIES, x, 3 * width + c);
      FloatVector x4 = FloatVector.fromArray(SPECIES, x, 4 * width + c);
      FloatVector x5 = FloatVector.fromArray(SPECIES, x, 5 * width + c);
      FloatVector x6 = FloatVector.fromArray(SPECIES, x, 6 * width + c);
      FloatVector x7 = FloatVector.fromArray(SPECIES, x, 7 * width + c);
      for (int j = 0; j < last; j++) {
        FloatVector sum = FloatVector.fromArray(SPECIES, y, j * width + c);
        sum = x0.fma(FloatVector.broadcast(SPECIES, weights[j]), sum);
        sum = x1.fma(FloatVector.broadcast(SPECIES, weights[keys + j]), sum);
        sum = x2.fma(FloatVector.broadcast(SPECIES, weights[2 * keys + j]), sum);
        sum = x3.fma(FloatVector.broadcast(SPECIES, weights[3 * keys + j]), sum);
        sum = x4.fma(FloatVector.broadcast(SPECIES, weights[4 * keys + j]), sum);
        sum = x5.fma(FloatVector.broadcast(SPECIES, weights[5 * keys + j]), sum);
        sum = x6.fma(FloatVector.broadcast(SPECIES, weights[6 * keys + j]), sum);
        sum = x7.fma(FloatVector.broadcast(SPECIES, weights[7 * keys + j]), sum);
        sum.intoArray(y, j * width + c);
      }
    }
  }

  /**
   * In place over the first {@code limit} scores; zero from there to {@code padded}.
   *
   * @return the log-sum-exp
   */
  static float softmax(float[] scores, int at, int limit, int padded) {
    FloatVector maxima = FloatVector.broadcast(SPECIES, Float.NEGATIVE_INFINITY);
    int whole = limit & -LANES;
    for (int j = 0; j < whole; j += LANES) {
      maxima = maxima.max(FloatVector.fromArray(SPECIES, scores, at + j));
    }
    float max = maxima.reduceLanes(VectorOperators.MAX);
    for (int j = whole; j < limit; j++) {
      max = Math.max(max, scores[at + j]);
    }
    Arrays.fill(scores, at + limit, at + padded, Float.NEGATIVE_INFINITY);
    FloatVector sums = FloatVector.zero(SPECIES);
    for (int j = 0; j < padded; j += LANES) {
      FloatVector e = VectorMath.exp(FloatVector.fromArray(SPECIES, scores, at + j).sub(max));
      e.intoArray(scores, at + j);
      sums = sums.add(e);
    }
    float sum = VectorMath.sum(sums);
    for (int j = 0; j < padded; j += LANES) {
      FloatVector.fromArray(SPECIES, scores, at + j).div(sum).intoArray(scores, at + j);
    }
    return max + (float) Math.log(sum);
  }

  /**
   * Scores become probabilities and probability gradients become score gradients, in place, for the
   * first {@code limit} keys; both are zero from there to {@code last}.
   */
  private static void scoreGradient(
      float[] scores, float[] gradients, int at, int limit, int last, float lse, float mean) {
    for (int j = 0; j < limit; j += LANES) {
      FloatVector p = VectorMath.exp(FloatVector.fromArray(SPECIES, scores, at + j).sub(lse));
      p.intoArray(scores, at + j);
      FloatVector g = FloatVector.fromArray(SPECIES, gradients, at + j);
      g.sub(mean).mul(p).intoArray(gradients, at + j);
    }
    Arrays.fill(scores, at + limit, at + last, 0);
    Arrays.fill(gradients, at + limit, at + last, 0);
  }
}
