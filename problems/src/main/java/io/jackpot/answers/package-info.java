/** Answers to mathematical problems: found in a text, read, and compared. */
@NullMarked
package io.jackpot.answers;

import org.jspecify.annotations.NullMarked;
