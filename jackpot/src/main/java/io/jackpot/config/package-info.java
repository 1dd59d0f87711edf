/** Settings: config keys, flags and the config of a run come from records. */
@NullMarked
package io.jackpot.config;

import org.jspecify.annotations.NullMarked;
