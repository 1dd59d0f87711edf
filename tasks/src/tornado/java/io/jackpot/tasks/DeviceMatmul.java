package io.jackpot.tasks;

import io.jackpot.tasks.DeviceMemory.Region;
import io.jackpot.tasks.DeviceMemory.Role;
import io.jackpot.tasks.MatrixProduct.Matmul;
import io.jackpot.tasks.MatrixProduct.Matrix;
import io.jackpot.tasks.MatrixProduct.Orientation;
import io.jackpot.tensor.Tensor;

/**
 * The three products of a linear layer on the device, by the kernels of a {@link MatrixProduct}.
 */
final class DeviceMatmul {
  private final Recorder recorder;
  private final MatrixProduct product;

  DeviceMatmul(Recorder recorder, MatrixProduct product) {
    this.recorder = recorder;
    this.product = product;
  }

  private Region weight(Tensor x) {
    return recorder.region(x, Role.WEIGHT);
  }

  private Region activation(Tensor x) {
    return recorder.region(x, Role.ACTIVATION);
  }

  void matmulNT(Tensor x, Tensor w, Tensor y, boolean accumulate) {
    record(Orientation.NT, activation(x), weight(w), activation(y), y, x.cols(), accumulate);
  }

  void matmulNN(Tensor dy, Tensor w, Tensor dx, boolean accumulate) {
    record(Orientation.NN, activation(dy), weight(w), activation(dx), dx, dy.cols(), accumulate);
  }

  void matmulTN(Tensor dy, Tensor x, Tensor dw, boolean accumulate) {
    Region gradient = recorder.region(dw, Role.GRADIENT);
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
    product.record(
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
