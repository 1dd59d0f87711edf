package io.jackpot.tasks;

import io.jackpot.tensor.Distillation;
import io.jackpot.tensor.Head;
import io.jackpot.tensor.HeadComparison;
import io.jackpot.tensor.HeadStatistics;
import io.jackpot.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** The fused LM head on the device. */
final class DeviceHead {
  private final Recorder recorder;
  private final TornadoOps.Product product;

  DeviceHead(Recorder recorder, TornadoOps.Product product) {
    this.recorder = recorder;
    this.product = product;
  }

  void forward(Head head, int[] actions, HeadStatistics out) {
    throw new UnsupportedOperationException(recorder.toString() + product);
  }

  void sample(Head head, double[] uniforms, HeadStatistics out) {
    throw new UnsupportedOperationException();
  }

  void gather(Head head, float[] logSumExp, int[] ids, int count, float[] logProbs) {
    throw new UnsupportedOperationException();
  }

  void compare(Head p, float[] pLogSumExp, Head q, float[] qLogSumExp, float lambda, HeadComparison out) {
    throw new UnsupportedOperationException();
  }

  void backward(
      Head head,
      HeadStatistics statistics,
      float[] coefficient,
      @Nullable Distillation distillation,
      Tensor dHidden,
      Tensor dWeight) {
    throw new UnsupportedOperationException();
  }
}
