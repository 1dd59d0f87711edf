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

  /** y += bias, {@code bias [n], y [m, n]}. */
  public static void addBias(float[] bias, int biasAt, float[] y, int yAt, int n, int i) {
    y[yAt + i] += bias[biasAt + i % n];
  }

  /** {@code y[r] = x[rows[r]]}, rows of {@code dim} elements. */
  public static void gatherRows(
      float[] x, int xAt, int[] rows, int rowsAt, float[] y, int yAt, int dim, int i) {
    int row = i / dim;
    y[yAt + i] = x[xAt + rows[rowsAt + row] * dim + (i - row * dim)];
  }

  /** {@code dx[rows[r]] = dy[r]}, rows of {@code dim} elements. */
  public static void scatterRows(
      float[] dy, int dyAt, int[] rows, int rowsAt, float[] dx, int dxAt, int dim, int i) {
    int row = i / dim;
    dx[dxAt + rows[rowsAt + row] * dim + (i - row * dim)] = dy[dyAt + i];
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

  /**
   * One AdamW update of an element (Loshchilov and Hutter, 2019).
   *
   * @param scale of the gradient
   * @param decay 1 − η·weightDecay
   * @param correction1 1 − β1^step
   * @param correction2 1 − β2^step
   */
  public static void adamW(
      float[] w,
      int wAt,
      float[] gradient,
      int gradientAt,
      float[] m,
      int mAt,
      float[] v,
      int vAt,
      float rate,
      float beta1,
      float beta2,
      float epsilon,
      float decay,
      float scale,
      float correction1,
      float correction2,
      int i) {
    float g = gradient[gradientAt + i] * scale;
    float first = beta1 * m[mAt + i] + (1f - beta1) * g;
    float second = beta2 * v[vAt + i] + (1f - beta2) * g * g;
    m[mAt + i] = first;
    v[vAt + i] = second;
    float update = first / correction1 / ((float) Math.sqrt(second / correction2) + epsilon);
    w[wAt + i] = w[wAt + i] * decay - rate * update;
  }

  /**
   * Writes a row of keys or values into a cache: {@code x [rows, kvHeads, dim] → cache [slots,
   * kvHeads, capacity, dim]}; {@code i} counts the elements of x.
   */
  public static void cacheAppend(
      float[] x,
      int xAt,
      int[] indices,
      int slotsAt,
      int positionsAt,
      float[] cache,
      int cacheAt,
      int kvHeads,
      int capacity,
      int dim,
      int i) {
    int vector = i / dim;
    int row = vector / kvHeads;
    int head = indices[slotsAt + row] * kvHeads + (vector - row * kvHeads);
    int to = (head * capacity + indices[positionsAt + row]) * dim;
    cache[cacheAt + to + (i - vector * dim)] = x[xAt + i];
  }
}
