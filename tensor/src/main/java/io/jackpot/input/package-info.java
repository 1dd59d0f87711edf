/** How users write names, and how input that is wrong is refused. */
@NullMarked
package io.jackpot.input;

import org.jspecify.annotations.NullMarked;
