package io.jackpot.problems;

import org.jspecify.annotations.Nullable;

/**
 * What a model is asked to solve.
 *
 * @param prompt the text it continues
 * @param answer the gold answer that a {@link Verifier} reads
 * @param completion a response to imitate, where there is one
 */
public record Problem(String prompt, String answer, @Nullable String completion) {}
