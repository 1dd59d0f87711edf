/** The terminal that shows progress: its width, and a line that is rewritten. */
@NullMarked
package io.jackpot.terminal;

import org.jspecify.annotations.NullMarked;
