package io.jackpot.train;

import io.jackpot.tensor.Head;

/**
 * A model's distributions over some response tokens: {@code logSumExp, logProbs [tokens]}. Of the
 * paper's distributions several may be the same object: p_ref is p_new where a rollout has one
 * mini-batch, and p_inf is p_new where the policy samples for itself.
 *
 * @param logProbs of the response tokens
 */
record Distribution(Head head, float[] logSumExp, float[] logProbs) {}
