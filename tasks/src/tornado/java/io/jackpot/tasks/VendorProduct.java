package io.jackpot.tasks;

import io.jackpot.devices.Products.Precision;

/** Products by {@link VendorLibrary}, of factors as they lie in memory. On the CUDA backend. */
final class VendorProduct implements MatrixProduct {
  /** Constants: how a is stored, how b is, and the compute type of {@link Cublas}. */
  private static final Kernel MATMUL =
      Kernel.special(
          "VendorLibrary.matmul",
          1,
          3,
          (graph, id, a, in, task, constants) ->
              graph.libraryTask(
                  id,
                  VendorLibrary::matmul,
                  a[0],
                  a[1],
                  a[2],
                  in.args(),
                  in.scalars(),
                  task,
                  constants[0],
                  constants[1],
                  constants[2]));

  private final Recorder recorder;
  private final int computeType;

  VendorProduct(Recorder recorder, Precision precision) {
    this.recorder = recorder;
    this.computeType = Cublas.computeType(precision);
  }

  @Override
  public void record(Matmul matmul) {
    if (matmul.rows() > 0 && matmul.cols() > 0) {
      recorder
          .prepare(MATMUL)
          .operand(MatmulKernels.A, matmul.a())
          .operand(MatmulKernels.B, matmul.b())
          .operand(MatmulKernels.Y, matmul.y())
          .arg(MatmulKernels.ROWS, matmul.rows())
          .arg(MatmulKernels.COLS, matmul.cols())
          .arg(MatmulKernels.INNER, matmul.inner())
          .arg(MatmulKernels.KEEP, matmul.accumulate())
          .scalar(MatmulKernels.SCALE, matmul.scale())
          .constants(matmul.aAlong(), matmul.bAlong(), computeType)
          .record(1);
    }
  }
}
