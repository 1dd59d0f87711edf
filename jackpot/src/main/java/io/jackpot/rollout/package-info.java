/** Rollouts: responses to problems, the workers that sample them, their rewards and advantages. */
@NullMarked
package io.jackpot.rollout;

import org.jspecify.annotations.NullMarked;
