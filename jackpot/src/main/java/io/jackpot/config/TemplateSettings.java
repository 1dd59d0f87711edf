package io.jackpot.config;

import io.jackpot.prompts.ChatTemplate;
import io.jackpot.prompts.PromptTemplate;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The settings of the text around a problem. */
public record TemplateSettings(
    @Setting(
            group = Group.DATA,
            common = true,
            value = "none",
            help =
                "text around a problem: none (conversations take the model's chat template), chat,"
                    + " r1-zero …, a text with {problem}, or a file (a final line break is dropped)")
        @Nullable String promptTemplate,
    @Setting(value = "none", help = "system message of the chat template")
        @Nullable String systemPrompt) {

  /**
   * The template of that name.
   *
   * @param model the model, for messages
   * @param chat finds the model's own template; null if it has none
   * @throws io.jackpot.input.InputException if there is no such template
   */
  public PromptTemplate template(String model, Supplier<@Nullable ChatTemplate> chat) {
    return Settings.of(TemplateSettings.class)
        .named(Set.of(), () -> PromptTemplate.of(promptTemplate, systemPrompt, model, chat));
  }
}
