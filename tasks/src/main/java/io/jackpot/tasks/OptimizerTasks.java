package io.jackpot.tasks;

/** The body of the optimizer's kernel, which gives each thread an element. */
public final class OptimizerTasks {
  private OptimizerTasks() {}

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
}
