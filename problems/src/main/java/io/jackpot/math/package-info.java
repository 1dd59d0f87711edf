/**
 * Mathematical expressions: canonical forms, values to many digits, and equality, all within a
 * budget.
 */
@NullMarked
package io.jackpot.math;

import org.jspecify.annotations.NullMarked;
