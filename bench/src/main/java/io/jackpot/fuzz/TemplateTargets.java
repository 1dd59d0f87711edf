package io.jackpot.fuzz;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jackpot.fuzz.Target.Input;
import io.jackpot.problems.Message;
import io.jackpot.prompts.ChatTemplate;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Chat templates and tokenizers. */
final class TemplateTargets {
  private static final String TEMPLATE =
      "{%- for message in messages %}<|{{ message.role }}|>{{ message['content'] | trim }}\n{%- endfor %}";

  private TemplateTargets() {}

  static List<Target> all() {
    return List.of(
        new Target(
            "chat templates",
            Map.of(),
            choices -> Input.of("chat_template.jinja", choices.damaged(TEMPLATE.getBytes(UTF_8))),
            TemplateTargets::render));
  }

  private static void render(Path folder) {
    ChatTemplate template = ChatTemplate.find(folder, LocalDateTime.of(2026, 1, 1, 0, 0));
    Objects.requireNonNull(template).render(List.of(new Message("user", "a b")));
  }
}
