/** Optimal budgeted rejection sampling (OBRS): acceptance, normalizer, weight, λ for a budget. */
@NullMarked
package io.jackpot.rl.obrs;

import org.jspecify.annotations.NullMarked;
