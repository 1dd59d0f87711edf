/** Tensors, the op contract {@link io.jackpot.tensor.Ops} and its CPU implementations. */
@NullMarked
package io.jackpot.tensor;

import org.jspecify.annotations.NullMarked;
