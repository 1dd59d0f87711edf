package io.jackpot.tensor;

import static io.jackpot.tensor.VectorMath.LANES;
import static io.jackpot.tensor.VectorMath.SPECIES;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * The fused LM head: a chunk of rows of {@link VectorLogits} at a time, worked on row by row while
 * it is in the cache.
 */
interface VectorHead extends Ops, PackedOps, VectorLoops {
  /** Elements that are summed in float before the sum is added to a double. */
  int BLOCK = 4096;

  /** Cost of an element relative to a simple op: it takes an exponential. */
  int ROW_COST = 2;

  Gemm gemm();

  VectorLogits logits();

  @Override
  default void headForward(Head head, int[] actions, HeadStatistics out) {
    Checks.statistics("headForward", head, out);
    Checks.actions("headForward", head, actions);
    int vocabulary = head.vocabulary();
    VectorLogits.chunks(
        head.tokens(),
        vocabulary,
        (from, count) -> {
          float[] y = logits().of(head, from, count);
          eachRow(
              count,
              ROW_COST * vocabulary,
              row -> fill(y, row * vocabulary, vocabulary, actions[from + row], from + row, out));
        });
  }

  @Override
  default void headSample(Head head, double[] uniforms, HeadStatistics out) {
    Checks.headSample(head, uniforms, out);
    VectorLogits.chunks(
        head.tokens(),
        head.vocabulary(),
        (from, count) ->
            sampleRows(
                logits().of(head, from, count), from, count, head.vocabulary(), uniforms, out));
  }

  @Override
  default void headSample(PackedHead head, double[] uniforms, HeadStatistics out) {
    Checks.headSample(head, uniforms, out);
    VectorLogits.chunks(
        head.tokens(),
        head.vocabulary(),
        (from, count) ->
            sampleRows(
                logits().of(head, from, count), from, count, head.vocabulary(), uniforms, out));
  }

  private void sampleRows(
      float[] y, int from, int count, int vocabulary, double[] uniforms, HeadStatistics out) {
    eachRow(
        count,
        ROW_COST * vocabulary,
        row -> {
          int at = row * vocabulary;
          double uniform = uniforms[from + row];
          int action =
              uniform < 0
                  ? argmax(y, at, vocabulary)
                  : inverseTransform(y, at, vocabulary, uniform);
          fill(y, at, vocabulary, action, from + row, out);
        });
  }

  @Override
  default void headGather(Head head, float[] logSumExp, int[] ids, float[] logProbs) {
    int count = Checks.headGather(head, logSumExp, ids, logProbs);
    int dim = head.hidden().cols();
    float[] hidden = head.hidden().data();
    float[] weight = head.weight().data();
    eachRow(
        head.tokens(),
        count * dim,
        n -> {
          for (int i = n * count; i < (n + 1) * count; i++) {
            logProbs[i] =
                ids[i] < 0
                    ? Float.NEGATIVE_INFINITY
                    : VectorMath.dot(hidden, n * dim, weight, ids[i] * dim, dim)
                            / head.temperature()
                        - logSumExp[n];
          }
        });
  }

  @Override
  default void headCompare(
      Head p, float[] pLogSumExp, Head q, float[] qLogSumExp, float lambda, HeadComparison out) {
    Checks.headCompare(p, pLogSumExp, q, qLogSumExp, lambda, out);
    int vocabulary = p.vocabulary();
    VectorLogits.chunks(
        p.tokens(),
        vocabulary,
        (from, count) -> {
          float[] y = logits().of(p, from, count);
          float[] z = logits().ofOther(q, from, count);
          eachRow(
              count,
              ROW_COST * vocabulary,
              row -> {
                int n = from + row;
                compareRow(
                    y,
                    z,
                    row * vocabulary,
                    vocabulary,
                    pLogSumExp[n],
                    qLogSumExp[n],
                    lambda,
                    n,
                    out);
              });
        });
  }

  private static void compareRow(
      float[] y,
      float[] z,
      int at,
      int vocabulary,
      float pLse,
      float qLse,
      float lambda,
      int n,
      HeadComparison out) {
    double klPQ = 0;
    double klQP = 0;
    double overlap = 0;
    for (int block = 0; block < vocabulary; block += BLOCK) {
      FloatVector forward = FloatVector.zero(SPECIES);
      FloatVector backward = forward;
      FloatVector minima = forward;
      int end = Math.min(vocabulary, block + BLOCK);
      for (int x = block; x < end; x += LANES) {
        FloatVector logP = logProbs(y, at + x, end - x, pLse);
        FloatVector logQ = logProbs(z, at + x, end - x, qLse);
        FloatVector p = VectorMath.exp(logP);
        FloatVector q = VectorMath.exp(logQ);
        FloatVector ratio = difference(logP, logQ);
        forward = p.fma(ratio, forward);
        backward = q.fma(ratio.neg(), backward);
        minima = minima.add(q.min(p.div(lambda)));
      }
      klPQ += VectorMath.sum(forward);
      klQP += VectorMath.sum(backward);
      overlap += VectorMath.sum(minima);
    }
    out.klPQ()[n] = (float) klPQ;
    out.klQP()[n] = (float) klQP;
    out.overlap()[n] = (float) overlap;
  }

  /** log p of one vector of a row; −∞ in lanes past its end, which exp makes 0. */
  private static FloatVector logProbs(float[] logits, int at, int left, float lse) {
    VectorMask<Float> lanes = SPECIES.indexInRange(0, left);
    return VectorMath.load(logits, at, lanes).sub(lse).blend(Float.NEGATIVE_INFINITY, lanes.not());
  }

  /** log p − log q, and 0 past the end of a row, where both are −∞. */
  private static FloatVector difference(FloatVector logP, FloatVector logQ) {
    return logP.sub(logQ).blend(0, logP.eq(Float.NEGATIVE_INFINITY));
  }

  /** Gathers at the ids of all unions at once, and sums on the calling thread. */
  @Override
  default void headOverlap(
      Head p,
      float[] pLogSumExp,
      Head q,
      float[] qLogSumExp,
      TopK topQ,
      int[] otherIds,
      double lambda,
      double[] overlap) {
    int others = Checks.headOverlap(p, pLogSumExp, q, qLogSumExp, topQ, otherIds, lambda, overlap);
    int k = topQ.k();
    int n = k + others;
    int[] union = new int[p.tokens() * n];
    int[] unrecorded = new int[union.length];
    Arrays.fill(unrecorded, -1);
    for (int token = 0; token < p.tokens(); token++) {
      System.arraycopy(topQ.ids(), token * k, union, token * n, k);
      for (int i = 0; i < others; i++) {
        int id = otherIds[token * others + i];
        boolean known = false;
        for (int j = token * k; j < (token + 1) * k; j++) {
          known |= topQ.ids()[j] == id;
        }
        union[token * n + k + i] = known ? -1 : id;
        unrecorded[token * n + k + i] = known ? -1 : id;
      }
    }
    float[] logP = new float[union.length];
    float[] logQ = new float[union.length];
    headGather(p, pLogSumExp, union, logP);
    headGather(q, qLogSumExp, unrecorded, logQ);
    for (int token = 0; token < p.tokens(); token++) {
      System.arraycopy(topQ.logProbs(), token * k, logQ, token * n, k);
      double sum = 0;
      for (int i = token * n; i < (token + 1) * n; i++) {
        if (union[i] >= 0) {
          sum += Math.min(Math.exp(logQ[i]), Math.exp(logP[i]) / lambda);
        }
      }
      overlap[token] = sum;
    }
  }

  @Override
  default void headBackward(
      Head head, HeadStatistics statistics, HeadLoss loss, Tensor dHidden, Tensor dWeight) {
    Checks.headBackward(head, statistics, loss, dHidden, dWeight);
    Distillation distillation = loss.distillation();
    int vocabulary = head.vocabulary();
    int dim = head.hidden().cols();
    int ids = loss.idCount(head.tokens());
    Gemm gemm = gemm();
    VectorLogits.chunks(
        head.tokens(),
        vocabulary,
        (from, count) -> {
          float[] y = logits().of(head, from, count);
          float[] teacher =
              distillation == null ? y : logits().ofOther(distillation.teacher(), from, count);
          eachRow(
              count,
              ROW_COST * vocabulary,
              row -> {
                int n = from + row;
                int at = row * vocabulary;
                gradientRow(y, teacher, at, vocabulary, n, statistics, loss, ids);
                y[at + statistics.action()[n]] += loss.coefficient()[n];
                addAtIds(y, at, loss, n, ids);
                scale(y, at, vocabulary, head.temperature());
              });
          int rowsAt = from * dim;
          gemm.nn(
              y, 0, head.weight().data(), 0, dHidden.data(), rowsAt, count, vocabulary, dim, false);
          gemm.tn(
              y, 0, head.hidden().data(), rowsAt, dWeight.data(), 0, count, vocabulary, dim, true);
        });
  }

  /** Logits become their gradient, but for what only single ids have, and the temperature. */
  private static void gradientRow(
      float[] y,
      float[] teacher,
      int at,
      int vocabulary,
      int n,
      HeadStatistics statistics,
      HeadLoss loss,
      int ids) {
    float lse = statistics.logSumExp()[n];
    float own = loss.coefficient()[n];
    float coefficient = loss.ids() == null ? own : own + loss.ids().sum(n, ids);
    Distillation d = loss.distillation();
    for (int x = 0; x < vocabulary; x += LANES) {
      int left = vocabulary - x;
      FloatVector logP = logProbs(y, at + x, left, lse);
      FloatVector p = VectorMath.exp(logP);
      FloatVector gradient = p.mul(-coefficient);
      if (loss.entropyWeight() != null) {
        FloatVector finite = logP.blend(0, logP.eq(Float.NEGATIVE_INFINITY));
        FloatVector slope = finite.add(statistics.entropy()[n]).mul(p);
        gradient = slope.fma(FloatVector.broadcast(SPECIES, -loss.entropyWeight()[n]), gradient);
      }
      if (d != null) {
        FloatVector logTeacher = logProbs(teacher, at + x, left, d.teacherLogSumExp()[n]);
        FloatVector slope =
            switch (d.direction()) {
              case FORWARD -> p.sub(VectorMath.exp(logTeacher));
              case REVERSE -> difference(logP, logTeacher).sub(d.divergence()[n]).mul(p);
            };
        gradient = slope.fma(FloatVector.broadcast(SPECIES, d.weight()[n]), gradient);
      }
      gradient.intoArray(y, at + x, SPECIES.indexInRange(0, left));
    }
  }

  private static void addAtIds(float[] y, int at, HeadLoss loss, int n, int count) {
    HeadLoss.Ids ids = loss.ids();
    for (int i = n * count; ids != null && i < (n + 1) * count; i++) {
      if (ids.ids()[i] >= 0) {
        y[at + ids.ids()[i]] += ids.coefficient()[i];
      }
    }
  }

  private static void scale(float[] y, int at, int vocabulary, float temperature) {
    if (temperature != 1) {
      for (int x = 0; x < vocabulary; x++) {
        y[at + x] /= temperature;
      }
    }
  }

  private static int argmax(float[] logits, int at, int vocabulary) {
    int best = 0;
    for (int x = 1; x < vocabulary; x++) {
      if (logits[at + x] > logits[at + best]) {
        best = x;
      }
    }
    return best;
  }

  /** The first id at which the cumulated probability exceeds {@code uniform}. */
  private static int inverseTransform(float[] logits, int at, int vocabulary, double uniform) {
    float max = max(logits, at, vocabulary);
    float[] e = Scratch.floats(0, VectorMath.padded(vocabulary));
    double total = 0;
    for (int x = 0; x < vocabulary; x += LANES) {
      int left = vocabulary - x;
      FloatVector v = VectorMath.exp(logProbs(logits, at + x, left, max));
      v.intoArray(e, x);
      total += VectorMath.sum(v);
    }
    double threshold = uniform * total;
    double sum = 0;
    int last = 0;
    for (int x = 0; x < vocabulary; x++) {
      sum += e[x];
      if (e[x] > 0) {
        last = x;
      }
      if (sum > threshold) {
        return x;
      }
    }
    return last;
  }

  private static float max(float[] x, int at, int length) {
    float max = x[at];
    int i = 0;
    if (length >= LANES) {
      FloatVector maxima = FloatVector.fromArray(SPECIES, x, at);
      for (i = LANES; i <= length - LANES; i += LANES) {
        maxima = maxima.max(FloatVector.fromArray(SPECIES, x, at + i));
      }
      max = maxima.reduceLanes(VectorOperators.MAX);
    }
    for (; i < length; i++) {
      max = Math.max(max, x[at + i]);
    }
    return max;
  }

  private static void fill(
      float[] logits, int at, int vocabulary, int action, int n, HeadStatistics out) {
    float max = max(logits, at, vocabulary);
    double sum = 0;
    double moment = 0;
    for (int block = 0; block < vocabulary; block += BLOCK) {
      FloatVector sums = FloatVector.zero(SPECIES);
      FloatVector moments = sums;
      int end = Math.min(vocabulary, block + BLOCK);
      for (int x = block; x < end; x += LANES) {
        FloatVector shifted = logProbs(logits, at + x, end - x, max);
        FloatVector e = VectorMath.exp(shifted);
        sums = sums.add(e);
        moments = e.fma(shifted.blend(0, shifted.eq(Float.NEGATIVE_INFINITY)), moments);
      }
      sum += VectorMath.sum(sums);
      moment += VectorMath.sum(moments);
    }
    double lse = max + Math.log(sum);
    out.action()[n] = action;
    out.logProb()[n] = (float) (logits[at + action] - lse);
    out.logSumExp()[n] = (float) lse;
    out.entropy()[n] = (float) (Math.log(sum) - moment / sum);
    topK(logits, at, vocabulary, lse, n, out);
  }

  /** By insertion; after the first k, vectors without a better logit are skipped. */
  private static void topK(
      float[] logits, int at, int vocabulary, double lse, int n, HeadStatistics out) {
    int k = out.k();
    if (k == 0) {
      return;
    }
    int[] ids = out.topIds();
    int base = n * k;
    int count = 0;
    int x = 0;
    while (x < vocabulary) {
      if (count == k && x + LANES <= vocabulary) {
        float worst = logits[at + ids[base + k - 1]];
        FloatVector v = FloatVector.fromArray(SPECIES, logits, at + x);
        if (!v.compare(VectorOperators.GT, worst).anyTrue()) {
          x += LANES;
          continue;
        }
      }
      int end = Math.min(vocabulary, x + LANES);
      for (; x < end; x++) {
        float logit = logits[at + x];
        int place = count;
        while (place > 0 && logit > logits[at + ids[base + place - 1]]) {
          if (place < k) {
            ids[base + place] = ids[base + place - 1];
          }
          place--;
        }
        if (place < k) {
          ids[base + place] = x;
          count = Math.min(k, count + 1);
        }
      }
    }
    for (int i = base; i < base + k; i++) {
      out.topLogProbs()[i] = (float) (logits[at + ids[i]] - lse);
    }
  }
}
