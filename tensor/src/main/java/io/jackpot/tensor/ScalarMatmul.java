package io.jackpot.tensor;

import static io.jackpot.tensor.ScalarMath.addScaled;
import static io.jackpot.tensor.ScalarMath.dot;
import static io.jackpot.tensor.ScalarMath.store;
import static io.jackpot.tensor.ScalarMath.storeRow;

import java.util.Arrays;

/** The matrix products as plain loops. */
interface ScalarMatmul extends Ops, PackedOps {
  @Override
  default void matmulNT(Tensor x, Tensor w, Tensor y, boolean accumulate) {
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
  default void matmulNN(Tensor dy, Tensor w, Tensor dx, boolean accumulate) {
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
  default void matmulTN(Tensor dy, Tensor x, Tensor dw, boolean accumulate) {
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

  /** Panels of one row each: row-major. */
  @Override
  default PackedMatrix pack(Tensor w, WeightType type) {
    PackedMatrix packed = new PackedMatrix(w.rows(), w.cols(), type, 1);
    for (int row = 0; row < w.rows(); row++) {
      packed.encode(row, Arrays.copyOfRange(w.data(), row * w.cols(), (row + 1) * w.cols()));
    }
    return packed;
  }

  @Override
  default void matmulPacked(Tensor x, PackedMatrix w, Tensor y) {
    Checks.matmulPacked(x, w, y);
    matmulNT(x, w.unpacked(), y, false);
  }
}
