/** The algorithm made visible: every quantity for given logits, and the paper's Figure 2. */
@NullMarked
package io.jackpot.explain;

import org.jspecify.annotations.NullMarked;
