package io.jackpot.tasks;

import io.jackpot.tasks.DeviceMemory.Region;
import io.jackpot.tasks.DeviceMemory.Role;
import io.jackpot.tensor.AdamWStep;
import io.jackpot.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

/** Norms and AdamW on the device: launches of {@link OptimizerKernels}. */
final class DeviceOptimizer {
  private final Recorder recorder;

  DeviceOptimizer(Recorder recorder) {
    this.recorder = recorder;
  }

  /** Each tensor's partial sums are added up on the heap, in double. */
  double[] sumsOfSquares(List<Tensor> xs) {
    int[] groups = xs.stream().mapToInt(x -> OptimizerKernels.squaresGroups(x.size())).toArray();
    int total = Arrays.stream(groups).sum();
    Region partials = recorder.scratch(total);
    int at = 0;
    for (int t = 0; t < groups.length; t++) {
      recorder
          .prepare(OptimizerKernels.SQUARES)
          .operand(OptimizerKernels.X, recorder.region(xs.get(t), Role.GRADIENT))
          .operand(OptimizerKernels.PARTIALS, partials, partials.offset + at)
          .arg(OptimizerKernels.N, xs.get(t).size())
          .arg(OptimizerKernels.GROUPS, groups[t])
          .record(groups[t]);
      at += groups[t];
    }
    float[] values = new float[total];
    recorder.read(partials, 0, values, total);
    double[] sums = new double[groups.length];
    at = 0;
    for (int t = 0; t < groups.length; t++) {
      for (int g = 0; g < groups[t]; g++) {
        sums[t] += values[at++];
      }
    }
    return sums;
  }

  void adamW(Tensor weight, Tensor gradient, Tensor m, Tensor v, AdamWStep step) {
    Region weights = recorder.region(weight, Role.WEIGHT);
    recorder
        .prepare(OptimizerKernels.ADAM_W)
        .operand(OptimizerKernels.GRADIENT, recorder.region(gradient, Role.GRADIENT))
        .operand(OptimizerKernels.M, recorder.region(m, Role.FIRST_MOMENT))
        .operand(OptimizerKernels.V, recorder.region(v, Role.SECOND_MOMENT))
        .operand(OptimizerKernels.X, weights)
        .arg(OptimizerKernels.N, weight.size())
        .scalar(OptimizerKernels.RATE, step.learningRate())
        .scalar(OptimizerKernels.BETA1, step.beta1())
        .scalar(OptimizerKernels.BETA2, step.beta2())
        .scalar(OptimizerKernels.EPSILON, step.epsilon())
        .scalar(
            OptimizerKernels.DECAY, (float) (1 - (double) step.learningRate() * step.weightDecay()))
        .scalar(OptimizerKernels.SCALE, step.gradientScale())
        .scalar(OptimizerKernels.CORRECTION1, (float) (1 - Math.pow(step.beta1(), step.step())))
        .scalar(OptimizerKernels.CORRECTION2, (float) (1 - Math.pow(step.beta2(), step.step())))
        .record(ElementwiseKernels.groups(weight.size()));
  }
}
