package io.jackpot.tasks;

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
  public void record(Matmul matmul) {
    Tiling tiling = Tiling.of(matmul, Bfloat16Kernels.TILE);
    Matrix output = tiling.output(recorder, matmul);
    int groups = Math.min(tiling.groups(), Bfloat16Kernels.GROUPS);
    matmul
        .prepare(recorder, kernel, tiling, output)
        .arg(MatmulKernels.TILES_X, tiling.tilesX())
        .arg(MatmulKernels.TILES_Y, tiling.tilesY())
        .arg(MatmulKernels.TILES, tiling.groups())
        .arg(MatmulKernels.GROUPS, groups)
        .record(groups);
    tiling.finish(recorder, matmul, output);
  }
}
