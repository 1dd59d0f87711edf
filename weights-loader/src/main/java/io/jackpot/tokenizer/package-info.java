/**
 * The parts of a tokenizer: regular expressions, normalizers, pre-tokenizers, byte pair encoding,
 * decoders. Every part behaves as the part of the same name in the Python library tokenizers.
 */
@NullMarked
package io.jackpot.tokenizer;

import org.jspecify.annotations.NullMarked;
