package io.jackpot.tasks;

import io.jackpot.tasks.DeviceMemory.Region;
import io.jackpot.tasks.DeviceMemory.Role;
import io.jackpot.tasks.MatrixProduct.Matmul;
import io.jackpot.tasks.MatrixProduct.Matrix;
import io.jackpot.tasks.MatrixProduct.Orientation;
import io.jackpot.tensor.Checks;
import io.jackpot.tensor.Tensor;

/**
 * The three products of a linear layer on the device, by the kernels of a {@link MatrixProduct}.
 */
interface DeviceMatmul extends DeviceOps {
  MatrixProduct product();

  @Override
  default void matmulNT(Tensor x, Tensor w, Tensor y, boolean accumulate) {
    Checks.matmulNT(x, w, y);
    recorder().begin();
    record(Orientation.NT, activation(x), weight(w), activation(y), y, x.cols(), accumulate);
  }

  @Override
  default void matmulNN(Tensor dy, Tensor w, Tensor dx, boolean accumulate) {
    Checks.matmulNN(dy, w, dx);
    recorder().begin();
    record(Orientation.NN, activation(dy), weight(w), activation(dx), dx, dy.cols(), accumulate);
  }

  @Override
  default void matmulTN(Tensor dy, Tensor x, Tensor dw, boolean accumulate) {
    Checks.matmulTN(dy, x, dw);
    recorder().begin();
    Region gradient = recorder().region(dw, Role.GRADIENT);
    record(Orientation.TN, activation(dy), activation(x), gradient, dw, dy.rows(), accumulate);
  }

  private void record(
      Orientation orientation,
      Region a,
      Region b,
      Region y,
      Tensor shape,
      int inner,
      boolean accumulate) {
    product()
        .record(
            new Matmul(
                orientation,
                Matrix.of(a),
                Matrix.of(b),
                Matrix.of(y),
                shape.rows(),
                shape.cols(),
                inner,
                accumulate,
                1));
  }
}
