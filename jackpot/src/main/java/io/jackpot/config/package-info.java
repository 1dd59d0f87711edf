/**
 * One mechanism for every setting: config keys, flags and the run's own config come from records.
 */
@NullMarked
package io.jackpot.config;

import org.jspecify.annotations.NullMarked;
