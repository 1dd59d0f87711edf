package io.jackpot.transformer;

import io.jackpot.tensor.AdamWStep;
import io.jackpot.tensor.Ops;
import java.util.List;

/**
 * AdamW (Loshchilov and Hutter, 2019) as {@code torch.optim.AdamW} computes it, with the gradient's
 * global norm clipped as {@code torch.nn.utils.clip_grad_norm_} does.
 */
public final class AdamW {

  /**
   * Hyperparameters.
   *
   * @param beta1 decay of the first moment
   * @param beta2 decay of the second moment
   * @param epsilon added to the root of the second moment
   * @param weightDecay decoupled weight decay of every parameter
   * @param gradClip largest global norm of the gradient; 0 for no clipping
   */
  public record Options(
      float beta1, float beta2, float epsilon, float weightDecay, float gradClip) {}

  private final Parameters m;
  private final Parameters v;
  private final Options options;
  private int step;

  public AdamW(ModelConfig config, Options options) {
    this(Parameters.zeros(config), Parameters.zeros(config), 0, options);
  }

  /** Continues from moments {@code m} and {@code v} after {@code step} updates. */
  public AdamW(Parameters m, Parameters v, int step, Options options) {
    this.m = m;
    this.v = v;
    this.step = step;
    this.options = options;
  }

  /** First moments. */
  public Parameters m() {
    return m;
  }

  /** Second moments. */
  public Parameters v() {
    return v;
  }

  /** Number of updates so far. */
  public int step() {
    return step;
  }

  /**
   * The global norm of {@code gradients}, in double.
   *
   * @throws NonFiniteException naming the first tensor that holds NaN or infinity
   */
  public static double norm(Ops ops, Parameters gradients) {
    double[] squares = ops.sumsOfSquares(List.copyOf(gradients.tensors().values()));
    double sum = 0;
    int at = 0;
    for (String name : gradients.tensors().keySet()) {
      double square = squares[at++];
      if (!Double.isFinite(square)) {
        throw new NonFiniteException("gradient of " + name);
      }
      sum += square;
    }
    return Math.sqrt(sum);
  }

  /**
   * Updates {@code weights} once; the gradients are unchanged.
   *
   * @param norm the global norm of the gradients, from {@link #norm}
   */
  public void update(
      Ops ops, Parameters weights, Parameters gradients, double norm, float learningRate) {
    step++;
    float scale =
        options.gradClip() > 0 ? (float) Math.min(1, options.gradClip() / (norm + 1e-6)) : 1;
    AdamWStep scalars =
        new AdamWStep(
            learningRate,
            options.beta1(),
            options.beta2(),
            options.epsilon(),
            options.weightDecay(),
            step,
            scale);
    weights
        .tensors()
        .forEach((name, weight) ->
            ops.adamW(weight, gradients.get(name), m.get(name), v.get(name), scalars));
  }
}
