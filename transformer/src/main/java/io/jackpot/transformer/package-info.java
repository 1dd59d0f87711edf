/** Decoder-only transformers: parameters, training forward and backward, KV cache, sampling. */
@NullMarked
package io.jackpot.transformer;

import org.jspecify.annotations.NullMarked;
