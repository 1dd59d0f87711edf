package io.jackpot.tasks;

import static io.jackpot.tensor.Fixtures.assertClose;
import static io.jackpot.tensor.Fixtures.copy;
import static io.jackpot.tensor.Fixtures.random;
import static io.jackpot.tensor.Fixtures.randomIds;
import static org.assertj.core.api.Assertions.assertThat;

import io.jackpot.tensor.AdamWStep;
import io.jackpot.tensor.ScalarOps;
import io.jackpot.tensor.Tensor;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** The bodies of the elementwise kernels, on the host, against the oracle. */
class ElementwiseTasksTest {
  /** Where tensors begin in their arrays. */
  private static final int AT = 5;

  private final ScalarOps oracle = new ScalarOps();

  private static float[] shifted(Tensor x) {
    float[] array = new float[AT + x.size()];
    System.arraycopy(x.data(), 0, array, AT, x.size());
    return array;
  }

  private static float[] result(float[] array) {
    return Arrays.copyOfRange(array, AT, array.length);
  }

  @Test
  void sumsAndRows() {
    Tensor x = random(1, 1, 9, 7);
    Tensor y = random(2, 1, 9, 7);
    Tensor bias = random(3, 1, 7);
    int[] rows = {8, 0, 3};
    Tensor some = random(4, 1, 3, 7);
    float[] sum = shifted(y);
    float[] gathered = new float[AT + 21];
    float[] scattered = new float[AT + 63];
    for (int i = 0; i < 63; i++) {
      ElementwiseTasks.add(shifted(x), AT, sum, AT, i);
      RowsTasks.addBias(shifted(bias), AT, sum, AT, 7, i);
    }
    for (int i = 0; i < 21; i++) {
      RowsTasks.gatherRows(shifted(x), AT, rows, 0, gathered, AT, 7, i);
      RowsTasks.scatterRows(shifted(some), AT, rows, 0, scattered, AT, 7, i);
    }
    oracle.add(x, y);
    oracle.addBias(bias, y);
    assertClose("sum", result(sum), y.data(), 1e-6);
    Tensor expected = Tensor.zeros(3, 7);
    oracle.gatherRows(x, rows, expected);
    assertClose("gathered", result(gathered), expected.data(), 0);
    Tensor back = Tensor.zeros(9, 7);
    oracle.gatherRowsBackward(some, rows, back);
    assertClose("scattered", result(scattered), back.data(), 0);
  }

  @Test
  void ropeAndItsInverse() {
    int[] positions = {0, 4, 2, 39};
    Tensor x = random(1, 1, 4, 3, 10);
    Tensor cos = random(2, 1, 40, 5);
    Tensor sin = random(3, 1, 40, 5);
    for (int direction = -1; direction <= 1; direction += 2) {
      float[] turned = shifted(x);
      for (int i = 0; i < 60; i++) {
        RowsTasks.rope(
            turned, AT, positions, 0, shifted(cos), AT, shifted(sin), AT, 3, 5, direction, i);
      }
      Tensor expected = copy(x);
      if (direction > 0) {
        oracle.rope(expected, positions, cos, sin);
      } else {
        oracle.ropeBackward(expected, positions, cos, sin);
      }
      assertClose("direction " + direction, result(turned), expected.data(), 1e-6);
    }
  }

  @Test
  void swigluWithExtremes() {
    Tensor gate = random(1, 20, 40);
    float[] extremes = {0, -0f, 90, -90, 1000, -1000, Float.NaN, 1e-30f};
    System.arraycopy(extremes, 0, gate.data(), 0, extremes.length);
    Tensor up = random(2, 1, 40);
    Tensor dy = random(3, 1, 40);
    float[] y = new float[AT + 40];
    float[] out = shifted(gate);
    float[] dUp = new float[AT + 40];
    for (int i = 0; i < 40; i++) {
      ElementwiseTasks.swiglu(out, AT, shifted(up), AT, y, AT, i);
      ElementwiseTasks.swigluBackward(
          shifted(dy), AT, out, AT, shifted(up), AT, out, AT, dUp, AT, i);
    }
    Tensor expected = Tensor.zeros(40);
    Tensor expectedUp = Tensor.zeros(40);
    oracle.swigluForward(gate, up, expected);
    oracle.swigluBackward(dy, gate, up, gate, expectedUp);
    assertClose("y", result(y), expected.data(), 1e-5);
    assertClose("dGate", result(out), gate.data(), 1e-5);
    assertClose("dUp", result(dUp), expectedUp.data(), 1e-5);
  }

  @Test
  void cacheAppend() {
    Tensor x = random(1, 1, 3, 2, 4);
    int[] indices = {1, 0, 1, 7, 7, 0};
    float[] cache = new float[AT + 2 * 2 * 8 * 4];
    for (int i = 0; i < 24; i++) {
      AttentionTasks.cacheAppend(shifted(x), AT, indices, 0, 3, cache, AT, 2, 8, 4, i);
    }
    Tensor expected = Tensor.zeros(2, 2, 8, 4);
    oracle.cacheAppend(x, new int[] {1, 0, 1}, new int[] {7, 7, 0}, expected);
    assertClose("cache", result(cache), expected.data(), 0);
  }

  @Test
  void adamW() {
    Tensor w = random(1, 1, 33);
    Tensor m = random(2, 0.1f, 33);
    Tensor v = Tensor.zeros(33);
    Tensor g = random(3, 3, 33);
    float[] weight = shifted(w);
    float[] first = shifted(m);
    float[] second = shifted(v);
    for (int i = 0; i < 33; i++) {
      OptimizerTasks.adamW(
          weight,
          AT,
          shifted(g),
          AT,
          first,
          AT,
          second,
          AT,
          1e-2f,
          0.9f,
          0.95f,
          1e-8f,
          1 - 1e-3f,
          0.5f,
          (float) (1 - Math.pow(0.9f, 3)),
          (float) (1 - Math.pow(0.95f, 3)),
          i);
    }
    oracle.adamW(w, g, m, v, new AdamWStep(1e-2f, 0.9f, 0.95f, 1e-8f, 0.1f, 3, 0.5f));
    assertClose("w", result(weight), w.data(), 1e-6);
    assertClose("m", result(first), m.data(), 1e-6);
    assertClose("v", result(second), v.data(), 1e-6);
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
