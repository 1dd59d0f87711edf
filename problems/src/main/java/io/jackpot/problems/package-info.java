/**
 * Problems for models and verifiers of their answers. {@link FileProblems} reads data sets, {@link
 * ArithmeticProblems} generates problems, {@link MathVerifier} judges answers; each can be used
 * alone.
 */
@NullMarked
package io.jackpot.problems;

import org.jspecify.annotations.NullMarked;
