package io.jackpot.tensor;

import static io.jackpot.tensor.VectorMath.LANES;

import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/** The gradient norm and AdamW. */
interface VectorOptimizer extends Ops, VectorLoops {
  @Override
  default double[] sumsOfSquares(List<Tensor> xs) {
    return xs.stream().mapToDouble(this::sumOfSquares).toArray();
  }

  private double sumOfSquares(Tensor x) {
    int size = x.size();
    double[] sums = new double[Math.ceilDiv(size, Workers.PIECE)];
    eachTask(
        sums.length,
        task -> {
          int at = task * Workers.PIECE;
          int length = Math.min(Workers.PIECE, size - at);
          double sum = 0;
          for (int i = 0; i < length; i += 1024) {
            int count = Math.min(1024, length - i);
            sum += VectorMath.dot(x.data(), at + i, x.data(), at + i, count);
          }
          sums[task] = sum;
        });
    double total = 0;
    for (double sum : sums) {
      total += sum;
    }
    return total;
  }

  @Override
  default void adamW(Tensor weight, Tensor gradient, Tensor m, Tensor v, AdamWStep step) {
    Checks.sameSize("adamW", weight, gradient, m, v);
    float stepSize = (float) (step.learningRate() / (1 - Math.pow(step.beta1(), step.step())));
    float rootCorrection = (float) Math.sqrt(1 - Math.pow(step.beta2(), step.step()));
    float keep = (float) (1 - (double) step.learningRate() * step.weightDecay());
    float beta1 = step.beta1();
    float beta2 = step.beta2();
    eachPiece(
        weight.size(),
        (from, end) -> {
          int whole = from + VectorMath.whole(end - from);
          for (int at = from; at < whole; at += LANES) {
            FloatVector g = VectorMath.load(gradient.data(), at).mul(step.gradientScale());
            FloatVector first = average(VectorMath.load(m.data(), at), beta1, g);
            FloatVector second = average(VectorMath.load(v.data(), at), beta2, g.mul(g));
            FloatVector denominator = second.sqrt().div(rootCorrection).add(step.epsilon());
            first.intoArray(m.data(), at);
            second.intoArray(v.data(), at);
            VectorMath.load(weight.data(), at)
                .mul(keep)
                .sub(first.mul(stepSize).div(denominator))
                .intoArray(weight.data(), at);
          }
          if (whole < end) {
            VectorMask<Float> tail = VectorMath.tail(end - whole);
            FloatVector g = VectorMath.load(gradient.data(), whole, tail).mul(step.gradientScale());
            FloatVector first = average(VectorMath.load(m.data(), whole, tail), beta1, g);
            FloatVector second = average(VectorMath.load(v.data(), whole, tail), beta2, g.mul(g));
            FloatVector denominator = second.sqrt().div(rootCorrection).add(step.epsilon());
            first.intoArray(m.data(), whole, tail);
            second.intoArray(v.data(), whole, tail);
            VectorMath.load(weight.data(), whole, tail)
                .mul(keep)
                .sub(first.mul(stepSize).div(denominator))
                .intoArray(weight.data(), whole, tail);
          }
        });
  }

  /** β·old + (1 − β)·x. */
  private static FloatVector average(FloatVector old, float beta, FloatVector x) {
    return old.mul(beta).add(x.mul((float) (1.0 - beta)));
  }
}
