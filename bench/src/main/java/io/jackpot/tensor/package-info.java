/** Benchmarks of the package-private kernels, hence in their package; on the class path only. */
@NullMarked
package io.jackpot.tensor;

import org.jspecify.annotations.NullMarked;
