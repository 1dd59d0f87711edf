package io.jackpot.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jackpot.config.Settings;
import io.jackpot.input.InputException;
import io.jackpot.models.LoadProgress;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Templates around what a model is asked, by a model whose answer shows what it was asked. */
class PromptedModelTest {
  @TempDir private Path folder;

  /** What the last generation said of conversations. */
  private List<String> notes = List.of();

  private String generated(Path model, String... keysAndValues) {
    Map<String, String> flags = new LinkedHashMap<>();
    flags.put("model", model.toString());
    flags.put("temperature", "0");
    flags.put("maxTokens", "4");
    for (int i = 0; i < keysAndValues.length; i += 2) {
      flags.put(keysAndValues[i], keysAndValues[i + 1]);
    }
    Settings<GenerateSettings> settings = Settings.of(GenerateSettings.class);
    StringWriter out = new StringWriter();
    StringWriter lines = new StringWriter();
    PrintWriter log = new PrintWriter(lines);
    Generation.run(settings.build(settings.flags(flags)), new PrintWriter(out), log, false);
    log.flush();
    notes = lines.toString().lines().filter(line -> line.contains("conversations")).toList();
    return out.toString();
  }

  /** The last symbol of the prompt decides what follows: # after =, and 1 after +. */
  private Path model() {
    return ScriptedModel.save(
        folder.resolve("model"), Map.of('=', "#", '#', "2", '2', "$", '+', "1", '1', "$"));
  }

  @Test
  void generateTakesTemplates() throws IOException {
    Path model = model();
    assertThat(generated(model, "prompt", "3=")).isEqualTo("prompt: 3=\nresponse: #2\n\n");
    assertThat(generated(model, "prompt", "3=", "promptTemplate", "{problem}+"))
        .isEqualTo("prompt: 3=\nresponse: 1\n\n");
    assertThatThrownBy(() -> generated(model, "prompt", "3=", "promptTemplate", "chat"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(model + " has no chat template");
    Files.writeString(
        model.resolve("chat_template.jinja"),
        "{% for m in messages %}{{ m.content }}{% if not loop.last %}+{% endif %}{% endfor %}+");
    assertThat(generated(model, "prompt", "3=", "promptTemplate", "chat", "systemPrompt", "7"))
        .isEqualTo("prompt: 3=\nresponse: 1\n\n");
  }

  /** The roles are lost without a chat template only, which is said. */
  @Test
  void conversationsTakeTheChatTemplate() throws IOException {
    Path model = model();
    String turns =
        "[{\"role\": \"system\", \"content\": \"7\"}, {\"role\": \"user\", \"content\": \"3=\"}]";
    Path input =
        Files.writeString(
            folder.resolve("turns.jsonl"),
            "{\"prompt\": %s}\n{\"prompt\": \"3=\"}".formatted(turns));
    String file = input.toString();
    assertThat(generated(model, "input", file))
        .isEqualTo("prompt: 3=\nresponse: #2\n\nprompt: 3=\nresponse: #2\n\n");
    assertThat(notes)
        .containsExactly(
            "generate: prompts: 1 of 2 prompts are conversations: the model has no chat template, so"
                + " the texts of their turns follow each other with empty lines between them,"
                + " without their roles");
    Files.writeString(
        model.resolve("chat_template.jinja"),
        "{% for m in messages %}{{ '*' if m.role == 'system' else ';' }}{{ m.content }}{% endfor %}+");
    assertThat(generated(model, "input", file))
        .isEqualTo("prompt: 3=\nresponse: 1\n\nprompt: 3=\nresponse: #2\n\n");
    assertThat(notes)
        .containsExactly(
            "generate: prompts: 1 of 2 prompts are conversations: the model's chat template writes them");
    assertThat(generated(model, "input", file, "promptTemplate", "{problem}"))
        .isEqualTo("prompt: 3=\nresponse: #2\n\nprompt: 3=\nresponse: #2\n\n");
    assertThat(notes).hasSize(1).first().asString().endsWith("--prompt-template chat keeps these");
    assertThat(generated(model, "input", file, "promptTemplate", "chat"))
        .isEqualTo("prompt: 3=\nresponse: 1\n\nprompt: 3=\nresponse: 1\n\n");
    assertThat(notes).isEmpty();
    assertThat(generated(model, "input", file, "json", "true"))
        .startsWith("{\"prompt\":" + turns.replace(" ", "") + ",\"response\":\"1\"");
    String messages =
        Files.writeString(folder.resolve("messages.jsonl"), "{\"messages\": %s}".formatted(turns))
            .toString();
    assertThat(generated(model, "input", messages)).isEqualTo("prompt: 3=\nresponse: 1\n\n");
  }

  @Test
  void problemsOfADataSetAreEncodedWithTheirTemplate() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("amc.json"),
            "[{\"text\": \"3\", \"meta\": {\"Gold\": 142.0}}, {\"text\": \"4\", \"meta\": {\"Gold\": null}}]");
    Settings<EvalSettings> all = Settings.of(EvalSettings.class);
    EvalSettings settings =
        all.build(
            all.flags(
                Map.of(
                    "model", model().toString(),
                    "problems", file.toString(),
                    "promptField", "text",
                    "answerField", "meta.gold",
                    "promptTemplate", "{problem}=")));
    List<DataSet> sets = DataSet.of(settings);
    assertThat(sets).hasSize(1);
    assertThat(sets.getFirst().badGold()).isEqualTo(1);
    assertThat(sets.getFirst().problem(0).answer()).isEqualTo("142.0");
    try (Responder responder =
        new Responder(
            settings.model(),
            settings.template(),
            settings.compute(),
            settings.dtypes(),
            LoadProgress.NONE,
            () -> {})) {
      assertThat(sets.getFirst().prompts(responder)).containsExactly(new int[] {3, 13});
    }
  }
}
