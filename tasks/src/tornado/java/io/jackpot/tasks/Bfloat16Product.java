package io.jackpot.tasks;

import static io.jackpot.tasks.Recorder.operands;

import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/**
 * Products of factors rounded to bfloat16, summed in float32 by tensor cores: {@link
 * Bfloat16Kernels}. On TornadoVM's CUDA backend, from compute capability 8.0 on.
 */
final class Bfloat16Product implements MatrixProduct {
  private final Recorder recorder;
  private final Kernel kernel;

  Bfloat16Product(Recorder recorder) {
    this.recorder = recorder;
    FloatArray results = new FloatArray(TornadoDevices.RESULT_FLOATS);
    recorder.graphs().bring(results);
    this.kernel = Bfloat16Kernels.kernel(results);
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
    Tiling tiling = Tiling.of(rows, cols, inner, Bfloat16Kernels.TILE);
    Matrix out = tiling.output(recorder, y, rows * cols);
    int groups = Math.min(tiling.groups(), Bfloat16Kernels.GROUPS);
    recorder.launch(
        kernel,
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
          tiling.part(),
          tiling.tilesX(),
          tiling.tilesY(),
          tiling.groups(),
          groups
        },
        new float[] {scale},
        new int[] {groups, 1, 1},
        orientation.aAlong,
        orientation.bAlong);
    tiling.finish(recorder, out, y, rows * cols, accumulate);
  }
}
