/** What a trained model is asked: text, answers to problems, log-probs of given tokens. */
@NullMarked
package io.jackpot.inference;

import org.jspecify.annotations.NullMarked;
