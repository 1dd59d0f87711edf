package io.jackpot.tensor;

import java.util.Arrays;

/** The elementwise ops as plain loops. */
interface ScalarElementwise extends Ops {
  @Override
  default void add(Tensor x, Tensor y) {
    Checks.sameSize("add", x, y);
    for (int i = 0; i < y.size(); i++) {
      y.data()[i] += x.data()[i];
    }
  }

  @Override
  default void zero(Tensor x) {
    Arrays.fill(x.data(), 0, x.size(), 0f);
  }

  @Override
  default void swigluForward(Tensor gate, Tensor up, Tensor y) {
    Checks.sameSize("swigluForward", gate, up, y);
    for (int i = 0; i < y.size(); i++) {
      double g = gate.data()[i];
      y.data()[i] = (float) (g / (1 + Math.exp(-g)) * up.data()[i]);
    }
  }

  /** silu'(g) = σ(g)·(1 + g·(1 − σ(g))). */
  @Override
  default void swigluBackward(Tensor dy, Tensor gate, Tensor up, Tensor dGate, Tensor dUp) {
    Checks.sameSize("swigluBackward", dy, gate, up, dGate, dUp);
    for (int i = 0; i < dy.size(); i++) {
      double g = gate.data()[i];
      double u = up.data()[i];
      double sigmoid = 1 / (1 + Math.exp(-g));
      dGate.data()[i] = (float) (dy.data()[i] * u * sigmoid * (1 + g * (1 - sigmoid)));
      dUp.data()[i] = (float) (dy.data()[i] * g * sigmoid);
    }
  }
}
