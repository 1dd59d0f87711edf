/** Ops and losses as TornadoVM tasks, and what the machine's devices are. */
@NullMarked
package io.jackpot.tasks;

import org.jspecify.annotations.NullMarked;
