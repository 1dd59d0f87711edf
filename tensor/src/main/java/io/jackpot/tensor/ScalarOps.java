package io.jackpot.tensor;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The oracle: every op of {@link Ops} as its formula reads. Plain loops on one thread, sums in
 * double, one rounding to float32 where a result is stored. Other providers are tested against it,
 * and it runs where nothing faster can.
 */
public final class ScalarOps implements Ops, PackedOps {

  @Override
  public String describe() {
    return "ScalarOps: plain loops, one thread";
  }

  @Override
  public void matmulNT(Tensor x, Tensor w, Tensor y, boolean accumulate) {
    Checks.matmulNT(x, w, y);
    int m = x.rows();
    int n = w.rows();
    int k = x.cols();
    for (int i = 0; i < m; i++) {
      for (int j = 0; j < n; j++) {
        double sum = dot(x.data(), i * k, w.data(), j * k, k);
        store(y.data(), i * n + j, sum, accumulate);
      }
    }
  }

  @Override
  public void matmulNN(Tensor dy, Tensor w, Tensor dx, boolean accumulate) {
    Checks.matmulNN(dy, w, dx);
    int m = dy.rows();
    int n = dy.cols();
    int k = w.cols();
    for (int i = 0; i < m; i++) {
      double[] row = new double[k];
      for (int j = 0; j < n; j++) {
        addScaled(dy.data()[i * n + j], w.data(), j * k, row);
      }
      storeRow(dx.data(), i * k, row, accumulate);
    }
  }

  @Override
  public void matmulTN(Tensor dy, Tensor x, Tensor dw, boolean accumulate) {
    Checks.matmulTN(dy, x, dw);
    int m = dy.rows();
    int n = dy.cols();
    int k = x.cols();
    for (int j = 0; j < n; j++) {
      double[] row = new double[k];
      for (int i = 0; i < m; i++) {
        addScaled(dy.data()[i * n + j], x.data(), i * k, row);
      }
      storeRow(dw.data(), j * k, row, accumulate);
    }
  }

  @Override
  public Optional<PackedOps> packed() {
    return Optional.of(this);
  }

  /** Panels of one row each: row-major. */
  @Override
  public PackedMatrix pack(Tensor w, WeightType type) {
    PackedMatrix packed = new PackedMatrix(w.rows(), w.cols(), type, 1);
    for (int row = 0; row < w.rows(); row++) {
      packed.encode(row, Arrays.copyOfRange(w.data(), row * w.cols(), (row + 1) * w.cols()));
    }
    return packed;
  }

  @Override
  public void matmulPacked(Tensor x, PackedMatrix w, Tensor y) {
    Checks.matmulPacked(x, w, y);
    matmulNT(x, unpacked(w), y, false);
  }

  private static Tensor unpacked(PackedMatrix w) {
    Tensor tensor = Tensor.zeros(w.rows(), w.cols());
    for (int row = 0; row < w.rows(); row++) {
      for (int col = 0; col < w.cols(); col++) {
        tensor.data()[row * w.cols() + col] = w.get(row, col);
      }
    }
    return tensor;
  }

  @Override
  public void addBias(Tensor bias, Tensor y) {
    Checks.bias("addBias", bias, y);
    int n = y.cols();
    for (int i = 0; i < y.size(); i++) {
      y.data()[i] += bias.data()[i % n];
    }
  }

  @Override
  public void addBiasBackward(Tensor dy, Tensor dBias) {
    Checks.bias("addBiasBackward", dBias, dy);
    double[] sums = new double[dy.cols()];
    for (int i = 0; i < dy.rows(); i++) {
      addScaled(1, dy.data(), i * dy.cols(), sums);
    }
    storeRow(dBias.data(), 0, sums, true);
  }

  @Override
  public void add(Tensor x, Tensor y) {
    Checks.sameSize("add", x, y);
    for (int i = 0; i < y.size(); i++) {
      y.data()[i] += x.data()[i];
    }
  }

  @Override
  public void zero(Tensor x) {
    Arrays.fill(x.data(), 0, x.size(), 0f);
  }

  @Override
  public void copyRows(Tensor x, int from, Tensor y, int to, int count) {
    Checks.copyRows(x, from, y, to, count);
    int dim = x.cols();
    System.arraycopy(x.data(), from * dim, y.data(), to * dim, count * dim);
  }

  @Override
  public void gatherRows(Tensor x, int[] rows, Tensor y) {
    Checks.gatherRows("gatherRows", x, rows, y);
    int dim = x.cols();
    for (int i = 0; i < y.rows(); i++) {
      System.arraycopy(x.data(), rows[i] * dim, y.data(), i * dim, dim);
    }
  }

  @Override
  public void gatherRowsBackward(Tensor dy, int[] rows, Tensor dx) {
    Checks.gatherRows("gatherRowsBackward", dx, rows, dy);
    int dim = dx.cols();
    zero(dx);
    for (int i = 0; i < dy.rows(); i++) {
      System.arraycopy(dy.data(), i * dim, dx.data(), rows[i] * dim, dim);
    }
  }

  @Override
  public void embeddingForward(int[] ids, Tensor table, Tensor y) {
    Checks.embedding("embeddingForward", ids, table, y);
    int dim = y.cols();
    for (int i = 0; i < y.rows(); i++) {
      System.arraycopy(table.data(), ids[i] * dim, y.data(), i * dim, dim);
    }
  }

  @Override
  public void embeddingPacked(int[] ids, PackedMatrix table, Tensor y) {
    Checks.embeddingPacked(ids, table, y);
    for (int i = 0; i < y.rows(); i++) {
      for (int j = 0; j < y.cols(); j++) {
        y.data()[i * y.cols() + j] = table.get(ids[i], j);
      }
    }
  }

  @Override
  public void embeddingBackward(int[] ids, Tensor dy, Tensor dTable) {
    Checks.embedding("embeddingBackward", ids, dTable, dy);
    int dim = dy.cols();
    int vocabulary = dTable.rows();
    for (int j = 0; j < dim; j++) {
      double[] sums = new double[vocabulary];
      for (int i = 0; i < dy.rows(); i++) {
        sums[ids[i]] += dy.data()[i * dim + j];
      }
      for (int id = 0; id < vocabulary; id++) {
        store(dTable.data(), id * dim + j, sums[id], true);
      }
    }
  }

  @Override
  public void rmsNormForward(Tensor x, Tensor gain, float epsilon, Tensor y, Tensor inverseRms) {
    Checks.rmsNorm("rmsNormForward", x, gain, inverseRms, y);
    int dim = x.cols();
    for (int row = 0; row < x.rows(); row++) {
      int at = row * dim;
      double r = 1 / Math.sqrt(dot(x.data(), at, x.data(), at, dim) / dim + epsilon);
      inverseRms.data()[row] = (float) r;
      for (int j = 0; j < dim; j++) {
        y.data()[at + j] = (float) (x.data()[at + j] * r * gain.data()[j]);
      }
    }
  }

  /** With n = x·r and dn = dy·gain: dx = r·(dn − n·mean(dn·n)), dGain = Σ dy·n. */
  @Override
  public void rmsNormBackward(
      Tensor dy,
      Tensor x,
      Tensor gain,
      Tensor inverseRms,
      Tensor dx,
      Tensor dGain,
      boolean accumulate) {
    Checks.rmsNorm("rmsNormBackward", x, gain, inverseRms, dy, dx);
    Checks.sameSize("rmsNormBackward", gain, dGain);
    int dim = x.cols();
    double[] gainSums = new double[dim];
    for (int row = 0; row < x.rows(); row++) {
      int at = row * dim;
      double r = inverseRms.data()[row];
      double mean = 0;
      for (int j = 0; j < dim; j++) {
        double normal = x.data()[at + j] * r;
        mean += dy.data()[at + j] * gain.data()[j] * normal / dim;
        gainSums[j] += dy.data()[at + j] * normal;
      }
      for (int j = 0; j < dim; j++) {
        double dNormal = (double) dy.data()[at + j] * gain.data()[j];
        store(dx.data(), at + j, r * (dNormal - x.data()[at + j] * r * mean), accumulate);
      }
    }
    storeRow(dGain.data(), 0, gainSums, true);
  }

  @Override
  public void rope(Tensor x, int[] positions, Tensor cos, Tensor sin) {
    Checks.rope("rope", x, positions, cos, sin);
    rotate(x, positions, cos, sin, 1);
  }

  @Override
  public void ropeBackward(Tensor dx, int[] positions, Tensor cos, Tensor sin) {
    Checks.rope("ropeBackward", dx, positions, cos, sin);
    rotate(dx, positions, cos, sin, -1);
  }

  private static void rotate(Tensor x, int[] positions, Tensor cos, Tensor sin, double direction) {
    int heads = x.dim(1);
    int half = x.dim(2) / 2;
    for (int token = 0; token < x.dim(0); token++) {
      for (int head = 0; head < heads; head++) {
        int at = (token * heads + head) * 2 * half;
        for (int i = 0; i < half; i++) {
          double c = cos.data()[positions[token] * half + i];
          double s = direction * sin.data()[positions[token] * half + i];
          double first = x.data()[at + i];
          double second = x.data()[at + half + i];
          x.data()[at + i] = (float) (first * c - second * s);
          x.data()[at + half + i] = (float) (second * c + first * s);
        }
      }
    }
  }

  @Override
  public void attentionForward(Attention in, Attention.Output out) {
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
  public void attentionBackward(
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
  public void cacheAppend(Tensor x, int[] slots, int[] positions, Tensor cache) {
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
  public void cacheAppend(Tensor x, int[] slots, int[] positions, QuantizedCache cache) {
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
  public void attentionDecode(
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

  @Override
  public void attentionDecode(
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

  @Override
  public void swigluForward(Tensor gate, Tensor up, Tensor y) {
    Checks.sameSize("swigluForward", gate, up, y);
    for (int i = 0; i < y.size(); i++) {
      double g = gate.data()[i];
      y.data()[i] = (float) (g / (1 + Math.exp(-g)) * up.data()[i]);
    }
  }

  /** silu'(g) = σ(g)·(1 + g·(1 − σ(g))). */
  @Override
  public void swigluBackward(Tensor dy, Tensor gate, Tensor up, Tensor dGate, Tensor dUp) {
    Checks.sameSize("swigluBackward", dy, gate, up, dGate, dUp);
    for (int i = 0; i < dy.size(); i++) {
      double g = gate.data()[i];
      double u = up.data()[i];
      double sigmoid = 1 / (1 + Math.exp(-g));
      dGate.data()[i] = (float) (dy.data()[i] * u * sigmoid * (1 + g * (1 - sigmoid)));
      dUp.data()[i] = (float) (dy.data()[i] * g * sigmoid);
    }
  }

  @Override
  public void headForward(Head head, int[] actions, HeadStatistics out) {
    Checks.statistics("headForward", head, out);
    Checks.actions("headForward", head, actions);
    double[] logits = new double[head.vocabulary()];
    for (int n = 0; n < head.tokens(); n++) {
      logits(head, n, logits);
      describe(logits, actions[n], n, out);
    }
  }

  @Override
  public void headSample(Head head, double[] uniforms, HeadStatistics out) {
    Checks.headSample(head, uniforms, out);
    double[] logits = new double[head.vocabulary()];
    for (int n = 0; n < head.tokens(); n++) {
      logits(head, n, logits);
      int action = uniforms[n] < 0 ? argmax(logits) : inverseTransform(logits, uniforms[n]);
      describe(logits, action, n, out);
    }
  }

  @Override
  public void headSample(PackedHead head, double[] uniforms, HeadStatistics out) {
    headSample(new Head(head.hidden(), unpacked(head.weight()), head.temperature()), uniforms, out);
  }

  @Override
  public void headGather(Head head, float[] logSumExp, int[] ids, float[] logProbs) {
    int count = Checks.headGather(head, logSumExp, ids, logProbs);
    double[] logits = new double[head.vocabulary()];
    for (int n = 0; n < head.tokens(); n++) {
      logits(head, n, logits);
      for (int i = n * count; i < (n + 1) * count; i++) {
        logProbs[i] =
            ids[i] < 0 ? Float.NEGATIVE_INFINITY : (float) (logits[ids[i]] - logSumExp[n]);
      }
    }
  }

  @Override
  public void headCompare(
      Head p, float[] pLogSumExp, Head q, float[] qLogSumExp, float lambda, HeadComparison out) {
    Checks.headCompare(p, pLogSumExp, q, qLogSumExp, lambda, out);
    double[] pLogits = new double[p.vocabulary()];
    double[] qLogits = new double[q.vocabulary()];
    for (int n = 0; n < p.tokens(); n++) {
      logits(p, n, pLogits);
      logits(q, n, qLogits);
      double klPQ = 0;
      double klQP = 0;
      double overlap = 0;
      for (int x = 0; x < pLogits.length; x++) {
        double logP = pLogits[x] - pLogSumExp[n];
        double logQ = qLogits[x] - qLogSumExp[n];
        klPQ += divergenceTerm(logP, logQ);
        klQP += divergenceTerm(logQ, logP);
        overlap += Math.min(Math.exp(logQ), Math.exp(logP) / lambda);
      }
      out.klPQ()[n] = (float) klPQ;
      out.klQP()[n] = (float) klQP;
      out.overlap()[n] = (float) overlap;
    }
  }

  @Override
  public void headOverlap(
      Head p,
      float[] pLogSumExp,
      Head q,
      float[] qLogSumExp,
      TopK topQ,
      int[] otherIds,
      double lambda,
      double[] overlap) {
    int others = Checks.headOverlap(p, pLogSumExp, q, qLogSumExp, topQ, otherIds, lambda, overlap);
    double[] pLogits = new double[p.vocabulary()];
    double[] qLogits = new double[q.vocabulary()];
    for (int n = 0; n < p.tokens(); n++) {
      logits(p, n, pLogits);
      logits(q, n, qLogits);
      Set<Integer> known = new HashSet<>();
      double sum = 0;
      for (int i = 0; i < topQ.k() + others; i++) {
        boolean recorded = i < topQ.k();
        int at = recorded ? n * topQ.k() + i : n * others + i - topQ.k();
        int id = recorded ? topQ.ids()[at] : otherIds[at];
        if (id >= 0 && known.add(id)) {
          float logQ = recorded ? topQ.logProbs()[at] : (float) (qLogits[id] - qLogSumExp[n]);
          float logP = (float) (pLogits[id] - pLogSumExp[n]);
          sum += Math.min(Math.exp(logQ), Math.exp(logP) / lambda);
        }
      }
      overlap[n] = sum;
    }
  }

  /**
   * The gradient with respect to the scaled logits: coefficient·(1[x = a] − p(x)) of the log-prob;
   * weight·(p(x) − teacher(x)) of KL(teacher ‖ p); weight·p(x)·(log p(x) − log teacher(x) − KL) of
   * KL(p ‖ teacher).
   */
  @Override
  public void headBackward(
      Head head,
      HeadStatistics statistics,
      float[] coefficient,
      @Nullable Distillation distillation,
      Tensor dHidden,
      Tensor dWeight) {
    Checks.headBackward(head, statistics, coefficient, distillation, dHidden, dWeight);
    int vocabulary = head.vocabulary();
    int dim = head.hidden().cols();
    double[] logits = new double[vocabulary];
    double[] teacherLogits = new double[vocabulary];
    double[][] weightSums = new double[vocabulary][dim];
    for (int n = 0; n < head.tokens(); n++) {
      logits(head, n, logits);
      if (distillation != null) {
        logits(distillation.teacher(), n, teacherLogits);
      }
      double[] row = new double[dim];
      for (int x = 0; x < vocabulary; x++) {
        double logP = logits[x] - statistics.logSumExp()[n];
        double gradient = coefficient[n] * ((x == statistics.action()[n] ? 1 : 0) - Math.exp(logP));
        if (distillation != null) {
          double logTeacher = teacherLogits[x] - distillation.teacherLogSumExp()[n];
          gradient +=
              distillation.weight()[n]
                  * switch (distillation.direction()) {
                    case FORWARD -> Math.exp(logP) - Math.exp(logTeacher);
                    case REVERSE ->
                        divergenceTerm(logP, logTeacher)
                            - Math.exp(logP) * distillation.divergence()[n];
                  };
        }
        gradient /= head.temperature();
        addScaled(gradient, head.weight().data(), x * dim, row);
        addScaled(gradient, head.hidden().data(), n * dim, weightSums[x]);
      }
      storeRow(dHidden.data(), n * dim, row, false);
    }
    for (int x = 0; x < vocabulary; x++) {
      storeRow(dWeight.data(), x * dim, weightSums[x], true);
    }
  }

  @Override
  public double[] sumsOfSquares(List<Tensor> xs) {
    return xs.stream().mapToDouble(this::sumOfSquares).toArray();
  }

  private double sumOfSquares(Tensor x) {
    return dot(x.data(), 0, x.data(), 0, x.size());
  }

  @Override
  public void adamW(Tensor weight, Tensor gradient, Tensor m, Tensor v, AdamWStep step) {
    Checks.sameSize("adamW", weight, gradient, m, v);
    double correction1 = 1 - Math.pow(step.beta1(), step.step());
    double correction2 = 1 - Math.pow(step.beta2(), step.step());
    for (int i = 0; i < weight.size(); i++) {
      double g = (double) gradient.data()[i] * step.gradientScale();
      double first = step.beta1() * (double) m.data()[i] + (1.0 - step.beta1()) * g;
      double second = step.beta2() * (double) v.data()[i] + (1.0 - step.beta2()) * g * g;
      m.data()[i] = (float) first;
      v.data()[i] = (float) second;
      double update = first / correction1 / (Math.sqrt(second / correction2) + step.epsilon());
      double decayed = weight.data()[i] * (1 - (double) step.learningRate() * step.weightDecay());
      weight.data()[i] = (float) (decayed - step.learningRate() * update);
    }
  }

  @Override
  public void close() {}

  /** Temperature-scaled logits of token {@code n}. */
  private static void logits(Head head, int n, double[] logits) {
    int dim = head.hidden().cols();
    for (int x = 0; x < logits.length; x++) {
      logits[x] =
          dot(head.hidden().data(), n * dim, head.weight().data(), x * dim, dim)
              / head.temperature();
    }
  }

  private static void describe(double[] logits, int action, int n, HeadStatistics out) {
    double lse = logSumExp(logits);
    double entropy = 0;
    for (double logit : logits) {
      entropy -= divergenceTerm(logit - lse, 0);
    }
    out.action()[n] = action;
    out.logProb()[n] = (float) (logits[action] - lse);
    out.logSumExp()[n] = (float) lse;
    out.entropy()[n] = (float) entropy;
    topK(logits, lse, n, out);
  }

  /** By insertion, scanning the ids in order, so that of equal ones the lower stays ahead. */
  private static void topK(double[] logits, double lse, int n, HeadStatistics out) {
    int k = out.k();
    int[] best = new int[k + 1];
    for (int x = 0; x < logits.length; x++) {
      int place = Math.min(x, k);
      while (place > 0 && logits[x] > logits[best[place - 1]]) {
        best[place] = best[place - 1];
        place--;
      }
      best[place] = x;
    }
    for (int i = 0; i < k; i++) {
      out.topIds()[n * k + i] = best[i];
      out.topLogProbs()[n * k + i] = (float) (logits[best[i]] - lse);
    }
  }

  /** The first id at which the cumulated probability exceeds {@code uniform}. */
  private static int inverseTransform(double[] logits, double uniform) {
    double max = logits[argmax(logits)];
    double total = 0;
    for (double logit : logits) {
      total += Math.exp(logit - max);
    }
    double threshold = uniform * total;
    double sum = 0;
    int last = 0;
    for (int x = 0; x < logits.length; x++) {
      double p = Math.exp(logits[x] - max);
      sum += p;
      if (p > 0) {
        last = x;
      }
      if (sum > threshold) {
        return x;
      }
    }
    return last;
  }

  private static int argmax(double[] values) {
    int best = 0;
    for (int i = 1; i < values.length; i++) {
      if (values[i] > values[best]) {
        best = i;
      }
    }
    return best;
  }

  private static double logSumExp(double[] values) {
    double max = values[argmax(values)];
    double sum = 0;
    for (double value : values) {
      sum += Math.exp(value - max);
    }
    return max + Math.log(sum);
  }

  /** p·(log p − log q), which is 0 where p is. */
  private static double divergenceTerm(double logP, double logQ) {
    double p = Math.exp(logP);
    return p == 0 ? 0 : p * (logP - logQ);
  }

  private static double dot(float[] a, int aAt, float[] b, int bAt, int length) {
    double sum = 0;
    for (int i = 0; i < length; i++) {
      sum += (double) a[aAt + i] * b[bAt + i];
    }
    return sum;
  }

  private static void addScaled(double factor, float[] x, int at, double[] sums) {
    for (int i = 0; i < sums.length; i++) {
      sums[i] += factor * x[at + i];
    }
  }

  private static void storeRow(float[] y, int at, double[] row, boolean accumulate) {
    for (int i = 0; i < row.length; i++) {
      store(y, at + i, row[i], accumulate);
    }
  }

  private static void store(float[] y, int at, double value, boolean accumulate) {
    y[at] = (float) (accumulate ? y[at] + value : value);
  }
}
