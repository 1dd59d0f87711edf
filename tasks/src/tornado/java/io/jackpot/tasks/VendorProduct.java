package io.jackpot.tasks;

import static io.jackpot.tasks.Recorder.operands;

import io.jackpot.config.Products.Precision;

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
  public void of(
      Orientation orientation,
      Matrix a,
      Matrix b,
      Matrix y,
      int rows,
      int cols,
      int inner,
      boolean accumulate,
      float scale) {
    if (rows > 0 && cols > 0) {
      recorder.launch(
          MATMUL,
          operands(a.region(), b.region(), y.region()),
          new int[] {a.offset(), b.offset(), y.offset(), rows, cols, inner, accumulate ? 1 : 0},
          new float[] {scale},
          new int[] {1, 1, 1},
          orientation.aAlong,
          orientation.bAlong,
          computeType);
    }
  }
}
