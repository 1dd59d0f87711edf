package io.jackpot.tensor;

import static io.jackpot.tensor.VectorMath.LANES;
import static io.jackpot.tensor.VectorMath.SPECIES;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/** The ops over the rows of a tensor. */
interface VectorRows extends Ops, PackedOps, VectorLoops {
  /** Rows of one partial column sum; the partial sums are then added in order. */
  int SUM_ROWS = 256;

  @Override
  default void addBias(Tensor bias, Tensor y) {
    Checks.bias("addBias", bias, y);
    int n = y.cols();
    eachRow(y.rows(), n, row -> VectorMath.addTo(bias.data(), 0, y.data(), row * n, n));
  }

  @Override
  default void addBiasBackward(Tensor dy, Tensor dBias) {
    Checks.bias("addBiasBackward", dBias, dy);
    int n = dy.cols();
    sumRows(
        dy.rows(),
        dBias,
        (from, to, sums, at) -> {
          for (int row = from; row < to; row++) {
            VectorMath.addTo(dy.data(), row * n, sums, at, n);
          }
        });
  }

  @Override
  default void copyRows(Tensor x, int from, Tensor y, int to, int count) {
    Checks.copyRows(x, from, y, to, count);
    int dim = x.cols();
    System.arraycopy(x.data(), from * dim, y.data(), to * dim, count * dim);
  }

  @Override
  default void gatherRows(Tensor x, int[] rows, Tensor y) {
    Checks.gatherRows("gatherRows", x, rows, y);
    copyRows(x, rows, y);
  }

  @Override
  default void gatherRowsBackward(Tensor dy, int[] rows, Tensor dx) {
    Checks.gatherRows("gatherRowsBackward", dx, rows, dy);
    int dim = dx.cols();
    zero(dx);
    for (int i = 0; i < dy.rows(); i++) {
      System.arraycopy(dy.data(), i * dim, dx.data(), rows[i] * dim, dim);
    }
  }

  @Override
  default void embeddingForward(int[] ids, Tensor table, Tensor y) {
    Checks.embedding("embeddingForward", ids, table, y);
    copyRows(table, ids, y);
  }

  private void copyRows(Tensor x, int[] rows, Tensor y) {
    int dim = y.cols();
    eachRow(y.rows(), dim, i -> System.arraycopy(x.data(), rows[i] * dim, y.data(), i * dim, dim));
  }

  @Override
  default void embeddingPacked(int[] ids, PackedMatrix table, Tensor y) {
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

  /** A task owns some columns of the table and adds the tokens in order. */
  @Override
  default void embeddingBackward(int[] ids, Tensor dy, Tensor dTable) {
    Checks.embedding("embeddingBackward", ids, dTable, dy);
    int dim = dy.cols();
    int tokens = dy.rows();
    eachTask(
        Math.ceilDiv(dim, LANES),
        task -> {
          int j = task * LANES;
          int count = Math.min(LANES, dim - j);
          for (int i = 0; i < tokens; i++) {
            VectorMath.addTo(dy.data(), i * dim + j, dTable.data(), ids[i] * dim + j, count);
          }
        });
  }

  @Override
  default void rmsNormForward(Tensor x, Tensor gain, float epsilon, Tensor y, Tensor inverseRms) {
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
  default void rmsNormBackward(
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
  default void rope(Tensor x, int[] positions, Tensor cos, Tensor sin) {
    Checks.rope("rope", x, positions, cos, sin);
    rotate(x, positions, cos, sin, 1);
  }

  @Override
  default void ropeBackward(Tensor dx, int[] positions, Tensor cos, Tensor sin) {
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

  /** Adds the sums over rows {@code from ≤ row < to} to {@code sums[at …]}. */
  interface RowSums {
    void accept(int from, int to, float[] sums, int at);
  }

  /** Adds to y the sums of {@code body} over all rows, in pieces whose sums are added in order. */
  private void sumRows(int rows, Tensor y, RowSums body) {
    int dim = y.size();
    int pieces = Math.ceilDiv(rows, SUM_ROWS);
    float[] sums = Scratch.floats(0, pieces * dim);
    Arrays.fill(sums, 0, pieces * dim, 0);
    eachTask(
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
