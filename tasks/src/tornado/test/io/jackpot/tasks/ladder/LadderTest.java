package io.jackpot.tasks.ladder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.jackpot.tasks.MatmulKernels;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.WorkerGrid;
import uk.ac.manchester.tornado.api.WorkerGrid3D;
import uk.ac.manchester.tornado.api.common.TornadoDevice;

/** Every rung gives the host's result, on the machine's device, with tails in every direction. */
class LadderTest {
  private static final TornadoDevice DEVICE = KernelLadder.device();

  @ParameterizedTest
  @CsvSource({
    "1, 1, 1",
    "1, 130, 65",
    "63, 65, 130",
    "65, 130, 63",
    "130, 63, 65",
    "130, 1, 17",
    "129, 257, 33"
  })
  void matmul(int rows, int cols, int inner) {
    MatmulProblem problem = MatmulProblem.random(rows, cols, inner);
    for (Rung rung : MatmulLadder.rungs(DEVICE, problem)) {
      rung.run(); // makes the buffers, see ObjectiveGraph
      assertThat(problem.largestError(rung.result()))
          .as(rung.name())
          .isLessThanOrEqualTo(problem.tolerance());
      rung.close();
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 1, 1", "129, 257, 33", "300, 140, 1100"})
  void matmulOnTensorCores(int rows, int cols, int inner) {
    assumeTrue(
        KernelLadder.hasTensorCores(DEVICE),
        "tensor cores and cuBLAS: the device is not on TornadoVM's CUDA backend");
    MatmulProblem problem = MatmulProblem.random(rows, cols, inner);
    for (Rung rung : MatmulLadder.tensorCores(DEVICE, problem)) {
      assertThat(problem.largestError(rung.result()))
          .as(rung.name())
          .isLessThanOrEqualTo(problem.tolerance(8));
      rung.close();
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 1, 2", "3, 63, 24", "1, 65, 64", "2, 130, 128"})
  void attention(int heads, int tokens, int headDim) {
    AttentionProblem problem = AttentionProblem.random(heads, tokens, headDim);
    for (Rung rung : AttentionLadder.rungs(DEVICE, problem)) {
      rung.run(); // makes the buffers, see ObjectiveGraph
      assertThat(problem.largestError(rung.result()))
          .as(rung.name())
          .isLessThanOrEqualTo(problem.tolerance());
      rung.close();
    }
  }

  /** Factors stored in either orientation, a sum in parts, and values to add to. */
  @ParameterizedTest
  @CsvSource({
    "1, 1, 70, 0",
    "1, 1, 25, 0",
    "1, 0, 70, 1",
    "0, 0, 70, 1",
    "0, 0, 16, 0",
    "0, 1, 33, 0"
  })
  void matmul128TakesWhatTheProductsKernelTakes(int aAlong, int bAlong, int part, int keep) {
    int rows = 131;
    int cols = 66;
    int inner = 70;
    int parts = Math.ceilDiv(inner, part);
    MatmulProblem problem = MatmulProblem.random(rows, cols, inner);
    float[] a = stored(problem.a(), rows, inner, aAlong == 0, 3);
    float[] b = stored(problem.b(), inner, cols, bAlong == 1, 5);
    float[] y = new float[7 + parts * rows * cols];
    Arrays.fill(y, 2);
    int[] args = new int[1 + MatmulKernels.ARGUMENTS];
    args[0] = 1;
    args[1 + MatmulKernels.A] = 3;
    args[1 + MatmulKernels.B] = 5;
    args[1 + MatmulKernels.Y] = 7;
    args[1 + MatmulKernels.ROWS] = rows;
    args[1 + MatmulKernels.COLS] = cols;
    args[1 + MatmulKernels.INNER] = inner;
    args[1 + MatmulKernels.A_STRIDE] = aAlong == 1 ? inner : rows;
    args[1 + MatmulKernels.B_STRIDE] = bAlong == 1 ? inner : cols;
    args[1 + MatmulKernels.KEEP] = keep;
    args[1 + MatmulKernels.PART] = part;
    float[] scalars = {0, 0.5f};
    TaskGraph graph =
        Rung.graph("oriented", a, b, y, args, scalars)
            .task(
                "t",
                LargeTileMatmul::matmul128,
                new KernelContext(),
                a,
                b,
                y,
                args,
                scalars,
                0,
                aAlong,
                bAlong);
    WorkerGrid grid =
        new WorkerGrid3D(Math.ceilDiv(cols, 128) * 256, Math.ceilDiv(rows, 128), parts);
    grid.setLocalWork(256, 1, 1);
    Rung rung = new Rung("oriented", graph, new GridScheduler("oriented.t", grid), y, DEVICE);
    rung.result();
    rung.close();
    assertThat(y).startsWith(2, 2, 2, 2, 2, 2, 2);
    float[] sums = problem.emptyResult();
    for (int i = 0; i < sums.length; i++) {
      for (int part0 = 0; part0 < parts; part0++) {
        sums[i] += 2 * (y[7 + part0 * sums.length + i] - 2 * keep);
      }
    }
    assertThat(problem.largestError(sums)).isLessThanOrEqualTo(4 * problem.tolerance());
  }

  /** A matrix behind {@code at} other elements, transposed or not. */
  private static float[] stored(float[] x, int rows, int cols, boolean transposed, int at) {
    float[] result = new float[at + x.length];
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < cols; j++) {
        result[at + (transposed ? j * rows + i : i * cols + j)] = x[i * cols + j];
      }
    }
    return result;
  }

  /** A check that let wrong results pass would be worth nothing. */
  @Test
  void wrongResultsAreFound() {
    MatmulProblem problem = MatmulProblem.random(20, 30, 40);
    float[] y = MatmulLadder.rungs(DEVICE, problem).getFirst().result();
    assertThat(problem.largestError(y)).isLessThanOrEqualTo(problem.tolerance());
    y[333] += 1e-3f;
    assertThat(problem.largestError(y)).isGreaterThan(problem.tolerance());
    y[333] = Float.NaN;
    assertThat(problem.largestError(y)).isInfinite();
  }
}
