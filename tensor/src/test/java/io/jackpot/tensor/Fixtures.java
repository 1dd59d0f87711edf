package io.jackpot.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;

/** Seeded tensors and comparisons for the op tests. */
public final class Fixtures {
  private Fixtures() {}

  /** Uniform on [−scale, scale), named by a seed. */
  public static Tensor random(long seed, float scale, int... dims) {
    Tensor x = Tensor.zeros(dims);
    for (int i = 0; i < x.size(); i++) {
      x.data()[i] = scale * (2 * Threefry.uniformFloat(seed, i, 0) - 1);
    }
    return x;
  }

  public static int[] randomIds(long seed, int count, int bound) {
    int[] ids = new int[count];
    for (int i = 0; i < count; i++) {
      ids[i] = Threefry.below(seed, i, 1, bound);
    }
    return ids;
  }

  static float[] floats(int[] values) {
    float[] result = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      result[i] = values[i];
    }
    return result;
  }

  static float[] floats(double[] values) {
    float[] result = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      result[i] = (float) values[i];
    }
    return result;
  }

  /** log p of every id of every token, {@code [tokens × vocabulary]}. */
  static float[] everyLogProb(Ops ops, Head head, float[] logSumExp) {
    float[] logProbs = new float[head.tokens() * head.vocabulary()];
    int[] ids = new int[logProbs.length];
    Arrays.setAll(ids, i -> i % head.vocabulary());
    ops.headGather(head, logSumExp, ids, logProbs);
    return logProbs;
  }

  public static Tensor copy(Tensor x) {
    int[] dims = new int[x.shape().rank()];
    for (int axis = 0; axis < dims.length; axis++) {
      dims[axis] = x.dim(axis);
    }
    return Tensor.of(x.data().clone(), dims);
  }

  /** NaN and infinities must be at the same places; the rest within {@code tolerance}. */
  public static void assertClose(String what, float[] found, float[] expected, double tolerance) {
    assertThat(found).as(what).hasSameSizeAs(expected);
    double scale = 0;
    for (float e : expected) {
      if (Float.isFinite(e)) {
        scale = Math.max(scale, Math.abs(e));
      }
    }
    for (int i = 0; i < expected.length; i++) {
      if (Float.isFinite(expected[i]) && Float.isFinite(found[i])) {
        double error = Math.abs((double) found[i] - expected[i]);
        if (error > tolerance * Math.max(1, scale)) {
          assertThat(found[i]).as(what + " at " + i).isEqualTo(Float.valueOf(expected[i]));
        }
      } else {
        assertThat(found[i]).as(what + " at " + i).isEqualTo(Float.valueOf(expected[i]));
      }
    }
  }
}
