/** Ops and losses as TornadoVM tasks, and the machine's devices. */
@NullMarked
package io.jackpot.tasks;

import org.jspecify.annotations.NullMarked;
