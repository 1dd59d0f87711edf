/** An interpreter for the subset of Jinja that chat templates use. */
@NullMarked
package io.jackpot.jinja;

import org.jspecify.annotations.NullMarked;
