package io.jackpot.tasks;

import io.jackpot.tasks.DeviceMemory.Region;
import io.jackpot.tasks.DeviceMemory.Role;
import io.jackpot.tasks.Recorder.Outputs;
import io.jackpot.tensor.Tensor;

/** Elementwise ops on the device: launches of {@link ElementwiseKernels}. */
final class DeviceElementwise {
  private final Recorder recorder;

  DeviceElementwise(Recorder recorder) {
    this.recorder = recorder;
  }

  private Region activation(Tensor x) {
    return recorder.region(x, Role.ACTIVATION);
  }

  void add(Tensor x, Tensor y) {
    recorder
        .prepare(ElementwiseKernels.ADD)
        .operand(ElementwiseKernels.X, activation(x))
        .operand(ElementwiseKernels.Y, activation(y))
        .arg(ElementwiseKernels.N, y.size())
        .record(ElementwiseKernels.groups(y.size()));
  }

  void zero(Tensor x) {
    recorder.zero(recorder.region(x, Role.GRADIENT));
  }

  void swigluForward(Tensor gate, Tensor up, Tensor y) {
    recorder
        .prepare(ElementwiseKernels.SWIGLU)
        .operand(ElementwiseKernels.GATE, activation(gate))
        .operand(ElementwiseKernels.UP, activation(up))
        .operand(ElementwiseKernels.Y, activation(y))
        .arg(ElementwiseKernels.N, y.size())
        .record(ElementwiseKernels.groups(y.size()));
  }

  void swigluBackward(Tensor dy, Tensor gate, Tensor up, Tensor dGate, Tensor dUp) {
    Region gradient = activation(dy);
    Region gates = activation(gate);
    Region ups = activation(up);
    Region gateGradient = activation(dGate);
    Region upGradient = activation(dUp);
    Outputs out = recorder.outputs(gateGradient, upGradient);
    recorder
        .prepare(ElementwiseKernels.SWIGLU_BACKWARD)
        .operand(ElementwiseKernels.D_Y, gradient)
        .operand(ElementwiseKernels.GATE, gates)
        .operand(ElementwiseKernels.UP, ups)
        .outputs(ElementwiseKernels.D_GATE, ElementwiseKernels.D_UP, out)
        .arg(ElementwiseKernels.N, dy.size())
        .record(ElementwiseKernels.groups(dy.size()));
    recorder.settle(out, gateGradient, upGradient);
  }
}
