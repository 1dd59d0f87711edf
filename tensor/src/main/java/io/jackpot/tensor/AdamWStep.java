package io.jackpot.tensor;

/**
 * Scalars of one AdamW update (Loshchilov and Hutter, 2019), as in {@code torch.optim.AdamW}.
 *
 * @param learningRate η
 * @param beta1 decay of the first moment
 * @param beta2 decay of the second moment
 * @param epsilon added to the root of the second moment after bias correction
 * @param weightDecay decoupled; the parameter is multiplied by 1 − η·weightDecay
 * @param step 1 for the first update
 * @param gradientScale multiplies the gradient first; below 1 where the norm is clipped
 */
public record AdamWStep(
    float learningRate,
    float beta1,
    float beta2,
    float epsilon,
    float weightDecay,
    int step,
    float gradientScale) {}
