/** The output of a run for readers: lines of JSON, progress on the terminal, pages. */
@NullMarked
package io.jackpot.report;

import org.jspecify.annotations.NullMarked;
