/** How a problem is put to a model: templates of base models, and chat templates. */
@NullMarked
package io.jackpot.prompts;

import org.jspecify.annotations.NullMarked;
