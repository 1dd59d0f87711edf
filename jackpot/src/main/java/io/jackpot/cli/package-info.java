/** The command line. Every option is a {@link io.jackpot.config.Setting}. */
@NullMarked
package io.jackpot.cli;

import org.jspecify.annotations.NullMarked;
