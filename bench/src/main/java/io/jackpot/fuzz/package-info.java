/**
 * Fuzzing of every reader: valid files by construction, changed with knowledge of their structure.
 */
@NullMarked
package io.jackpot.fuzz;

import org.jspecify.annotations.NullMarked;
