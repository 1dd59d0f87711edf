/**
 * What a tokenizer is made of: regular expressions, normalizers, pre-tokenizers, byte pair
 * encoding, decoders. Every part does what the part of the same name in the Python library
 * tokenizers does.
 */
@NullMarked
package io.jackpot.tokenizer;

import org.jspecify.annotations.NullMarked;
