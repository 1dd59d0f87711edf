/**
 * Answers to mathematical problems: {@link AnswerJudge} finds an answer in a text, parses it and
 * compares it with the gold answer.
 */
@NullMarked
package io.jackpot.answers;

import org.jspecify.annotations.NullMarked;
