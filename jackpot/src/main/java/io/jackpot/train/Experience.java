package io.jackpot.train;

import io.jackpot.transformer.Sample;

/**
 * One response of a rollout with all that training needs of it.
 *
 * @param prompt ids of the prompt
 * @param sample the response, its log-probs under p_inf and its top-k
 * @param reward 1 for a correct answer, else 0
 * @param advantage A of every token of the response
 * @param uniforms u of each response token, drawn when it was sampled
 */
record Experience(int[] prompt, Sample sample, double reward, double advantage, double[] uniforms) {

  int responseTokens() {
    return sample.ids().length;
  }
}
