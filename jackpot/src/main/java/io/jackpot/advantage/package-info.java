/** The advantages of a group of responses from their rewards. */
@NullMarked
package io.jackpot.advantage;

import org.jspecify.annotations.NullMarked;
