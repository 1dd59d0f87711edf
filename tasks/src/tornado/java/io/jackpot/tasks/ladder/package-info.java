/** Kernels from naive to fast, to learn from and to measure; docs/gpu-kernels.md explains them. */
@NullMarked
package io.jackpot.tasks.ladder;

import org.jspecify.annotations.NullMarked;
