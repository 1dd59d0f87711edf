package io.jackpot.tasks;

import static io.jackpot.tasks.Recorder.operands;

import java.util.Arrays;
import java.util.stream.IntStream;
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
  public void launch(Matmul matmul) {
    Tiling tiling = Tiling.of(matmul, Bfloat16Kernels.TILE);
    Matrix out = tiling.output(recorder, matmul);
    int groups = Math.min(tiling.groups(), Bfloat16Kernels.GROUPS);
    int[] grid = {tiling.tilesX(), tiling.tilesY(), tiling.groups(), groups};
    recorder.launch(
        kernel,
        operands(matmul.a().region(), matmul.b().region(), out.region()),
        IntStream.concat(Arrays.stream(matmul.args(tiling, out)), Arrays.stream(grid)).toArray(),
        new float[] {matmul.scale()},
        new int[] {groups, 1, 1},
        matmul.aAlong(),
        matmul.bAlong());
    tiling.finish(recorder, matmul, out);
  }
}
