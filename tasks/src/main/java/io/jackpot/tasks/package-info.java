/**
 * Ops and the objective as TornadoVM tasks. Of each family, {@code <Family>Tasks} are the bodies of
 * its kernels in plain Java, {@code <Family>Kernels} the kernels around them, and {@code
 * Device<Family>} the ops that launch them.
 */
@NullMarked
package io.jackpot.tasks;

import org.jspecify.annotations.NullMarked;
