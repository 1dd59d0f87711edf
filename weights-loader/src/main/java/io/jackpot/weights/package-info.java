/**
 * Models as Hugging Face folders (weights, configuration, tokenizer) and GGUF files, and the
 * checkpoints of a run. Any problem with a file is an {@link io.jackpot.input.InputException} that
 * names the file.
 */
@NullMarked
package io.jackpot.weights;

import org.jspecify.annotations.NullMarked;
