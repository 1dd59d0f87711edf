package io.jackpot.tasks;

import io.jackpot.tasks.DeviceMemory.Region;
import io.jackpot.tasks.DeviceMemory.Role;
import io.jackpot.tasks.Recorder.Outputs;
import io.jackpot.tensor.Checks;
import io.jackpot.tensor.Tensor;

/** Elementwise ops on the device: launches of {@link ElementwiseKernels}. */
interface DeviceElementwise extends DeviceOps {
  @Override
  default void add(Tensor x, Tensor y) {
    Checks.sameSize("add", x, y);
    recorder().begin();
    recorder()
        .prepare(ElementwiseKernels.ADD)
        .operand(ElementwiseKernels.X, activation(x))
        .operand(ElementwiseKernels.Y, activation(y))
        .arg(ElementwiseKernels.N, y.size())
        .record(ElementwiseKernels.groups(y.size()));
  }

  @Override
  default void zero(Tensor x) {
    recorder().zero(recorder().region(x, Role.GRADIENT));
  }

  @Override
  default void swigluForward(Tensor gate, Tensor up, Tensor y) {
    Checks.sameSize("swigluForward", gate, up, y);
    recorder().begin();
    recorder()
        .prepare(ElementwiseKernels.SWIGLU)
        .operand(ElementwiseKernels.GATE, activation(gate))
        .operand(ElementwiseKernels.UP, activation(up))
        .operand(ElementwiseKernels.Y, activation(y))
        .arg(ElementwiseKernels.N, y.size())
        .record(ElementwiseKernels.groups(y.size()));
  }

  @Override
  default void swigluBackward(Tensor dy, Tensor gate, Tensor up, Tensor dGate, Tensor dUp) {
    Checks.sameSize("swigluBackward", dy, gate, up, dGate, dUp);
    recorder().begin();
    Region gradient = activation(dy);
    Region gates = activation(gate);
    Region ups = activation(up);
    Region gateGradient = activation(dGate);
    Region upGradient = activation(dUp);
    Outputs out = recorder().outputs(gateGradient, upGradient);
    recorder()
        .prepare(ElementwiseKernels.SWIGLU_BACKWARD)
        .operand(ElementwiseKernels.D_Y, gradient)
        .operand(ElementwiseKernels.GATE, gates)
        .operand(ElementwiseKernels.UP, ups)
        .outputs(ElementwiseKernels.D_GATE, ElementwiseKernels.D_UP, out)
        .arg(ElementwiseKernels.N, dy.size())
        .record(ElementwiseKernels.groups(dy.size()));
    recorder().settle(out, gateGradient, upGradient);
  }
}
