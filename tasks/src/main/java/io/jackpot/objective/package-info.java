/** The joint objective, from scalars per token to losses and gradient coefficients. */
@NullMarked
package io.jackpot.objective;

import org.jspecify.annotations.NullMarked;
