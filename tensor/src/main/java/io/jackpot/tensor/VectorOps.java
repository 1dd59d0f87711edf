package io.jackpot.tensor;

import static io.jackpot.tensor.VectorMath.LANES;
import static io.jackpot.tensor.VectorMath.SPECIES;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.IntConsumer;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import org.jspecify.annotations.Nullable;

/**
 * The ops on the Vector API and all cores. How an op is cut into pieces depends on its shapes
 * alone, never on the number of threads, and each sum has one order: the same bits for any number
 * of threads.
 */
final class VectorOps implements Ops, PackedOps {
  /** Elements one task of an elementwise op works on. */
  private static final int PIECE = 1 << 14;

  /** Rows whose column sums are taken together before they are added up in order. */
  private static final int SUM_ROWS = 256;

  private final int threads;
  private final Workers workers;
  private final Gemm gemm;
  private final PackedGemm packedGemm;
  private final VectorHead head;
  private float[] partialSums = new float[0];

  /**
   * @param threads how many threads work on an op, the caller among them
   */
  VectorOps(int threads) {
    this.threads = threads;
    this.workers = new Workers(threads);
    this.gemm = new Gemm(workers);
    this.packedGemm = new PackedGemm(workers);
    this.head = new VectorHead(workers, gemm, packedGemm);
  }

  @Override
  public String describe() {
    return "VectorOps: Vector API, %d-bit vectors, %d thread%s"
        .formatted(SPECIES.vectorBitSize(), threads, threads == 1 ? "" : "s");
  }

  @Override
  public void matmulNT(Tensor x, Tensor w, Tensor y, boolean accumulate) {
    Checks.matmulNT(x, w, y);
    gemm.nt(x.data(), 0, w.data(), 0, y.data(), 0, x.rows(), w.rows(), x.cols(), accumulate);
  }

  @Override
  public void matmulNN(Tensor dy, Tensor w, Tensor dx, boolean accumulate) {
    Checks.matmulNN(dy, w, dx);
    gemm.nn(dy.data(), 0, w.data(), 0, dx.data(), 0, dy.rows(), dy.cols(), w.cols(), accumulate);
  }

  @Override
  public void matmulTN(Tensor dy, Tensor x, Tensor dw, boolean accumulate) {
    Checks.matmulTN(dy, x, dw);
    gemm.tn(dy.data(), 0, x.data(), 0, dw.data(), 0, dy.rows(), dy.cols(), x.cols(), accumulate);
  }

  @Override
  public Optional<PackedOps> packed() {
    return Optional.of(this);
  }

  @Override
  public PackedMatrix pack(Tensor w, WeightType type) {
    return packedGemm.pack(w, type);
  }

  @Override
  public void matmulPacked(Tensor x, PackedMatrix w, Tensor y) {
    Checks.matmulPacked(x, w, y);
    packedGemm.multiply(x.data(), 0, x.rows(), w, y.data(), 0);
  }

  @Override
  public void addBias(Tensor bias, Tensor y) {
    Checks.bias("addBias", bias, y);
    int n = y.cols();
    eachRow(y.rows(), n, row -> addTo(bias.data(), 0, y.data(), row * n, n));
  }

  /** {@code y[yAt …] += x[xAt …]}. */
  private static void addTo(float[] x, int xAt, float[] y, int yAt, int count) {
    int whole = VectorMath.whole(count);
    for (int j = 0; j < whole; j += LANES) {
      VectorMath.load(y, yAt + j).add(VectorMath.load(x, xAt + j)).intoArray(y, yAt + j);
    }
    if (whole < count) {
      VectorMask<Float> tail = VectorMath.tail(count - whole);
      VectorMath.load(y, yAt + whole, tail)
          .add(VectorMath.load(x, xAt + whole, tail))
          .intoArray(y, yAt + whole, tail);
    }
  }

  @Override
  public void addBiasBackward(Tensor dy, Tensor dBias) {
    Checks.bias("addBiasBackward", dBias, dy);
    int n = dy.cols();
    sumRows(
        dy.rows(),
        dBias,
        (from, to, sums, at) -> {
          for (int row = from; row < to; row++) {
            addTo(dy.data(), row * n, sums, at, n);
          }
        });
  }

  @Override
  public void add(Tensor x, Tensor y) {
    Checks.sameSize("add", x, y);
    eachPiece(y.size(), (from, end) -> addTo(x.data(), from, y.data(), from, end - from));
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
    copyRows(x, rows, y);
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
    copyRows(table, ids, y);
  }

  private void copyRows(Tensor x, int[] rows, Tensor y) {
    int dim = y.cols();
    eachRow(y.rows(), dim, i -> System.arraycopy(x.data(), rows[i] * dim, y.data(), i * dim, dim));
  }

  @Override
  public void embeddingPacked(int[] ids, PackedMatrix table, Tensor y) {
    Checks.embeddingPacked(ids, table, y);
    int dim = y.cols();
    eachRow(
        y.rows(),
        dim,
        i -> {
          for (int j = 0; j < dim; j++) {
            y.data()[i * dim + j] = table.get(ids[i], j);
          }
        });
  }

  /** A task owns some columns of the table and goes through the tokens in order. */
  @Override
  public void embeddingBackward(int[] ids, Tensor dy, Tensor dTable) {
    Checks.embedding("embeddingBackward", ids, dTable, dy);
    int dim = dy.cols();
    int tokens = dy.rows();
    workers.run(
        (dim + LANES - 1) / LANES,
        task -> {
          int j = task * LANES;
          int count = Math.min(LANES, dim - j);
          for (int i = 0; i < tokens; i++) {
            addTo(dy.data(), i * dim + j, dTable.data(), ids[i] * dim + j, count);
          }
        });
  }

  @Override
  public void rmsNormForward(Tensor x, Tensor gain, float epsilon, Tensor y, Tensor inverseRms) {
    Checks.rmsNorm("rmsNormForward", x, gain, inverseRms, y);
    int dim = x.cols();
    eachRow(
        x.rows(),
        dim,
        row -> {
          int at = row * dim;
          double meanSquare = VectorMath.dot(x.data(), at, x.data(), at, dim) / (double) dim;
          float r = (float) (1 / Math.sqrt(meanSquare + epsilon));
          inverseRms.data()[row] = r;
          scale(x.data(), at, r, gain.data(), y.data(), dim);
        });
  }

  /** {@code y[at …] = x[at …] · by · gain}. */
  private static void scale(float[] x, int at, float by, float[] gain, float[] y, int dim) {
    int whole = VectorMath.whole(dim);
    for (int j = 0; j < whole; j += LANES) {
      VectorMath.load(x, at + j).mul(by).mul(VectorMath.load(gain, j)).intoArray(y, at + j);
    }
    if (whole < dim) {
      VectorMask<Float> tail = VectorMath.tail(dim - whole);
      VectorMath.load(x, at + whole, tail)
          .mul(by)
          .mul(VectorMath.load(gain, whole, tail))
          .intoArray(y, at + whole, tail);
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
    Checks.rmsNorm("rmsNormBackward", x, gain, inverseRms, dy, dx);
    Checks.sameSize("rmsNormBackward", gain, dGain);
    sumRows(
        x.rows(),
        dGain,
        (from, to, sums, at) -> {
          for (int row = from; row < to; row++) {
            float r = inverseRms.data()[row];
            rmsNormRowBackward(dy.data(), x.data(), gain, r, row, dx.data(), sums, at, accumulate);
          }
        });
  }

  private static void rmsNormRowBackward(
      float[] dy,
      float[] x,
      Tensor gain,
      float r,
      int row,
      float[] dx,
      float[] gainSums,
      int sumsAt,
      boolean accumulate) {
    int dim = gain.size();
    int at = row * dim;
    float[] g = gain.data();
    int whole = VectorMath.whole(dim);
    VectorMask<Float> tail = VectorMath.tail(dim - whole);
    FloatVector products = FloatVector.zero(SPECIES);
    for (int j = 0; j < whole; j += LANES) {
      FloatVector term = VectorMath.load(dy, at + j).mul(VectorMath.load(x, at + j).mul(r));
      products = term.fma(VectorMath.load(g, j), products);
      VectorMath.load(gainSums, sumsAt + j).add(term).intoArray(gainSums, sumsAt + j);
    }
    if (whole < dim) {
      FloatVector term =
          VectorMath.load(dy, at + whole, tail).mul(VectorMath.load(x, at + whole, tail).mul(r));
      products = term.fma(VectorMath.load(g, whole, tail), products);
      VectorMath.load(gainSums, sumsAt + whole, tail)
          .add(term)
          .intoArray(gainSums, sumsAt + whole, tail);
    }
    float mean = VectorMath.sum(products) / dim;
    for (int j = 0; j < whole; j += LANES) {
      FloatVector normal = VectorMath.load(x, at + j).mul(r);
      FloatVector dNormal = VectorMath.load(dy, at + j).mul(VectorMath.load(g, j));
      FloatVector slope = dNormal.sub(normal.mul(mean)).mul(r);
      if (accumulate) {
        slope.add(VectorMath.load(dx, at + j)).intoArray(dx, at + j);
      } else {
        slope.intoArray(dx, at + j);
      }
    }
    if (whole < dim) {
      FloatVector normal = VectorMath.load(x, at + whole, tail).mul(r);
      FloatVector dNormal =
          VectorMath.load(dy, at + whole, tail).mul(VectorMath.load(g, whole, tail));
      FloatVector slope = dNormal.sub(normal.mul(mean)).mul(r);
      if (accumulate) {
        slope = slope.add(VectorMath.load(dx, at + whole, tail));
      }
      slope.intoArray(dx, at + whole, tail);
    }
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

  private void rotate(Tensor x, int[] positions, Tensor cos, Tensor sin, float direction) {
    int heads = x.dim(1);
    int half = x.dim(2) / 2;
    float[] data = x.data();
    eachRow(
        x.dim(0),
        heads * 2 * half,
        token -> {
          int table = positions[token] * half;
          for (int h = 0; h < heads; h++) {
            int at = (token * heads + h) * 2 * half;
            rotateHead(data, at, half, cos.data(), sin.data(), table, direction);
          }
        });
  }

  private static void rotateHead(
      float[] x, int at, int half, float[] cos, float[] sin, int table, float direction) {
    int whole = VectorMath.whole(half);
    for (int i = 0; i < whole; i += LANES) {
      FloatVector c = VectorMath.load(cos, table + i);
      FloatVector s = VectorMath.load(sin, table + i).mul(direction);
      FloatVector first = VectorMath.load(x, at + i);
      FloatVector second = VectorMath.load(x, at + half + i);
      first.mul(c).sub(second.mul(s)).intoArray(x, at + i);
      second.mul(c).add(first.mul(s)).intoArray(x, at + half + i);
    }
    if (whole < half) {
      VectorMask<Float> tail = VectorMath.tail(half - whole);
      FloatVector c = VectorMath.load(cos, table + whole, tail);
      FloatVector s = VectorMath.load(sin, table + whole, tail).mul(direction);
      FloatVector first = VectorMath.load(x, at + whole, tail);
      FloatVector second = VectorMath.load(x, at + half + whole, tail);
      first.mul(c).sub(second.mul(s)).intoArray(x, at + whole, tail);
      second.mul(c).add(first.mul(s)).intoArray(x, at + half + whole, tail);
    }
  }

  @Override
  public void attentionForward(Attention in, Attention.Output out) {
    Checks.attentionForward(in, out);
    int heads = in.heads();
    workers.run(
        in.packing().sequences() * heads,
        task -> VectorAttention.forward(in, out, task / heads, task % heads));
  }

  @Override
  public void attentionBackward(
      Attention in, Attention.Output out, Tensor dO, Attention.Gradients gradients) {
    Checks.attentionBackward(in, out, dO, gradients);
    int kvHeads = in.kvHeads();
    workers.run(
        in.packing().sequences() * kvHeads,
        task -> VectorAttention.backward(in, out, dO, gradients, task / kvHeads, task % kvHeads));
  }

  @Override
  public void cacheAppend(Tensor x, int[] slots, int[] positions, Tensor cache) {
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
  public void cacheAppend(Tensor x, int[] slots, int[] positions, QuantizedCache cache) {
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
  public void attentionDecode(
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

  @Override
  public void attentionDecode(
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
          VectorAttention.decode(
              q, kCache, vCache, slots[row], lengths[row], scale, o, row, task % heads);
        });
  }

  @Override
  public void swigluForward(Tensor gate, Tensor up, Tensor y) {
    Checks.sameSize("swigluForward", gate, up, y);
    eachPiece(
        y.size(),
        (from, end) -> {
          int whole = from + VectorMath.whole(end - from);
          for (int at = from; at < whole; at += LANES) {
            FloatVector g = VectorMath.load(gate.data(), at);
            FloatVector silu = g.mul(VectorMath.sigmoid(g));
            silu.mul(VectorMath.load(up.data(), at)).intoArray(y.data(), at);
          }
          if (whole < end) {
            VectorMask<Float> tail = VectorMath.tail(end - whole);
            FloatVector g = VectorMath.load(gate.data(), whole, tail);
            FloatVector silu = g.mul(VectorMath.sigmoid(g));
            silu.mul(VectorMath.load(up.data(), whole, tail)).intoArray(y.data(), whole, tail);
          }
        });
  }

  @Override
  public void swigluBackward(Tensor dy, Tensor gate, Tensor up, Tensor dGate, Tensor dUp) {
    Checks.sameSize("swigluBackward", dy, gate, up, dGate, dUp);
    eachPiece(
        dy.size(),
        (from, end) -> {
          int whole = from + VectorMath.whole(end - from);
          for (int at = from; at < whole; at += LANES) {
            FloatVector d = VectorMath.load(dy.data(), at);
            FloatVector g = VectorMath.load(gate.data(), at);
            FloatVector u = VectorMath.load(up.data(), at);
            FloatVector sigmoid = VectorMath.sigmoid(g);
            d.mul(u).mul(siluSlope(g, sigmoid)).intoArray(dGate.data(), at);
            d.mul(g.mul(sigmoid)).intoArray(dUp.data(), at);
          }
          if (whole < end) {
            VectorMask<Float> tail = VectorMath.tail(end - whole);
            FloatVector d = VectorMath.load(dy.data(), whole, tail);
            FloatVector g = VectorMath.load(gate.data(), whole, tail);
            FloatVector u = VectorMath.load(up.data(), whole, tail);
            FloatVector sigmoid = VectorMath.sigmoid(g);
            d.mul(u).mul(siluSlope(g, sigmoid)).intoArray(dGate.data(), whole, tail);
            d.mul(g.mul(sigmoid)).intoArray(dUp.data(), whole, tail);
          }
        });
  }

  /** d silu(g)/dg, with σ(g) at hand. */
  private static FloatVector siluSlope(FloatVector g, FloatVector sigmoid) {
    FloatVector silu = g.mul(sigmoid);
    return sigmoid.add(silu).sub(silu.mul(sigmoid));
  }

  @Override
  public void headForward(Head model, int[] actions, HeadStatistics out) {
    Checks.statistics("headForward", model, out);
    Checks.actions("headForward", model, actions);
    head.forward(model, actions, out);
  }

  @Override
  public void headSample(Head model, double[] uniforms, HeadStatistics out) {
    Checks.headSample(model, uniforms, out);
    head.sample(model, uniforms, out);
  }

  @Override
  public void headSample(PackedHead model, double[] uniforms, HeadStatistics out) {
    Checks.headSample(model, uniforms, out);
    head.sample(model, uniforms, out);
  }

  @Override
  public void headGather(Head model, float[] logSumExp, int[] ids, float[] logProbs) {
    int count = Checks.headGather(model, logSumExp, ids, logProbs);
    int dim = model.hidden().cols();
    float[] hidden = model.hidden().data();
    float[] weight = model.weight().data();
    eachRow(
        model.tokens(),
        count * dim,
        n -> {
          for (int i = n * count; i < (n + 1) * count; i++) {
            logProbs[i] =
                ids[i] < 0
                    ? Float.NEGATIVE_INFINITY
                    : VectorMath.dot(hidden, n * dim, weight, ids[i] * dim, dim)
                            / model.temperature()
                        - logSumExp[n];
          }
        });
  }

  @Override
  public void headCompare(
      Head p, float[] pLogSumExp, Head q, float[] qLogSumExp, float lambda, HeadComparison out) {
    Checks.headCompare(p, pLogSumExp, q, qLogSumExp, lambda, out);
    head.compare(p, pLogSumExp, q, qLogSumExp, lambda, out);
  }

  @Override
  public void headBackward(
      Head model,
      HeadStatistics statistics,
      float[] coefficient,
      @Nullable Distillation distillation,
      Tensor dHidden,
      Tensor dWeight) {
    Checks.headBackward(model, statistics, coefficient, distillation, dHidden, dWeight);
    head.backward(model, statistics, coefficient, distillation, dHidden, dWeight);
  }

  @Override
  public double[] sumsOfSquares(List<Tensor> xs) {
    return xs.stream().mapToDouble(this::sumOfSquares).toArray();
  }

  private double sumOfSquares(Tensor x) {
    int size = x.size();
    double[] sums = new double[(size + PIECE - 1) / PIECE];
    workers.run(
        sums.length,
        task -> {
          int at = task * PIECE;
          int length = Math.min(PIECE, size - at);
          double sum = 0;
          for (int i = 0; i < length; i += 1024) {
            int count = Math.min(1024, length - i);
            sum += VectorMath.dot(x.data(), at + i, x.data(), at + i, count);
          }
          sums[task] = sum;
        });
    double total = 0;
    for (double sum : sums) {
      total += sum;
    }
    return total;
  }

  @Override
  public void adamW(Tensor weight, Tensor gradient, Tensor m, Tensor v, AdamWStep step) {
    Checks.sameSize("adamW", weight, gradient, m, v);
    float stepSize = (float) (step.learningRate() / (1 - Math.pow(step.beta1(), step.step())));
    float rootCorrection = (float) Math.sqrt(1 - Math.pow(step.beta2(), step.step()));
    float keep = (float) (1 - (double) step.learningRate() * step.weightDecay());
    float beta1 = step.beta1();
    float beta2 = step.beta2();
    eachPiece(
        weight.size(),
        (from, end) -> {
          int whole = from + VectorMath.whole(end - from);
          for (int at = from; at < whole; at += LANES) {
            FloatVector g = VectorMath.load(gradient.data(), at).mul(step.gradientScale());
            FloatVector first = average(VectorMath.load(m.data(), at), beta1, g);
            FloatVector second = average(VectorMath.load(v.data(), at), beta2, g.mul(g));
            FloatVector denominator = second.sqrt().div(rootCorrection).add(step.epsilon());
            first.intoArray(m.data(), at);
            second.intoArray(v.data(), at);
            VectorMath.load(weight.data(), at)
                .mul(keep)
                .sub(first.mul(stepSize).div(denominator))
                .intoArray(weight.data(), at);
          }
          if (whole < end) {
            VectorMask<Float> tail = VectorMath.tail(end - whole);
            FloatVector g = VectorMath.load(gradient.data(), whole, tail).mul(step.gradientScale());
            FloatVector first = average(VectorMath.load(m.data(), whole, tail), beta1, g);
            FloatVector second = average(VectorMath.load(v.data(), whole, tail), beta2, g.mul(g));
            FloatVector denominator = second.sqrt().div(rootCorrection).add(step.epsilon());
            first.intoArray(m.data(), whole, tail);
            second.intoArray(v.data(), whole, tail);
            VectorMath.load(weight.data(), whole, tail)
                .mul(keep)
                .sub(first.mul(stepSize).div(denominator))
                .intoArray(weight.data(), whole, tail);
          }
        });
  }

  /** β·old + (1 − β)·x. */
  private static FloatVector average(FloatVector old, float beta, FloatVector x) {
    return old.mul(beta).add(x.mul((float) (1.0 - beta)));
  }

  @Override
  public void close() {
    workers.close();
  }

  /** Runs {@code body} for each row, several rows of {@code dim} elements a task. */
  private void eachRow(int rows, int dim, IntConsumer body) {
    int piece = Math.max(1, PIECE / Math.max(1, dim));
    workers.run(
        (rows + piece - 1) / piece,
        task -> {
          int end = Math.min(rows, (task + 1) * piece);
          for (int row = task * piece; row < end; row++) {
            body.accept(row);
          }
        });
  }

  /** Elements {@code from ≤ at < end} of an elementwise op. */
  private interface Piece {
    void accept(int from, int end);
  }

  private void eachPiece(int size, Piece body) {
    workers.run(
        (size + PIECE - 1) / PIECE,
        task -> body.accept(task * PIECE, Math.min(size, (task + 1) * PIECE)));
  }

  /** Adds the sums over rows {@code from ≤ row < to} to {@code sums[at …]}. */
  private interface RowSums {
    void accept(int from, int to, float[] sums, int at);
  }

  /** y += what {@code body} sums over all rows, in pieces whose sums are added in order. */
  private void sumRows(int rows, Tensor y, RowSums body) {
    int dim = y.size();
    int pieces = (rows + SUM_ROWS - 1) / SUM_ROWS;
    if (partialSums.length < pieces * dim) {
      partialSums = new float[pieces * dim];
    }
    float[] sums = partialSums;
    Arrays.fill(sums, 0, pieces * dim, 0);
    workers.run(
        pieces,
        task -> {
          int from = task * SUM_ROWS;
          body.accept(from, Math.min(rows, from + SUM_ROWS), sums, task * dim);
        });
    for (int j = 0; j < dim; j++) {
      double sum = 0;
      for (int piece = 0; piece < pieces; piece++) {
        sum += sums[piece * dim + j];
      }
      y.data()[j] += (float) sum;
    }
  }
}
