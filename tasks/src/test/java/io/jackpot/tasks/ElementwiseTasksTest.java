package io.jackpot.tasks;

import static io.jackpot.tasks.ShiftedArrays.AT;
import static io.jackpot.tasks.ShiftedArrays.result;
import static io.jackpot.tasks.ShiftedArrays.shifted;
import static io.jackpot.tensor.Fixtures.assertClose;
import static io.jackpot.tensor.Fixtures.copy;
import static io.jackpot.tensor.Fixtures.random;

import io.jackpot.tensor.ScalarOps;
import io.jackpot.tensor.Tensor;
import org.junit.jupiter.api.Test;

/** The bodies of the elementwise kernels, on the host, against the oracle. */
class ElementwiseTasksTest {
  private final ScalarOps oracle = new ScalarOps();

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
}
