package io.jackpot.tensor;

import static io.jackpot.tensor.ScalarMath.addScaled;
import static io.jackpot.tensor.ScalarMath.dot;
import static io.jackpot.tensor.ScalarMath.store;
import static io.jackpot.tensor.ScalarMath.storeRow;

/** The ops over the rows of a tensor as plain loops. */
interface ScalarRows extends Ops, PackedOps {
  @Override
  default void addBias(Tensor bias, Tensor y) {
    Checks.bias("addBias", bias, y);
    int n = y.cols();
    for (int i = 0; i < y.size(); i++) {
      y.data()[i] += bias.data()[i % n];
    }
  }

  @Override
  default void addBiasBackward(Tensor dy, Tensor dBias) {
    Checks.bias("addBiasBackward", dBias, dy);
    double[] sums = new double[dy.cols()];
    for (int i = 0; i < dy.rows(); i++) {
      addScaled(1, dy.data(), i * dy.cols(), sums);
    }
    storeRow(dBias.data(), 0, sums, true);
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
    int dim = x.cols();
    for (int i = 0; i < y.rows(); i++) {
      System.arraycopy(x.data(), rows[i] * dim, y.data(), i * dim, dim);
    }
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
    int dim = y.cols();
    for (int i = 0; i < y.rows(); i++) {
      System.arraycopy(table.data(), ids[i] * dim, y.data(), i * dim, dim);
    }
  }

  @Override
  default void embeddingPacked(int[] ids, PackedMatrix table, Tensor y) {
    Checks.embeddingPacked(ids, table, y);
    for (int i = 0; i < y.rows(); i++) {
      for (int j = 0; j < y.cols(); j++) {
        y.data()[i * y.cols() + j] = table.get(ids[i], j);
      }
    }
  }

  @Override
  default void embeddingBackward(int[] ids, Tensor dy, Tensor dTable) {
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
  default void rmsNormForward(Tensor x, Tensor gain, float epsilon, Tensor y, Tensor inverseRms) {
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
  default void rope(Tensor x, int[] positions, Tensor cos, Tensor sin) {
    Checks.rope("rope", x, positions, cos, sin);
    rotate(x, positions, cos, sin, 1);
  }

  @Override
  default void ropeBackward(Tensor dx, int[] positions, Tensor cos, Tensor sin) {
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
}
