/** Rollouts: responses to problems, who samples them, and their rewards and advantages. */
@NullMarked
package io.jackpot.rollout;

import org.jspecify.annotations.NullMarked;
