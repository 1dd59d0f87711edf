package io.jackpot.tasks;

import io.jackpot.tensor.Packing;
import io.jackpot.tensor.Tensor;

/** Attention on the device. */
final class DeviceAttention {
  private final Recorder recorder;

  DeviceAttention(Recorder recorder) {
    this.recorder = recorder;
  }

  void forward(Tensor q, Tensor k, Tensor v, Packing packing, float scale, Tensor o, Tensor logSumExp) {
    throw new UnsupportedOperationException(recorder.toString());
  }

  void backward(
      Tensor dO, Tensor q, Tensor k, Tensor v, Tensor o, Tensor logSumExp, Packing packing, float scale,
      Tensor dQ, Tensor dK, Tensor dV) {
    throw new UnsupportedOperationException();
  }

  void decode(Tensor q, Tensor kCache, Tensor vCache, int[] slots, int[] lengths, float scale, Tensor o) {
    throw new UnsupportedOperationException();
  }
}
