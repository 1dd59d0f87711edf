package io.jackpot.tasks;

import static io.jackpot.tensor.Fixtures.assertClose;
import static io.jackpot.tensor.Fixtures.copy;
import static io.jackpot.tensor.Fixtures.random;
import static io.jackpot.tensor.Fixtures.randomIds;
import static org.assertj.core.api.Assertions.assertThat;

import io.jackpot.tensor.ScalarOps;
import io.jackpot.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The bodies of the row kernels, on the host with a few lanes, against the oracle. */
class RowsTasksTest {
  private static final int LANES = 4;
  private static final int ROWS = 70;

  private final ScalarOps oracle = new ScalarOps();

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 4, 33})
  void rmsNormForwardAndBackward(int dim) {
    Tensor x = random(1, 2, ROWS, dim);
    Tensor gain = random(2, 1, dim);
    Tensor dy = random(3, 1, ROWS, dim);
    Tensor dx = random(4, 1, ROWS, dim);
    float[] y = new float[ROWS * dim];
    float[] rms = new float[ROWS];
    float[] dxFound = dx.data().clone();
    for (int row = 0; row < ROWS; row++) {
      int at = row * dim;
      float squares = 0;
      float dot = 0;
      for (int lane = 0; lane < LANES; lane++) {
        squares += RowsTasks.squares(x.data(), at, dim, lane, LANES);
        dot += RowsTasks.gainedDot(dy.data(), at, gain.data(), 0, x.data(), at, dim, lane, LANES);
      }
      rms[row] = 1f / (float) Math.sqrt(squares / dim + 1e-6f);
      for (int lane = 0; lane < LANES; lane++) {
        RowsTasks.scaleRow(x.data(), at, gain.data(), 0, rms[row], y, at, dim, lane, LANES);
        RowsTasks.rmsNormBackwardRow(
            dy.data(),
            at,
            x.data(),
            at,
            gain.data(),
            0,
            rms[row],
            dot,
            dxFound,
            at,
            dim,
            1,
            lane,
            LANES);
      }
    }
    float[] dGain = new float[dim];
    float[] columns = new float[dim];
    for (int j = 0; j < dim; j++) {
      float[] partials = new float[2];
      for (int block = 0; block < 2; block++) {
        partials[block] =
            RowsTasks.gainColumnSum(dy.data(), 0, x.data(), 0, rms, 0, ROWS, dim, block, j);
        columns[j] += RowsTasks.columnSum(dy.data(), 0, ROWS, dim, block, j);
      }
      dGain[j] = RowsTasks.sumPartials(partials, 0, 2, 1, 0);
    }

    Tensor expected = Tensor.zeros(ROWS, dim);
    Tensor expectedRms = Tensor.zeros(ROWS);
    Tensor expectedGain = Tensor.zeros(dim);
    Tensor expectedBias = Tensor.zeros(dim);
    oracle.rmsNormForward(x, gain, 1e-6f, expected, expectedRms);
    Tensor expectedDx = copy(dx);
    oracle.rmsNormBackward(dy, x, gain, expectedRms, expectedDx, expectedGain, true);
    oracle.addBiasBackward(dy, expectedBias);
    assertClose("y", y, expected.data(), 1e-5);
    assertClose("rms", rms, expectedRms.data(), 1e-6);
    assertClose("dx", dxFound, expectedDx.data(), 1e-5);
    assertClose("dGain", dGain, expectedGain.data(), 1e-5);
    assertClose("columns", columns, expectedBias.data(), 1e-5);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 5, 1000})
  void dotsAreSharedByLanes(int dim) {
    Tensor x = random(1, 1, dim);
    Tensor y = random(2, 1, dim);
    float dot = 0;
    for (int lane = 0; lane < LANES; lane++) {
      dot += RowsTasks.dot(x.data(), 0, y.data(), 0, dim, lane, LANES);
    }
    Tensor expected = Tensor.zeros(1, 1);
    oracle.matmulNT(x.reshape(1, dim), y.reshape(1, dim), expected, false);
    assertClose("dot", new float[] {dot}, expected.data(), 1e-5);
    float squares = 0;
    for (int lane = 0; lane < LANES; lane++) {
      squares += RowsTasks.squares(x.data(), 0, dim, lane, LANES);
    }
    float sum = (float) oracle.sumsOfSquares(List.of(x))[0];
    assertClose("squares", new float[] {squares}, new float[] {sum}, 1e-5);
  }

  @Test
  void listsOfAnIdAreShortAndInOrder() {
    int[] ids = randomIds(1, 500, 3);
    ids[77] = 9;
    Tensor dy = random(2, 1, 500, 4);
    IdLists lists = IdLists.of(ids, 500, 64);
    Tensor table = Tensor.zeros(10, 4);
    for (int g = 0; g < lists.distinct().length; g++) {
      for (int list = lists.firstList()[g]; list < lists.firstList()[g + 1]; list++) {
        int from = lists.starts()[list];
        int to = lists.starts()[list + 1];
        assertThat(to - from).isBetween(1, 64);
        for (int j = 0; j < 4; j++) {
          table.data()[lists.distinct()[g] * 4 + j] +=
              RowsTasks.listedSum(dy.data(), 0, lists.order(), 0, from, to, 4, j);
        }
      }
    }
    Tensor expected = Tensor.zeros(10, 4);
    oracle.embeddingBackward(ids, dy, expected);
    assertClose("table", table.data(), expected.data(), 1e-5);
    assertThat(IdLists.of(new int[0], 0, 64).count()).isZero();
  }
}
