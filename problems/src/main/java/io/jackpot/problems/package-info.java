/** What a model is asked to solve, and how its answers are judged. */
@NullMarked
package io.jackpot.problems;

import org.jspecify.annotations.NullMarked;
