package io.jackpot.tasks;

/** Products in float32 by {@link MatmulKernels}, on any device. */
final class FloatProduct implements MatrixProduct {
  private final Recorder recorder;

  FloatProduct(Recorder recorder) {
    this.recorder = recorder;
  }

  @Override
  public void record(Matmul matmul) {
    Tiling tiling = Tiling.of(matmul, MatmulKernels.TILE);
    Matrix output = tiling.output(recorder, matmul);
    matmul
        .prepare(recorder, MatmulKernels.MATMUL, tiling, output)
        .record(tiling.tilesX(), tiling.tilesY(), tiling.parts());
    tiling.finish(recorder, matmul, output);
  }
}
