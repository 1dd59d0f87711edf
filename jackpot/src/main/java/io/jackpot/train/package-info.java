/** Algorithm 1 of the paper as a loop: rollouts by the actor, joint updates, evaluation, runs. */
@NullMarked
package io.jackpot.train;

import org.jspecify.annotations.NullMarked;
