package io.jackpot.tensor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.StringJoiner;

/**
 * The shape and range checks of every op of {@link Ops}, shared by its providers so that all refuse
 * the same arguments with the same words. Each error names the op, the shapes it wants and the
 * shapes it got.
 */
public final class Checks {
  private Checks() {}

  public static void matmulNT(Tensor x, Tensor w, Tensor y) {
    shapes(
        x.cols() == w.cols() && y.rows() == x.rows() && y.cols() == w.rows(),
        "matmulNT",
        "x [m, k], w [n, k], y [m, n]",
        x,
        w,
        y);
  }

  static void matmulPacked(Tensor x, PackedMatrix w, Tensor y) {
    if (x.cols() != w.cols() || y.rows() != x.rows() || y.cols() != w.rows()) {
      throw new IllegalArgumentException(
          "matmulPacked: expected x [m, k], w [n, k], y [m, n]; found, in this order, %s, [%d, %d], %s"
              .formatted(x.shape(), w.rows(), w.cols(), y.shape()));
    }
  }

  static void embeddingPacked(int[] ids, PackedMatrix table, Tensor y) {
    if (table.cols() != y.cols() || ids.length < y.rows()) {
      throw new IllegalArgumentException(
          "embeddingPacked: expected ids [n], table [vocabulary, dim], y [n, dim]; found %d ids, [%d, %d], %s"
              .formatted(ids.length, table.rows(), table.cols(), y.shape()));
    }
    indices("embeddingPacked", "id", ids, y.rows(), table.rows());
  }

  public static void matmulNN(Tensor dy, Tensor w, Tensor dx) {
    shapes(
        dy.cols() == w.rows() && dx.rows() == dy.rows() && dx.cols() == w.cols(),
        "matmulNN",
        "dy [m, n], w [n, k], dx [m, k]",
        dy,
        w,
        dx);
  }

  public static void matmulTN(Tensor dy, Tensor x, Tensor dw) {
    shapes(
        dy.rows() == x.rows() && dw.rows() == dy.cols() && dw.cols() == x.cols(),
        "matmulTN",
        "dy [m, n], x [m, k], dw [n, k]",
        dy,
        x,
        dw);
  }

  public static void bias(String op, Tensor bias, Tensor y) {
    shapes(bias.size() == y.cols(), op, "bias [n], y [m, n]", bias, y);
  }

  public static void sameSize(String op, Tensor... tensors) {
    boolean same = true;
    for (Tensor tensor : tensors) {
      same &= tensor.size() == tensors[0].size();
    }
    shapes(same, op, "tensors of one size", tensors);
  }

  public static void copyRows(Tensor x, int from, Tensor y, int to, int count) {
    shapes(
        x.cols() == y.cols()
            && from >= 0
            && to >= 0
            && count >= 0
            && from + count <= x.rows()
            && to + count <= y.rows(),
        "copyRows",
        "x [at least %d, dim], y [at least %d, dim]".formatted(from + count, to + count),
        x,
        y);
  }

  public static void gatherRows(String op, Tensor x, int[] rows, Tensor y) {
    shapes(
        x.cols() == y.cols() && rows.length >= y.rows(),
        op,
        "x [tokens, dim], rows [" + y.rows() + "] (found " + rows.length + "), y [n, dim]",
        x,
        y);
    indices(op, "row", rows, y.rows(), x.rows());
  }

  public static void embedding(String op, int[] ids, Tensor table, Tensor y) {
    shapes(
        table.cols() == y.cols() && ids.length >= y.rows(),
        op,
        "ids [" + y.rows() + "] (found " + ids.length + "), table [vocabulary, dim], y [n, dim]",
        table,
        y);
    indices(op, "id", ids, y.rows(), table.rows());
  }

  public static void rmsNorm(String op, Tensor x, Tensor gain, Tensor inverseRms, Tensor... likeX) {
    boolean same = true;
    for (Tensor tensor : likeX) {
      same &= tensor.size() == x.size() && tensor.cols() == x.cols();
    }
    shapes(
        same && gain.size() == x.cols() && inverseRms.size() == x.rows(),
        op,
        "x [rows, dim], gain [dim], inverseRms [rows], y like x",
        concat(new Tensor[] {x, gain, inverseRms}, likeX));
  }

  public static void rope(String op, Tensor x, int[] positions, Tensor cos, Tensor sin) {
    int half = x.cols() / 2;
    boolean fits =
        x.shape().rank() == 3
            && x.cols() == 2 * half
            && cos.cols() == half
            && sin.cols() == half
            && cos.rows() == sin.rows();
    shapes(
        fits && positions.length >= x.dim(0),
        op,
        "x [tokens, heads, headDim], cos, sin [positions, headDim / 2], positions ["
            + x.dim(0)
            + "] (found "
            + positions.length
            + ")",
        x,
        cos,
        sin);
    indices(op, "position", positions, x.dim(0), cos.rows());
  }

  public static void attentionForward(Attention in, Attention.Output out) {
    attention("attentionForward", in, out.logSumExp(), List.of(out.o()), List.of());
  }

  public static void attentionBackward(
      Attention in, Attention.Output out, Tensor dO, Attention.Gradients gradients) {
    attention(
        "attentionBackward",
        in,
        out.logSumExp(),
        List.of(out.o(), dO, gradients.dQ()),
        List.of(gradients.dK(), gradients.dV()));
  }

  /** {@code likeQ} and {@code likeK} are outputs or gradients of the same shapes. */
  private static void attention(
      String op, Attention in, Tensor logSumExp, List<Tensor> likeQ, List<Tensor> likeK) {
    Tensor q = in.q();
    Tensor k = in.k();
    int tokens = in.packing().tokens();
    boolean fits =
        q.shape().rank() == 3
            && k.shape().rank() == 3
            && k.dim(1) > 0
            && q.dim(0) == tokens
            && k.dim(0) == tokens
            && q.dim(1) % k.dim(1) == 0
            && q.dim(2) == k.dim(2)
            && in.v().shape().equals(k.shape())
            && logSumExp.size() == q.dim(0) * q.dim(1)
            && likeQ.stream().allMatch(x -> x.shape().equals(q.shape()))
            && likeK.stream().allMatch(x -> x.shape().equals(k.shape()));
    if (!fits) {
      List<Tensor> found = new ArrayList<>(List.of(q, k, in.v(), logSumExp));
      found.addAll(likeQ);
      found.addAll(likeK);
      shapes(
          false,
          op,
          "q, o [tokens, heads, headDim], k, v [tokens, kvHeads, headDim], logSumExp [tokens,"
              + " heads], heads a multiple of kvHeads, gradients alike, tokens "
              + tokens,
          found.toArray(Tensor[]::new));
    }
  }

  public static void cacheAppend(Tensor x, int[] slots, int[] positions, Tensor cache) {
    cacheAppend(x, slots, positions, cache.shape());
  }

  static void cacheAppend(Tensor x, int[] slots, int[] positions, Shape cache) {
    boolean fits =
        x.shape().rank() == 3
            && cache.rank() == 4
            && x.dim(1) == cache.dim(1)
            && x.dim(2) == cache.dim(3)
            && slots.length >= x.dim(0)
            && positions.length >= x.dim(0);
    shapes(
        fits,
        "cacheAppend",
        "x [rows, kvHeads, headDim], slots [rows] (found "
            + slots.length
            + "), positions [rows] (found "
            + positions.length
            + "), cache [slots, kvHeads, capacity, headDim]",
        x.shape(),
        cache);
    indices("cacheAppend", "slot", slots, x.dim(0), cache.dim(0));
    indices("cacheAppend", "position", positions, x.dim(0), cache.dim(2));
  }

  public static void attentionDecode(
      Tensor q, Tensor kCache, Tensor vCache, int[] slots, int[] lengths, Tensor o) {
    attentionDecode(q, kCache.shape(), vCache.shape(), slots, lengths, o);
  }

  static void attentionDecode(
      Tensor q, Shape kCache, Shape vCache, int[] slots, int[] lengths, Tensor o) {
    boolean fits =
        q.shape().rank() == 3
            && kCache.rank() == 4
            && kCache.equals(vCache)
            && o.shape().equals(q.shape())
            && kCache.dim(1) > 0
            && q.dim(1) % kCache.dim(1) == 0
            && q.dim(2) == kCache.dim(3)
            && slots.length >= q.dim(0)
            && lengths.length >= q.dim(0);
    shapes(
        fits,
        "attentionDecode",
        "q, o [rows, heads, headDim], kCache, vCache [slots, kvHeads, capacity, headDim], heads a"
            + " multiple of kvHeads, slots [rows] (found "
            + slots.length
            + "), lengths [rows] (found "
            + lengths.length
            + ")",
        q.shape(),
        kCache,
        vCache,
        o.shape());
    indices("attentionDecode", "slot", slots, q.dim(0), kCache.dim(0));
    for (int i = 0; i < q.dim(0); i++) {
      if (lengths[i] < 1 || lengths[i] > kCache.dim(2)) {
        throw new IllegalArgumentException(
            "attentionDecode: length %d of row %d, expected 1 to the capacity %d"
                .formatted(lengths[i], i, kCache.dim(2)));
      }
    }
  }

  public static void statistics(String op, Head head, HeadStatistics out) {
    statistics(op, head.tokens(), head.vocabulary(), out);
  }

  private static void statistics(String op, int tokens, int vocabulary, HeadStatistics out) {
    if (out.k() < 0 || out.k() > vocabulary) {
      throw new IllegalArgumentException(
          "%s: top k of %d, expected 0 to the vocabulary %d".formatted(op, out.k(), vocabulary));
    }
    if (vocabulary == 0) {
      throw new IllegalArgumentException(op + ": a vocabulary without tokens");
    }
    atLeast(op, "action", out.action().length, tokens);
    atLeast(op, "logProb", out.logProb().length, tokens);
    atLeast(op, "logSumExp", out.logSumExp().length, tokens);
    atLeast(op, "entropy", out.entropy().length, tokens);
    atLeast(op, "topIds", out.topIds().length, (long) tokens * out.k());
    atLeast(op, "topLogProbs", out.topLogProbs().length, (long) tokens * out.k());
  }

  public static void actions(String op, Head head, int[] actions) {
    atLeast(op, "actions", actions.length, head.tokens());
    indices(op, "action", actions, head.tokens(), head.vocabulary());
  }

  public static void headSample(Head head, double[] uniforms, HeadStatistics out) {
    headSample(head.tokens(), head.vocabulary(), uniforms, out);
  }

  static void headSample(PackedHead head, double[] uniforms, HeadStatistics out) {
    headSample(head.tokens(), head.vocabulary(), uniforms, out);
  }

  private static void headSample(
      int tokens, int vocabulary, double[] uniforms, HeadStatistics out) {
    statistics("headSample", tokens, vocabulary, out);
    atLeast("headSample", "uniforms", uniforms.length, tokens);
    for (int n = 0; n < tokens; n++) {
      if (!(uniforms[n] < 1)) {
        throw new IllegalArgumentException(
            "headSample: uniform " + uniforms[n] + " of row " + n + ", expected below 1");
      }
    }
  }

  /** Returns n, the number of ids a token. */
  public static int headGather(Head head, float[] logSumExp, int[] ids, float[] logProbs) {
    int tokens = head.tokens();
    atLeast("headGather", "logSumExp", logSumExp.length, tokens);
    atLeast("headGather", "logProbs", logProbs.length, ids.length);
    return idsPerToken("headGather", head, ids);
  }

  private static int idsPerToken(String op, Head head, int[] ids) {
    int tokens = head.tokens();
    if (tokens == 0 ? ids.length > 0 : ids.length % tokens != 0) {
      throw new IllegalArgumentException(
          "%s: %d ids, expected a multiple of the %d tokens".formatted(op, ids.length, tokens));
    }
    idsBelow(op, head, ids, ids.length);
    return tokens == 0 ? 0 : ids.length / tokens;
  }

  private static void idsBelow(String op, Head head, int[] ids, int count) {
    for (int i = 0; i < count; i++) {
      if (ids[i] >= head.vocabulary()) {
        throw new IllegalArgumentException(
            "%s: id %d at %d, expected below the vocabulary %d"
                .formatted(op, ids[i], i, head.vocabulary()));
      }
    }
  }

  public static void headCompare(
      Head p, float[] pLogSumExp, Head q, float[] qLogSumExp, float lambda, HeadComparison out) {
    twoHeads("headCompare", p, pLogSumExp, q, qLogSumExp, lambda);
    atLeast("headCompare", "klPQ", out.klPQ().length, p.tokens());
    atLeast("headCompare", "klQP", out.klQP().length, p.tokens());
    atLeast("headCompare", "overlap", out.overlap().length, p.tokens());
  }

  /** Returns n, the number of other ids a token. */
  public static int headOverlap(
      Head p,
      float[] pLogSumExp,
      Head q,
      float[] qLogSumExp,
      TopK topQ,
      int[] otherIds,
      double lambda,
      double[] overlap) {
    twoHeads("headOverlap", p, pLogSumExp, q, qLogSumExp, lambda);
    long recorded = (long) p.tokens() * topQ.k();
    atLeast("headOverlap", "topQ.ids", topQ.ids().length, recorded);
    atLeast("headOverlap", "topQ.logProbs", topQ.logProbs().length, recorded);
    atLeast("headOverlap", "overlap", overlap.length, p.tokens());
    idsBelow("headOverlap", p, topQ.ids(), (int) recorded);
    return idsPerToken("headOverlap", p, otherIds);
  }

  private static void twoHeads(
      String op, Head p, float[] pLogSumExp, Head q, float[] qLogSumExp, double lambda) {
    twoHeads(op, p, q);
    atLeast(op, "pLogSumExp", pLogSumExp.length, p.tokens());
    atLeast(op, "qLogSumExp", qLogSumExp.length, p.tokens());
    if (!(lambda > 0)) {
      throw new IllegalArgumentException(op + ": lambda " + lambda + ", expected above 0");
    }
  }

  public static void headBackward(
      Head head, HeadStatistics statistics, HeadLoss loss, Tensor dHidden, Tensor dWeight) {
    String op = "headBackward";
    int tokens = head.tokens();
    actions(op, head, statistics.action());
    atLeast(op, "logSumExp", statistics.logSumExp().length, tokens);
    atLeast(op, "coefficient", loss.coefficient().length, tokens);
    if (loss.entropyWeight() != null) {
      atLeast(op, "entropy weight", loss.entropyWeight().length, tokens);
      atLeast(op, "entropy", statistics.entropy().length, tokens);
    }
    if (loss.ids() != null) {
      int count = idsPerToken(op, head, loss.ids().ids());
      atLeast(op, "id coefficient", loss.ids().coefficient().length, (long) tokens * count);
    }
    Distillation distillation = loss.distillation();
    shapes(
        dHidden.rows() == tokens
            && dHidden.cols() == head.hidden().cols()
            && dWeight.rows() == head.vocabulary()
            && dWeight.cols() == head.hidden().cols(),
        op,
        "hidden, dHidden [tokens, dim], weight, dWeight [vocabulary, dim]",
        head.hidden(),
        dHidden,
        head.weight(),
        dWeight);
    if (distillation != null) {
      twoHeads(op, head, distillation.teacher());
      atLeast(op, "teacherLogSumExp", distillation.teacherLogSumExp().length, tokens);
      atLeast(op, "distillation weight", distillation.weight().length, tokens);
      if (distillation.direction() == Distillation.Direction.REVERSE) {
        atLeast(op, "divergence", distillation.divergence().length, tokens);
      }
    }
  }

  private static void twoHeads(String op, Head p, Head q) {
    if (p.tokens() != q.tokens() || p.vocabulary() != q.vocabulary()) {
      throw new IllegalArgumentException(
          "%s: heads of one vocabulary over the same tokens expected; found %d and %d tokens, %d and %d ids"
              .formatted(op, p.tokens(), q.tokens(), p.vocabulary(), q.vocabulary()));
    }
  }

  private static void indices(String op, String what, int[] indices, int count, int bound) {
    for (int i = 0; i < count; i++) {
      if (indices[i] < 0 || indices[i] >= bound) {
        throw new IllegalArgumentException(
            "%s: %s %d at %d, expected 0 to %d".formatted(op, what, indices[i], i, bound - 1));
      }
    }
  }

  private static void atLeast(String op, String what, int found, long expected) {
    if (found < expected) {
      throw new IllegalArgumentException(
          "%s: %s of length %d, expected at least %d".formatted(op, what, found, expected));
    }
  }

  private static void shapes(boolean fits, String op, String expected, Tensor... found) {
    if (!fits) {
      Shape[] shapes = Arrays.stream(found).map(Tensor::shape).toArray(Shape[]::new);
      shapes(false, op, expected, shapes);
    }
  }

  private static void shapes(boolean fits, String op, String expected, Shape... found) {
    if (!fits) {
      StringJoiner names = new StringJoiner(", ");
      for (Shape shape : found) {
        names.add(shape.toString());
      }
      throw new IllegalArgumentException(
          op + ": expected " + expected + "; found, in this order, " + names);
    }
  }

  private static Tensor[] concat(Tensor[] first, Tensor[] second) {
    Tensor[] all = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, all, first.length, second.length);
    return all;
  }
}
