package io.jackpot.tensor;

import static io.jackpot.tensor.ScalarMath.addScaled;
import static io.jackpot.tensor.ScalarMath.dot;
import static io.jackpot.tensor.ScalarMath.logSumExp;
import static io.jackpot.tensor.ScalarMath.storeRow;

/** Attention, over packed sequences and against a KV cache, as plain loops. */
interface ScalarAttention extends Ops, PackedOps {
  @Override
  default void attentionForward(Attention in, Attention.Output out) {
    Checks.attentionForward(in, out);
    Tensor q = in.q();
    Tensor k = in.k();
    int dim = in.headDim();
    for (int s = 0; s < in.packing().sequences(); s++) {
      int start = in.packing().start(s);
      for (int t = 0; t < in.packing().length(s); t++) {
        for (int h = 0; h < in.heads(); h++) {
          int qAt = ((start + t) * in.heads() + h) * dim;
          int kvHead = h / in.group();
          double[] scores = new double[t + 1];
          for (int j = 0; j <= t; j++) {
            int kAt = ((start + j) * in.kvHeads() + kvHead) * dim;
            scores[j] = in.scale() * dot(q.data(), qAt, k.data(), kAt, dim);
          }
          double lse = logSumExp(scores);
          out.logSumExp().data()[(start + t) * in.heads() + h] = (float) lse;
          double[] row = new double[dim];
          for (int j = 0; j <= t; j++) {
            int vAt = ((start + j) * in.kvHeads() + kvHead) * dim;
            addScaled(Math.exp(scores[j] - lse), in.v().data(), vAt, row);
          }
          storeRow(out.o().data(), qAt, row, false);
        }
      }
    }
  }

  /**
   * With p = softmax(scale·q·k): dV = pᵀ·dO, dScore = p·(dO·v − dO·o), dQ = scale·dScore·k and dK =
   * scale·dScoreᵀ·q.
   */
  @Override
  default void attentionBackward(
      Attention in, Attention.Output out, Tensor dO, Attention.Gradients gradients) {
    Checks.attentionBackward(in, out, dO, gradients);
    float[] q = in.q().data();
    float[] k = in.k().data();
    float[] v = in.v().data();
    float scale = in.scale();
    int dim = in.headDim();
    for (int s = 0; s < in.packing().sequences(); s++) {
      int start = in.packing().start(s);
      int length = in.packing().length(s);
      for (int kvHead = 0; kvHead < in.kvHeads(); kvHead++) {
        double[][] dKeys = new double[length][dim];
        double[][] dValues = new double[length][dim];
        for (int t = 0; t < length; t++) {
          for (int h = kvHead * in.group(); h < (kvHead + 1) * in.group(); h++) {
            int qAt = ((start + t) * in.heads() + h) * dim;
            double lse = out.logSumExp().data()[(start + t) * in.heads() + h];
            double outputDot = dot(dO.data(), qAt, out.o().data(), qAt, dim);
            double[] dQuery = new double[dim];
            for (int j = 0; j <= t; j++) {
              int kvAt = ((start + j) * in.kvHeads() + kvHead) * dim;
              double p = Math.exp(scale * dot(q, qAt, k, kvAt, dim) - lse);
              double dScore = p * (dot(dO.data(), qAt, v, kvAt, dim) - outputDot);
              addScaled(p, dO.data(), qAt, dValues[j]);
              addScaled(scale * dScore, k, kvAt, dQuery);
              addScaled(scale * dScore, q, qAt, dKeys[j]);
            }
            storeRow(gradients.dQ().data(), qAt, dQuery, false);
          }
        }
        for (int j = 0; j < length; j++) {
          int kvAt = ((start + j) * in.kvHeads() + kvHead) * dim;
          storeRow(gradients.dK().data(), kvAt, dKeys[j], false);
          storeRow(gradients.dV().data(), kvAt, dValues[j], false);
        }
      }
    }
  }

  @Override
  default void cacheAppend(Tensor x, int[] slots, int[] positions, Tensor cache) {
    Checks.cacheAppend(x, slots, positions, cache);
    int kvHeads = x.dim(1);
    int dim = x.dim(2);
    int capacity = cache.dim(2);
    for (int row = 0; row < x.dim(0); row++) {
      for (int h = 0; h < kvHeads; h++) {
        int to = ((slots[row] * kvHeads + h) * capacity + positions[row]) * dim;
        System.arraycopy(x.data(), (row * kvHeads + h) * dim, cache.data(), to, dim);
      }
    }
  }

  @Override
  default void cacheAppend(Tensor x, int[] slots, int[] positions, QuantizedCache cache) {
    Checks.cacheAppend(x, slots, positions, cache.shape());
    int kvHeads = x.dim(1);
    for (int row = 0; row < x.dim(0); row++) {
      for (int h = 0; h < kvHeads; h++) {
        int vector = cache.vector(slots[row], h, positions[row]);
        cache.encode(x.data(), (row * kvHeads + h) * x.dim(2), vector);
      }
    }
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
    attentionDecode(q, dequantized(kCache), dequantized(vCache), slots, lengths, scale, o);
  }

  @Override
  default void attentionDecode(
      Tensor q, Tensor kCache, Tensor vCache, int[] slots, int[] lengths, float scale, Tensor o) {
    Checks.attentionDecode(q, kCache, vCache, slots, lengths, o);
    int heads = q.dim(1);
    int kvHeads = kCache.dim(1);
    int capacity = kCache.dim(2);
    int dim = q.dim(2);
    for (int i = 0; i < q.dim(0); i++) {
      for (int h = 0; h < heads; h++) {
        int qAt = (i * heads + h) * dim;
        int cacheAt = (slots[i] * kvHeads + h / (heads / kvHeads)) * capacity * dim;
        double[] scores = new double[lengths[i]];
        for (int j = 0; j < scores.length; j++) {
          scores[j] = scale * dot(q.data(), qAt, kCache.data(), cacheAt + j * dim, dim);
        }
        double lse = logSumExp(scores);
        double[] row = new double[dim];
        for (int j = 0; j < scores.length; j++) {
          addScaled(Math.exp(scores[j] - lse), vCache.data(), cacheAt + j * dim, row);
        }
        storeRow(o.data(), qAt, row, false);
      }
    }
  }

  private static Tensor dequantized(QuantizedCache cache) {
    Tensor tensor = Tensor.zeros(cache.dim(0), cache.dim(1), cache.dim(2), cache.dim(3));
    int at = 0;
    for (int slot = 0; slot < cache.dim(0); slot++) {
      for (int head = 0; head < cache.dim(1); head++) {
        for (int position = 0; position < cache.dim(2); position++) {
          for (int d = 0; d < cache.dim(3); d++) {
            tensor.data()[at++] = cache.get(slot, head, position, d);
          }
        }
      }
    }
    return tensor;
  }
}
