package io.jackpot.tasks;

import static io.jackpot.tasks.Recorder.operands;

/** Products in float32 by {@link MatmulKernels}, on any device. */
final class FloatProduct implements MatrixProduct {
  private final Recorder recorder;

  FloatProduct(Recorder recorder) {
    this.recorder = recorder;
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
    Tiling tiling = Tiling.of(rows, cols, inner, MatmulKernels.TILE);
    Matrix out = tiling.output(recorder, y, rows * cols);
    recorder.launch(
        MatmulKernels.MATMUL,
        operands(a.region(), b.region(), out.region()),
        new int[] {
          a.offset(),
          b.offset(),
          out.offset(),
          rows,
          cols,
          inner,
          orientation.aStride(rows, inner),
          orientation.bStride(cols, inner),
          accumulate && tiling.parts() == 1 ? 1 : 0,
          tiling.part()
        },
        new float[] {scale},
        new int[] {tiling.tilesX(), tiling.tilesY(), tiling.parts()},
        orientation.aAlong,
        orientation.bAlong);
    tiling.finish(recorder, out, y, rows * cols, accumulate);
  }
}
