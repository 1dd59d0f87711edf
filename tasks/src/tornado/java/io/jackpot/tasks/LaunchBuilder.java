package io.jackpot.tasks;

import io.jackpot.tasks.DeviceMemory.Region;
import io.jackpot.tasks.Graphs.Launch;
import io.jackpot.tasks.MatrixProduct.Matrix;
import io.jackpot.tasks.Recorder.Outputs;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A launch of a kernel that is put together by name: each argument has the place in {@code args}
 * that a constant of the kernel's class names, and the kernel reads it by the same constant.
 * Operands are given in the order of the kernel's parameters.
 */
final class LaunchBuilder {
  private static final float[] NO_SCALARS = {};
  private static final int[] NO_CONSTANTS = {};

  private final Recorder recorder;
  private final Kernel kernel;
  private final List<Region> operands = new ArrayList<>();
  private int[] args;
  private float[] scalars = NO_SCALARS;
  private int[] constants = NO_CONSTANTS;

  LaunchBuilder(Recorder recorder, Kernel kernel) {
    this.recorder = recorder;
    this.kernel = kernel;
    this.args = new int[kernel.stride()];
  }

  /** The next operand, and where in its array the tensor begins. */
  LaunchBuilder operand(int name, Region region) {
    return operand(name, region, region.offset);
  }

  /** {@link #operand(int, Region)} of a part of a region. */
  LaunchBuilder operand(int name, Matrix matrix) {
    return operand(name, matrix.region(), matrix.offset());
  }

  /** The next operand, of which the launch begins at {@code offset} of the whole array. */
  LaunchBuilder operand(int name, Region region, int offset) {
    operands.add(region);
    return arg(name, offset);
  }

  /** The next operand, which holds two outputs. */
  LaunchBuilder outputs(int first, int second, Outputs outputs) {
    return operand(first, outputs.array(), outputs.firstAt()).arg(second, outputs.secondAt());
  }

  LaunchBuilder arg(int name, int value) {
    if (name >= args.length) {
      args = Arrays.copyOf(args, name + 1);
    }
    args[name] = value;
    return this;
  }

  /** 1 for true, as kernels have no booleans. */
  LaunchBuilder arg(int name, boolean value) {
    return arg(name, value ? 1 : 0);
  }

  LaunchBuilder scalar(int name, float value) {
    if (name >= scalars.length) {
      scalars = Arrays.copyOf(scalars, name + 1);
    }
    scalars[name] = value;
    return this;
  }

  /** Baked into the compiled kernel; a new combination is compiled anew. */
  LaunchBuilder constants(int... values) {
    constants = values;
    return this;
  }

  /** Records the launch with {@code groups} groups. */
  void record(int groups) {
    record(groups, 1, 1);
  }

  /** Records the launch with groups in x, y and z; nothing where one of them is 0. */
  void record(int x, int y, int z) {
    if (x > 0 && y > 0 && z > 0) {
      recorder.record(launch(x, y, z));
    }
  }

  /** The launch, for its caller to run. */
  Launch launch(int x, int y, int z) {
    if (operands.size() != kernel.operands()) {
      throw new IllegalStateException(
          "%s: %d operands, expected %d"
              .formatted(kernel.name(), operands.size(), kernel.operands()));
    }
    return new Launch(kernel, List.copyOf(operands), args, scalars, new int[] {x, y, z}, constants);
  }
}
