package io.jackpot.train;

import io.jackpot.problems.Verifier.Verdict;
import io.jackpot.transformer.Sample;

/**
 * One response of a rollout with all that training needs of it.
 *
 * @param problem what was asked
 * @param sample the response, its log-probs under p_inf and its top-k
 * @param text the response as text
 * @param verdict what the verifier says of it
 * @param advantage A of every token of the response
 * @param uniforms u of each response token, drawn when it was sampled
 */
record Experience(
    RolloutProblem problem,
    Sample sample,
    String text,
    Verdict verdict,
    double advantage,
    double[] uniforms) {

  int[] prompt() {
    return problem.prompt();
  }

  int responseTokens() {
    return sample.ids().length;
  }

  /** 1 for a correct answer, else 0. */
  double reward() {
    return reward(verdict);
  }

  static double reward(Verdict verdict) {
    return verdict == Verdict.CORRECT ? 1 : 0;
  }
}
