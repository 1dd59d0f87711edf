/**
 * Mathematical expressions: exact canonical forms, high-precision values, equality; all bounded.
 */
@NullMarked
package io.jackpot.math;

import org.jspecify.annotations.NullMarked;
