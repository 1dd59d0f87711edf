/**
 * Model folders in the formats of Hugging Face (weights, configuration, tokenizer) and the
 * checkpoints of a run. Everything that is wrong with a file is an {@link
 * io.jackpot.input.InputException} that names it.
 */
@NullMarked
package io.jackpot.weights;

import org.jspecify.annotations.NullMarked;
