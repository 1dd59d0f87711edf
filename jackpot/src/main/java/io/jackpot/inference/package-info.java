/** Uses of a trained model: text, answers to problems, log-probs of given tokens. */
@NullMarked
package io.jackpot.inference;

import org.jspecify.annotations.NullMarked;
