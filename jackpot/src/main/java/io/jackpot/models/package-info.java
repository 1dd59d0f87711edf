/** Models by the names that settings and commands give them. */
@NullMarked
package io.jackpot.models;

import org.jspecify.annotations.NullMarked;
