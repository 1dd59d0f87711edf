/** Names as users write them, and the refusal of wrong input. */
@NullMarked
package io.jackpot.input;

import org.jspecify.annotations.NullMarked;
