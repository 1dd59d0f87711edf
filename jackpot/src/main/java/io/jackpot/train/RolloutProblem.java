package io.jackpot.train;

import io.jackpot.problems.Problem;

/**
 * A problem as the models see it.
 *
 * @param problem its text
 * @param prompt its ids
 */
record RolloutProblem(Problem problem, int[] prompt) {}
