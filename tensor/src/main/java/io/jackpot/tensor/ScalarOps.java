package io.jackpot.tensor;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The oracle: every op as plain loops, one element after the other, sums in double. Slow, and the
 * text that the fast providers are tested against.
 */
public final class ScalarOps implements Ops {

  @Override
  public String describe() {
    return "scalar (plain loops, one thread)";
  }

  @Override
  public void matmulNT(Tensor x, Tensor w, Tensor y, boolean accumulate) {
    int m = x.rows();
    int k = x.cols();
    int n = w.rows();
    Checks.matrix("matmulNT", "w", w, n, k);
    Checks.matrix("matmulNT", "y", y, m, n);
    for (int i = 0; i < m; i++) {
      for (int j = 0; j < n; j++) {
        double sum = accumulate ? y.data()[i * n + j] : 0;
        for (int p = 0; p < k; p++) {
          sum += (double) x.data()[i * k + p] * w.data()[j * k + p];
        }
        y.data()[i * n + j] = (float) sum;
      }
    }
  }

  @Override
  public void matmulNN(Tensor dy, Tensor w, Tensor dx, boolean accumulate) {
    int m = dy.rows();
    int n = dy.cols();
    int k = w.cols();
    Checks.matrix("matmulNN", "w", w, n, k);
    Checks.matrix("matmulNN", "dx", dx, m, k);
    for (int i = 0; i < m; i++) {
      for (int p = 0; p < k; p++) {
        double sum = accumulate ? dx.data()[i * k + p] : 0;
        for (int j = 0; j < n; j++) {
          sum += (double) dy.data()[i * n + j] * w.data()[j * k + p];
        }
        dx.data()[i * k + p] = (float) sum;
      }
    }
  }

  @Override
  public void matmulTN(Tensor dy, Tensor x, Tensor dw, boolean accumulate) {
    int m = dy.rows();
    int n = dy.cols();
    int k = x.cols();
    Checks.matrix("matmulTN", "x", x, m, k);
    Checks.matrix("matmulTN", "dw", dw, n, k);
    for (int j = 0; j < n; j++) {
      for (int p = 0; p < k; p++) {
        double sum = accumulate ? dw.data()[j * k + p] : 0;
        for (int i = 0; i < m; i++) {
          sum += (double) dy.data()[i * n + j] * x.data()[i * k + p];
        }
        dw.data()[j * k + p] = (float) sum;
      }
    }
  }

  @Override
  public void addBias(Tensor bias, Tensor y) {
    int n = y.cols();
    Checks.size("addBias", "bias", bias, n);
    for (int i = 0; i < y.size(); i++) {
      y.data()[i] += bias.data()[i % n];
    }
  }

  @Override
  public void addBiasBackward(Tensor dy, Tensor dBias) {
    int n = dy.cols();
    Checks.size("addBiasBackward", "dBias", dBias, n);
    for (int j = 0; j < n; j++) {
      double sum = dBias.data()[j];
      for (int i = 0; i < dy.rows(); i++) {
        sum += dy.data()[i * n + j];
      }
      dBias.data()[j] = (float) sum;
    }
  }

  @Override
  public void add(Tensor x, Tensor y) {
    Checks.size("add", "y", y, x.size());
    for (int i = 0; i < x.size(); i++) {
      y.data()[i] += x.data()[i];
    }
  }

  @Override
  public void zero(Tensor x) {
    Arrays.fill(x.data(), 0, x.size(), 0);
  }

  @Override
  public void gatherRows(Tensor x, int[] rows, Tensor y) {
    int dim = x.cols();
    Checks.matrix("gatherRows", "y", y, rows.length, dim);
    for (int i = 0; i < rows.length; i++) {
      Checks.index("gatherRows", "row", rows[i], x.rows());
      System.arraycopy(x.data(), rows[i] * dim, y.data(), i * dim, dim);
    }
  }

  @Override
  public void gatherRowsBackward(Tensor dy, int[] rows, Tensor dx) {
    int dim = dx.cols();
    Checks.matrix("gatherRowsBackward", "dy", dy, rows.length, dim);
    zero(dx);
    for (int i = 0; i < rows.length; i++) {
      Checks.index("gatherRowsBackward", "row", rows[i], dx.rows());
      System.arraycopy(dy.data(), i * dim, dx.data(), rows[i] * dim, dim);
    }
  }

  @Override
  public void embeddingForward(int[] ids, Tensor table, Tensor y) {
    gatherRows(table, ids, y);
  }

  @Override
  public void embeddingBackward(int[] ids, Tensor dy, Tensor dTable) {
    int dim = dTable.cols();
    Checks.matrix("embeddingBackward", "dy", dy, ids.length, dim);
    for (int i = 0; i < ids.length; i++) {
      Checks.index("embeddingBackward", "id", ids[i], dTable.rows());
      for (int c = 0; c < dim; c++) {
        dTable.data()[ids[i] * dim + c] += dy.data()[i * dim + c];
      }
    }
  }

  @Override
  public void rmsNormForward(Tensor x, Tensor gain, float epsilon, Tensor y, Tensor inverseRms) {
    int rows = x.rows();
    int dim = x.cols();
    Checks.size("rmsNormForward", "gain", gain, dim);
    Checks.size("rmsNormForward", "y", y, x.size());
    Checks.size("rmsNormForward", "inverseRms", inverseRms, rows);
    for (int i = 0; i < rows; i++) {
      double squares = 0;
      for (int c = 0; c < dim; c++) {
        double value = x.data()[i * dim + c];
        squares += value * value;
      }
      double inverse = 1 / Math.sqrt(squares / dim + epsilon);
      inverseRms.data()[i] = (float) inverse;
      for (int c = 0; c < dim; c++) {
        y.data()[i * dim + c] = (float) (x.data()[i * dim + c] * inverse * gain.data()[c]);
      }
    }
  }

  @Override
  public void rmsNormBackward(
      Tensor dy,
      Tensor x,
      Tensor gain,
      Tensor inverseRms,
      Tensor dx,
      Tensor dGain,
      boolean accumulate) {
    int rows = x.rows();
    int dim = x.cols();
    Checks.size("rmsNormBackward", "dy", dy, x.size());
    Checks.size("rmsNormBackward", "gain", gain, dim);
    Checks.size("rmsNormBackward", "inverseRms", inverseRms, rows);
    Checks.size("rmsNormBackward", "dx", dx, x.size());
    Checks.size("rmsNormBackward", "dGain", dGain, dim);
    double[] gainSums = new double[dim];
    for (int i = 0; i < rows; i++) {
      double inverse = inverseRms.data()[i];
      double dot = 0;
      for (int c = 0; c < dim; c++) {
        double normed = x.data()[i * dim + c] * inverse;
        double slope = dy.data()[i * dim + c];
        gainSums[c] += slope * normed;
        dot += slope * gain.data()[c] * normed;
      }
      for (int c = 0; c < dim; c++) {
        double normed = x.data()[i * dim + c] * inverse;
        double value =
            inverse * ((double) dy.data()[i * dim + c] * gain.data()[c] - normed * dot / dim);
        dx.data()[i * dim + c] = (float) (accumulate ? dx.data()[i * dim + c] + value : value);
      }
    }
    for (int c = 0; c < dim; c++) {
      dGain.data()[c] += (float) gainSums[c];
    }
  }

  @Override
  public void rope(Tensor x, int[] positions, Tensor cos, Tensor sin) {
    rotate("rope", x, positions, cos, sin, 1);
  }

  @Override
  public void ropeBackward(Tensor dx, int[] positions, Tensor cos, Tensor sin) {
    rotate("ropeBackward", dx, positions, cos, sin, -1);
  }

  private static void rotate(
      String op, Tensor x, int[] positions, Tensor cos, Tensor sin, int direction) {
    int headDim = x.cols();
    int half = headDim / 2;
    int heads = x.dim(1);
    Checks.length(op, "positions", positions.length, x.dim(0));
    Checks.matrix(op, "cos", cos, cos.rows(), half);
    Checks.matrix(op, "sin", sin, cos.rows(), half);
    for (int t = 0; t < positions.length; t++) {
      Checks.index(op, "position", positions[t], cos.rows());
      for (int h = 0; h < heads; h++) {
        int base = (t * heads + h) * headDim;
        for (int i = 0; i < half; i++) {
          double c = cos.data()[positions[t] * half + i];
          double s = direction * sin.data()[positions[t] * half + i];
          double a = x.data()[base + i];
          double b = x.data()[base + half + i];
          x.data()[base + i] = (float) (a * c - b * s);
          x.data()[base + half + i] = (float) (b * c + a * s);
        }
      }
    }
  }

  @Override
  public void attentionForward(
      Tensor q, Tensor k, Tensor v, Packing packing, float scale, Tensor o, Tensor logSumExp) {
    Attention a = Attention.of("attentionForward", q, k, v, packing);
    Checks.size("attentionForward", "o", o, q.size());
    Checks.size("attentionForward", "logSumExp", logSumExp, a.tokens * a.heads);
    double[] scores = new double[packing.longest()];
    for (int s = 0; s < packing.sequences(); s++) {
      int start = packing.start(s);
      for (int t = start; t < start + packing.length(s); t++) {
        for (int h = 0; h < a.heads; h++) {
          double max = Double.NEGATIVE_INFINITY;
          for (int u = start; u <= t; u++) {
            scores[u - start] = scale * a.dot(q, a.query(t, h), k, a.key(u, h));
            max = Math.max(max, scores[u - start]);
          }
          double sum = 0;
          for (int u = start; u <= t; u++) {
            sum += Math.exp(scores[u - start] - max);
          }
          double lse = max + Math.log(sum);
          logSumExp.data()[t * a.heads + h] = (float) lse;
          for (int c = 0; c < a.headDim; c++) {
            double value = 0;
            for (int u = start; u <= t; u++) {
              value += Math.exp(scores[u - start] - lse) * v.data()[a.key(u, h) + c];
            }
            o.data()[a.query(t, h) + c] = (float) value;
          }
        }
      }
    }
  }

  @Override
  public void attentionBackward(
      Tensor dO,
      Tensor q,
      Tensor k,
      Tensor v,
      Tensor o,
      Tensor logSumExp,
      Packing packing,
      float scale,
      Tensor dQ,
      Tensor dK,
      Tensor dV) {
    Attention a = Attention.of("attentionBackward", q, k, v, packing);
    Checks.size("attentionBackward", "dO", dO, q.size());
    Checks.size("attentionBackward", "o", o, q.size());
    Checks.size("attentionBackward", "logSumExp", logSumExp, a.tokens * a.heads);
    Checks.size("attentionBackward", "dQ", dQ, q.size());
    Checks.size("attentionBackward", "dK", dK, k.size());
    Checks.size("attentionBackward", "dV", dV, v.size());
    double[] dq = new double[q.size()];
    double[] dk = new double[k.size()];
    double[] dv = new double[v.size()];
    for (int s = 0; s < packing.sequences(); s++) {
      int start = packing.start(s);
      for (int t = start; t < start + packing.length(s); t++) {
        for (int h = 0; h < a.heads; h++) {
          int row = a.query(t, h);
          double delta = a.dot(dO, row, o, row);
          for (int u = start; u <= t; u++) {
            int key = a.key(u, h);
            double p = Math.exp(scale * a.dot(q, row, k, key) - logSumExp.data()[t * a.heads + h]);
            double dScore = scale * p * (a.dot(dO, row, v, key) - delta);
            for (int c = 0; c < a.headDim; c++) {
              dq[row + c] += dScore * k.data()[key + c];
              dk[key + c] += dScore * q.data()[row + c];
              dv[key + c] += p * dO.data()[row + c];
            }
          }
        }
      }
    }
    narrow(dq, dQ);
    narrow(dk, dK);
    narrow(dv, dV);
  }

  private static void narrow(double[] from, Tensor to) {
    for (int i = 0; i < from.length; i++) {
      to.data()[i] = (float) from[i];
    }
  }

  /** Where rows of queries and of the keys they read lie. */
  private record Attention(int tokens, int heads, int kvHeads, int headDim) {
    static Attention of(String op, Tensor q, Tensor k, Tensor v, Packing packing) {
      Attention a = new Attention(packing.tokens(), q.dim(1), k.dim(1), q.cols());
      Checks.matrix(op, "q", q, a.tokens * a.heads, a.headDim);
      Checks.matrix(op, "k", k, a.tokens * a.kvHeads, a.headDim);
      Checks.matrix(op, "v", v, a.tokens * a.kvHeads, a.headDim);
      if (a.heads % a.kvHeads != 0) {
        throw new IllegalArgumentException(
            op + ": " + a.heads + " query heads, expected a multiple of " + a.kvHeads);
      }
      return a;
    }

    int query(int token, int head) {
      return (token * heads + head) * headDim;
    }

    int key(int token, int head) {
      return (token * kvHeads + head / (heads / kvHeads)) * headDim;
    }

    double dot(Tensor x, int xBase, Tensor y, int yBase) {
      double sum = 0;
      for (int c = 0; c < headDim; c++) {
        sum += (double) x.data()[xBase + c] * y.data()[yBase + c];
      }
      return sum;
    }
  }

  @Override
  public void cacheAppend(Tensor x, int[] slots, int[] positions, Tensor cache) {
    int kvHeads = cache.dim(1);
    int capacity = cache.dim(2);
    int headDim = cache.dim(3);
    Checks.matrix("cacheAppend", "x", x, slots.length * kvHeads, headDim);
    Checks.length("cacheAppend", "positions", positions.length, slots.length);
    for (int i = 0; i < slots.length; i++) {
      Checks.index("cacheAppend", "slot", slots[i], cache.dim(0));
      Checks.index("cacheAppend", "position", positions[i], capacity);
      for (int h = 0; h < kvHeads; h++) {
        System.arraycopy(
            x.data(),
            (i * kvHeads + h) * headDim,
            cache.data(),
            ((slots[i] * kvHeads + h) * capacity + positions[i]) * headDim,
            headDim);
      }
    }
  }

  @Override
  public void attentionDecode(
      Tensor q, Tensor kCache, Tensor vCache, int[] slots, int[] lengths, float scale, Tensor o) {
    int heads = q.dim(1);
    int headDim = q.cols();
    int kvHeads = kCache.dim(1);
    int capacity = kCache.dim(2);
    Checks.matrix("attentionDecode", "q", q, slots.length * heads, headDim);
    Checks.size("attentionDecode", "vCache", vCache, kCache.size());
    Checks.size("attentionDecode", "o", o, q.size());
    Checks.length("attentionDecode", "lengths", lengths.length, slots.length);
    double[] scores = new double[capacity];
    for (int i = 0; i < slots.length; i++) {
      Checks.index("attentionDecode", "slot", slots[i], kCache.dim(0));
      Checks.index("attentionDecode", "length", lengths[i] - 1, capacity);
      for (int h = 0; h < heads; h++) {
        int row = (i * heads + h) * headDim;
        int base = (slots[i] * kvHeads + h / (heads / kvHeads)) * capacity * headDim;
        double max = Double.NEGATIVE_INFINITY;
        for (int u = 0; u < lengths[i]; u++) {
          double score = 0;
          for (int c = 0; c < headDim; c++) {
            score += (double) q.data()[row + c] * kCache.data()[base + u * headDim + c];
          }
          scores[u] = scale * score;
          max = Math.max(max, scores[u]);
        }
        double sum = 0;
        for (int u = 0; u < lengths[i]; u++) {
          scores[u] = Math.exp(scores[u] - max);
          sum += scores[u];
        }
        for (int c = 0; c < headDim; c++) {
          double value = 0;
          for (int u = 0; u < lengths[i]; u++) {
            value += scores[u] * vCache.data()[base + u * headDim + c];
          }
          o.data()[row + c] = (float) (value / sum);
        }
      }
    }
  }

  @Override
  public void swigluForward(Tensor gate, Tensor up, Tensor y) {
    Checks.size("swigluForward", "up", up, gate.size());
    Checks.size("swigluForward", "y", y, gate.size());
    for (int i = 0; i < gate.size(); i++) {
      double g = gate.data()[i];
      y.data()[i] = (float) (g / (1 + Math.exp(-g)) * up.data()[i]);
    }
  }

  @Override
  public void swigluBackward(Tensor dy, Tensor gate, Tensor up, Tensor dGate, Tensor dUp) {
    Checks.size("swigluBackward", "gate", gate, dy.size());
    Checks.size("swigluBackward", "up", up, dy.size());
    Checks.size("swigluBackward", "dGate", dGate, dy.size());
    Checks.size("swigluBackward", "dUp", dUp, dy.size());
    for (int i = 0; i < dy.size(); i++) {
      double g = gate.data()[i];
      double u = up.data()[i];
      double sigmoid = 1 / (1 + Math.exp(-g));
      double slope = dy.data()[i];
      dGate.data()[i] = (float) (slope * u * sigmoid * (1 + g * (1 - sigmoid)));
      dUp.data()[i] = (float) (slope * g * sigmoid);
    }
  }

  /** Temperature-scaled logits of token {@code n}, in double. */
  private static double[] logits(Head head, int n) {
    int dim = head.hidden().cols();
    double[] logits = new double[head.vocabulary()];
    for (int x = 0; x < logits.length; x++) {
      double sum = 0;
      for (int c = 0; c < dim; c++) {
        sum += (double) head.hidden().data()[n * dim + c] * head.weight().data()[x * dim + c];
      }
      logits[x] = sum / head.temperature();
    }
    return logits;
  }

  private static double logSumExp(double[] logits) {
    double max = Double.NEGATIVE_INFINITY;
    for (double logit : logits) {
      max = Math.max(max, logit);
    }
    double sum = 0;
    for (double logit : logits) {
      sum += Math.exp(logit - max);
    }
    return max + Math.log(sum);
  }

  @Override
  public void headForward(Head head, int[] actions, HeadStatistics out) {
    Checks.length("headForward", "actions", actions.length, head.tokens());
    Checks.length("headForward", "out", out.logProb().length, head.tokens());
    for (int n = 0; n < actions.length; n++) {
      Checks.index("headForward", "action", actions[n], head.vocabulary());
      record(logits(head, n), n, actions[n], out);
    }
  }

  @Override
  public void headSample(Head head, double[] uniforms, HeadStatistics out) {
    Checks.length("headSample", "uniforms", uniforms.length, head.tokens());
    Checks.length("headSample", "out", out.logProb().length, head.tokens());
    for (int n = 0; n < uniforms.length; n++) {
      double[] logits = logits(head, n);
      record(logits, n, uniforms[n] < 0 ? best(logits) : sample(logits, uniforms[n]), out);
    }
  }

  private static int best(double[] logits) {
    int best = 0;
    for (int x = 1; x < logits.length; x++) {
      if (logits[x] > logits[best]) {
        best = x;
      }
    }
    return best;
  }

  /** The first id whose cumulative probability exceeds u; rounding never picks an impossible id. */
  private static int sample(double[] logits, double u) {
    double lse = logSumExp(logits);
    double cumulative = 0;
    int last = 0;
    for (int x = 0; x < logits.length; x++) {
      double p = Math.exp(logits[x] - lse);
      cumulative += p;
      if (u < cumulative) {
        return x;
      }
      if (p > 0) {
        last = x;
      }
    }
    return last;
  }

  private static void record(double[] logits, int n, int action, HeadStatistics out) {
    double lse = logSumExp(logits);
    double entropy = 0;
    for (double logit : logits) {
      double p = Math.exp(logit - lse);
      entropy -= p > 0 ? p * (logit - lse) : 0;
    }
    out.action()[n] = action;
    out.logProb()[n] = (float) (logits[action] - lse);
    out.logSumExp()[n] = (float) lse;
    out.entropy()[n] = (float) entropy;
    double[] left = logits.clone();
    for (int rank = 0; rank < out.k(); rank++) {
      int id = best(left);
      out.topIds()[n * out.k() + rank] = id;
      out.topLogProbs()[n * out.k() + rank] = (float) (logits[id] - lse);
      left[id] = Double.NEGATIVE_INFINITY;
    }
  }

  @Override
  public void headGather(Head head, float[] logSumExp, int[] ids, float[] logProbs) {
    int tokens = head.tokens();
    Checks.length("headGather", "logSumExp", logSumExp.length, tokens);
    Checks.length("headGather", "logProbs", logProbs.length, ids.length);
    int each = tokens == 0 ? 0 : ids.length / tokens;
    Checks.length("headGather", "ids", ids.length, each * tokens);
    for (int n = 0; n < tokens; n++) {
      double[] logits = logits(head, n);
      for (int i = n * each; i < (n + 1) * each; i++) {
        logProbs[i] =
            ids[i] < 0 ? Float.NEGATIVE_INFINITY : (float) (logits[ids[i]] - logSumExp[n]);
      }
    }
  }

  @Override
  public void headCompare(
      Head p, float[] pLogSumExp, Head q, float[] qLogSumExp, float lambda, HeadComparison out) {
    Checks.length("headCompare", "q", q.tokens(), p.tokens());
    Checks.length("headCompare", "q's vocabulary", q.vocabulary(), p.vocabulary());
    for (int n = 0; n < p.tokens(); n++) {
      double[] pLogits = logits(p, n);
      double[] qLogits = logits(q, n);
      double klPQ = 0;
      double klQP = 0;
      double overlap = 0;
      for (int x = 0; x < pLogits.length; x++) {
        double logP = pLogits[x] - pLogSumExp[n];
        double logQ = qLogits[x] - qLogSumExp[n];
        klPQ += Math.exp(logP) * (logP - logQ);
        klQP += Math.exp(logQ) * (logQ - logP);
        overlap += Math.min(Math.exp(logQ), Math.exp(logP) / lambda);
      }
      out.klPQ()[n] = (float) klPQ;
      out.klQP()[n] = (float) klQP;
      out.overlap()[n] = (float) overlap;
    }
  }

  @Override
  public void headBackward(
      Head head,
      HeadStatistics statistics,
      float[] coefficient,
      @Nullable Distillation distillation,
      Tensor dHidden,
      Tensor dWeight) {
    int dim = head.hidden().cols();
    Checks.length("headBackward", "coefficient", coefficient.length, head.tokens());
    Checks.matrix("headBackward", "dHidden", dHidden, head.tokens(), dim);
    Checks.matrix("headBackward", "dWeight", dWeight, head.vocabulary(), dim);
    double[] weightSums = new double[dWeight.size()];
    for (int n = 0; n < head.tokens(); n++) {
      double[] logits = logits(head, n);
      double[] teacher = distillation == null ? logits : logits(distillation.teacher(), n);
      double[] hiddenSums = new double[dim];
      for (int x = 0; x < logits.length; x++) {
        double logP = logits[x] - statistics.logSumExp()[n];
        double p = Math.exp(logP);
        double slope = coefficient[n] * ((x == statistics.action()[n] ? 1 : 0) - p);
        if (distillation != null) {
          double logTeacher = teacher[x] - distillation.teacherLogSumExp()[n];
          slope +=
              distillation.weight()[n]
                  * switch (distillation.direction()) {
                    case FORWARD -> p - Math.exp(logTeacher);
                    case REVERSE -> p * (logP - logTeacher - distillation.divergence()[n]);
                  };
        }
        slope /= head.temperature();
        for (int c = 0; c < dim; c++) {
          hiddenSums[c] += slope * head.weight().data()[x * dim + c];
          weightSums[x * dim + c] += slope * head.hidden().data()[n * dim + c];
        }
      }
      for (int c = 0; c < dim; c++) {
        dHidden.data()[n * dim + c] = (float) hiddenSums[c];
      }
    }
    for (int i = 0; i < weightSums.length; i++) {
      dWeight.data()[i] += (float) weightSums[i];
    }
  }

  @Override
  public double sumOfSquares(Tensor x) {
    double sum = 0;
    for (int i = 0; i < x.size(); i++) {
      sum += (double) x.data()[i] * x.data()[i];
    }
    return sum;
  }

  @Override
  public void adamW(Tensor weight, Tensor gradient, Tensor m, Tensor v, AdamWStep step) {
    Checks.size("adamW", "gradient", gradient, weight.size());
    Checks.size("adamW", "m", m, weight.size());
    Checks.size("adamW", "v", v, weight.size());
    double correction1 = 1 - Math.pow(step.beta1(), step.step());
    double correction2 = Math.sqrt(1 - Math.pow(step.beta2(), step.step()));
    for (int i = 0; i < weight.size(); i++) {
      double g = (double) gradient.data()[i] * step.gradientScale();
      double first = step.beta1() * m.data()[i] + (1 - step.beta1()) * g;
      double second = step.beta2() * v.data()[i] + (1 - step.beta2()) * g * g;
      m.data()[i] = (float) first;
      v.data()[i] = (float) second;
      double decayed = weight.data()[i] * (1 - (double) step.learningRate() * step.weightDecay());
      double denominator = Math.sqrt(second) / correction2 + step.epsilon();
      weight.data()[i] =
          (float) (decayed - step.learningRate() / correction1 * first / denominator);
    }
  }

  @Override
  public void close() {}
}
