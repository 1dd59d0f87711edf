/** From a group's rewards to its advantages. */
@NullMarked
package io.jackpot.advantage;

import org.jspecify.annotations.NullMarked;
