package io.jackpot.tensor;

import static io.jackpot.tensor.ScalarMath.dot;

import java.util.List;

/** The gradient norm and AdamW as plain loops. */
interface ScalarOptimizer extends Ops {
  @Override
  default double[] sumsOfSquares(List<Tensor> xs) {
    return xs.stream().mapToDouble(this::sumOfSquares).toArray();
  }

  private double sumOfSquares(Tensor x) {
    return dot(x.data(), 0, x.data(), 0, x.size());
  }

  @Override
  default void adamW(Tensor weight, Tensor gradient, Tensor m, Tensor v, AdamWStep step) {
    Checks.sameSize("adamW", weight, gradient, m, v);
    double correction1 = 1 - Math.pow(step.beta1(), step.step());
    double correction2 = 1 - Math.pow(step.beta2(), step.step());
    for (int i = 0; i < weight.size(); i++) {
      double g = (double) gradient.data()[i] * step.gradientScale();
      double first = step.beta1() * (double) m.data()[i] + (1.0 - step.beta1()) * g;
      double second = step.beta2() * (double) v.data()[i] + (1.0 - step.beta2()) * g * g;
      m.data()[i] = (float) first;
      v.data()[i] = (float) second;
      double update = first / correction1 / (Math.sqrt(second / correction2) + step.epsilon());
      double decayed = weight.data()[i] * (1 - (double) step.learningRate() * step.weightDecay());
      weight.data()[i] = (float) (decayed - step.learningRate() * update);
    }
  }
}
