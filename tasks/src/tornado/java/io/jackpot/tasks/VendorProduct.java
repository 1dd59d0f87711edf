package io.jackpot.tasks;

import static io.jackpot.tasks.Recorder.operands;

import io.jackpot.devices.Products.Precision;

/** Products by {@link VendorLibrary}, of factors as they lie in memory. On the CUDA backend. */
final class VendorProduct implements MatrixProduct {
  /** Constants: how a is stored, how b is, and what {@link Cublas} is to compute with. */
  private static final Kernel MATMUL =
      Kernel.of(
              "VendorLibrary.matmul",
              1,
              (graph, id, a, in, task, c) ->
                  graph.libraryTask(
                      id,
                      VendorLibrary::matmul,
                      a[0],
                      a[1],
                      a[2],
                      in.args(),
                      in.scalars(),
                      task,
                      c[0],
                      c[1],
                      c[2]))
          .withScalars();

  private final Recorder recorder;
  private final int computeType;

  VendorProduct(Recorder recorder, Precision precision) {
    this.recorder = recorder;
    this.computeType = Cublas.computeType(precision);
  }

  @Override
  public void launch(Matmul matmul) {
    if (matmul.rows() > 0 && matmul.cols() > 0) {
      recorder.launch(
          MATMUL,
          operands(matmul.a().region(), matmul.b().region(), matmul.y().region()),
          new int[] {
            matmul.a().offset(),
            matmul.b().offset(),
            matmul.y().offset(),
            matmul.rows(),
            matmul.cols(),
            matmul.inner(),
            matmul.accumulate() ? 1 : 0
          },
          new float[] {matmul.scale()},
          new int[] {1, 1, 1},
          matmul.aAlong(),
          matmul.bAlong(),
          computeType);
    }
  }
}
