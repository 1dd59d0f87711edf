package io.jackpot.tasks;

/**
 * Bodies of the kernels that give each thread an element: plain Java over arrays, of which a device
 * compiles the same text. {@code xAt} is where tensor x begins in its array, {@code i} the element.
 */
public final class ElementwiseTasks {
  private ElementwiseTasks() {}

  /** y += x. */
  public static void add(float[] x, int xAt, float[] y, int yAt, int i) {
    y[yAt + i] += x[xAt + i];
  }

  /** y = silu(gate)·up. */
  public static void swiglu(
      float[] gate, int gateAt, float[] up, int upAt, float[] y, int yAt, int i) {
    float g = gate[gateAt + i];
    y[yAt + i] = g * sigmoid(g) * up[upAt + i];
  }

  /** dGate = dy·up·silu'(gate), dUp = dy·silu(gate), silu'(g) = σ(g)·(1 + g·(1 − σ(g))). */
  public static void swigluBackward(
      float[] dy,
      int dyAt,
      float[] gate,
      int gateAt,
      float[] up,
      int upAt,
      float[] dGate,
      int dGateAt,
      float[] dUp,
      int dUpAt,
      int i) {
    float g = gate[gateAt + i];
    float u = up[upAt + i];
    float d = dy[dyAt + i];
    float sigmoid = sigmoid(g);
    dGate[dGateAt + i] = d * u * sigmoid * (1f + g * (1f - sigmoid));
    dUp[dUpAt + i] = d * g * sigmoid;
  }

  private static float sigmoid(float x) {
    return 1f / (1f + FloatMath.exp(-x));
  }
}
