/** The subset of Jinja that chat templates are written in. */
@NullMarked
package io.jackpot.jinja;

import org.jspecify.annotations.NullMarked;
