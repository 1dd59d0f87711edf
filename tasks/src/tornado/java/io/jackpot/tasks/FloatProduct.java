package io.jackpot.tasks;

import static io.jackpot.tasks.Recorder.operands;

/** Products in float32 by {@link MatmulKernels}, on any device. */
final class FloatProduct implements MatrixProduct {
  private final Recorder recorder;

  FloatProduct(Recorder recorder) {
    this.recorder = recorder;
  }

  @Override
  public void launch(Matmul matmul) {
    Tiling tiling = Tiling.of(matmul, MatmulKernels.TILE);
    Matrix out = tiling.output(recorder, matmul);
    recorder.launch(
        MatmulKernels.MATMUL,
        operands(matmul.a().region(), matmul.b().region(), out.region()),
        matmul.args(tiling, out),
        new float[] {matmul.scale()},
        new int[] {tiling.tilesX(), tiling.tilesY(), tiling.parts()},
        matmul.aAlong(),
        matmul.bAlong());
    tiling.finish(recorder, matmul, out);
  }
}
