package io.jackpot.tasks;

import io.jackpot.tensor.Tensor;
import java.util.Arrays;

/** Tensors that do not begin where their arrays do, as on a device. */
final class ShiftedArrays {
  /** Where tensors begin in their arrays. */
  static final int AT = 5;

  private ShiftedArrays() {}

  static float[] shifted(Tensor x) {
    float[] array = new float[AT + x.size()];
    System.arraycopy(x.data(), 0, array, AT, x.size());
    return array;
  }

  static float[] result(float[] array) {
    return Arrays.copyOfRange(array, AT, array.length);
  }
}
