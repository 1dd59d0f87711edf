/** Tests of the project as a whole: its architecture and its launcher. */
@NullMarked
package io.jackpot.bench;

import org.jspecify.annotations.NullMarked;
