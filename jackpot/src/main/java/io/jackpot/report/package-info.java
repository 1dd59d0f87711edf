/** What a run leaves to read: its lines of JSON, the progress on the terminal, its page. */
@NullMarked
package io.jackpot.report;

import org.jspecify.annotations.NullMarked;
