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

  /**
   * Turns the pair (j, j + half) of a head by its position's angle; {@code i} counts the pairs of
   * {@code x [tokens, heads, 2 × half]}.
   *
   * @param direction 1, or −1 for the inverse
   */
  public static void rope(
      float[] x,
      int xAt,
      int[] positions,
      int positionsAt,
      float[] cos,
      int cosAt,
      float[] sin,
      int sinAt,
      int heads,
      int half,
      int direction,
      int i) {
    int vector = i / half;
    int j = i - vector * half;
    int angle = positions[positionsAt + vector / heads] * half + j;
    float c = cos[cosAt + angle];
    float s = direction * sin[sinAt + angle];
    int at = xAt + vector * 2 * half + j;
    float first = x[at];
    float second = x[at + half];
    x[at] = first * c - second * s;
    x[at + half] = second * c + first * s;
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
