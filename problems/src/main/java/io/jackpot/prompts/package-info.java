/** Prompts for models: templates for base models, and chat templates. */
@NullMarked
package io.jackpot.prompts;

import org.jspecify.annotations.NullMarked;
