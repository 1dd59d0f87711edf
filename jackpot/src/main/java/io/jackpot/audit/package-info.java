/** The check of a run's logged tokens against its models, its seed and the formulas. */
@NullMarked
package io.jackpot.audit;

import org.jspecify.annotations.NullMarked;
