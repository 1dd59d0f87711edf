package io.jackpot.tensor;

import static io.jackpot.tensor.ScalarMath.addScaled;
import static io.jackpot.tensor.ScalarMath.argmax;
import static io.jackpot.tensor.ScalarMath.dot;
import static io.jackpot.tensor.ScalarMath.logSumExp;
import static io.jackpot.tensor.ScalarMath.storeRow;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

/** The LM head as plain loops: all logits of one token at a time. */
interface ScalarHead extends Ops, PackedOps {
  @Override
  default void headForward(Head head, int[] actions, HeadStatistics out) {
    Checks.statistics("headForward", head, out);
    Checks.actions("headForward", head, actions);
    double[] logits = new double[head.vocabulary()];
    for (int n = 0; n < head.tokens(); n++) {
      logits(head, n, logits);
      fill(logits, actions[n], n, out);
    }
  }

  @Override
  default void headSample(Head head, double[] uniforms, HeadStatistics out) {
    Checks.headSample(head, uniforms, out);
    double[] logits = new double[head.vocabulary()];
    for (int n = 0; n < head.tokens(); n++) {
      logits(head, n, logits);
      int action = uniforms[n] < 0 ? argmax(logits) : inverseTransform(logits, uniforms[n]);
      fill(logits, action, n, out);
    }
  }

  @Override
  default void headSample(PackedHead head, double[] uniforms, HeadStatistics out) {
    headSample(
        new Head(head.hidden(), head.weight().unpacked(), head.temperature()), uniforms, out);
  }

  @Override
  default void headGather(Head head, float[] logSumExp, int[] ids, float[] logProbs) {
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
  default void headCompare(
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
   * The gradient with respect to the scaled logits: coefficient·(1[x = a] − p(x)) of a log-prob;
   * −weight·p(x)·(log p(x) + H) of the entropy H; weight·(p(x) − teacher(x)) of KL(teacher ‖ p);
   * weight·p(x)·(log p(x) − log teacher(x) − KL) of KL(p ‖ teacher).
   */
  @Override
  default void headBackward(
      Head head, HeadStatistics statistics, HeadLoss loss, Tensor dHidden, Tensor dWeight) {
    Checks.headBackward(head, statistics, loss, dHidden, dWeight);
    Distillation distillation = loss.distillation();
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
      double[] coefficients = coefficients(head, statistics, loss, n);
      double sum = Arrays.stream(coefficients).sum();
      double[] row = new double[dim];
      for (int x = 0; x < vocabulary; x++) {
        double logP = logits[x] - statistics.logSumExp()[n];
        double gradient = coefficients[x] - sum * Math.exp(logP);
        if (loss.entropyWeight() != null) {
          double entropy = statistics.entropy()[n];
          gradient -=
              loss.entropyWeight()[n] * (divergenceTerm(logP, 0) + Math.exp(logP) * entropy);
        }
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

  /** The coefficient of each id's log-prob in the loss of token {@code n}. */
  private static double[] coefficients(Head head, HeadStatistics statistics, HeadLoss loss, int n) {
    double[] coefficients = new double[head.vocabulary()];
    coefficients[statistics.action()[n]] = loss.coefficient()[n];
    HeadLoss.Ids ids = loss.ids();
    int count = loss.idCount(head.tokens());
    for (int i = n * count; ids != null && i < (n + 1) * count; i++) {
      if (ids.ids()[i] >= 0) {
        coefficients[ids.ids()[i]] += ids.coefficient()[i];
      }
    }
    return coefficients;
  }

  /** Temperature-scaled logits of token {@code n}. */
  private static void logits(Head head, int n, double[] logits) {
    int dim = head.hidden().cols();
    for (int x = 0; x < logits.length; x++) {
      logits[x] =
          dot(head.hidden().data(), n * dim, head.weight().data(), x * dim, dim)
              / head.temperature();
    }
  }

  private static void fill(double[] logits, int action, int n, HeadStatistics out) {
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

  /** p·(log p − log q), which is 0 where p is. */
  private static double divergenceTerm(double logP, double logQ) {
    double p = Math.exp(logP);
    return p == 0 ? 0 : p * (logP - logQ);
  }
}
