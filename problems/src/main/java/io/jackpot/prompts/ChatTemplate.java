package io.jackpot.prompts;

import io.jackpot.input.InputException;
import io.jackpot.input.InputFiles;
import io.jackpot.jinja.Template;
import io.jackpot.jinja.Template.Rendering;
import io.jackpot.jinja.TemplateException;
import io.jackpot.problems.Message;
import io.jackpot.weights.AtomicFiles;
import io.jackpot.weights.Json;
import io.jackpot.weights.Tokenizers;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A model's own chat template. It is found in {@code chat_template.jinja} of the model's folder, or
 * else under {@code chat_template} in {@code tokenizer_config.json} (of a list of templates, the
 * one named {@code default}), or under {@code tokenizer.chat_template} of a GGUF file.
 */
public final class ChatTemplate {
  private static final String FILE = "chat_template.jinja";
  private static final String CONFIG = "tokenizer_config.json";
  private static final String KEY = "chat_template";

  /** The most bytes of a file with a template; published ones have some ten thousand. */
  private static final List<String> SPECIAL =
      List.of(
          "bos_token",
          "eos_token",
          "unk_token",
          "sep_token",
          "pad_token",
          "cls_token",
          "mask_token");

  private final String where;
  private final String source;
  private final Template template;
  private final Map<String, String> special;
  private final LocalDateTime now;

  private ChatTemplate(
      String where, String source, Map<String, String> special, LocalDateTime now) {
    this.where = where;
    this.source = source;
    this.special = special;
    this.now = now;
    try {
      this.template = Template.parse(source);
    } catch (TemplateException e) {
      throw failed(e);
    }
  }

  /**
   * Parses a chat template.
   *
   * @param special the texts of special tokens by name: {@code bos_token} and so on
   * @param now the time that {@code strftime_now} formats
   * @throws InputException if the source is not a template, or not supported
   */
  public static ChatTemplate of(String source, Map<String, String> special, LocalDateTime now) {
    return new ChatTemplate("chat template", source, special, now);
  }

  /**
   * Finds the chat template of a model.
   *
   * @param model the model's folder or GGUF file
   * @return null if the model has none
   * @throws InputException if a file cannot be read, or the template is not supported
   */
  public static @Nullable ChatTemplate find(Path model, LocalDateTime now) {
    if (Files.isRegularFile(model)) {
      byte[] config = Tokenizers.load(model).companions().get(CONFIG);
      return config == null ? null : find(model.toString(), Json.parse(config, CONFIG), null, now);
    }
    Path config = model.resolve(CONFIG);
    Path file = model.resolve(FILE);
    ObjectNode settings =
        Files.exists(config) ? Json.read(config) : JsonNodeFactory.instance.objectNode();
    return Files.exists(file)
        ? find(file.toString(), settings, read(file), now)
        : find(config.toString(), settings, null, now);
  }

  private static @Nullable ChatTemplate find(
      String where, ObjectNode settings, @Nullable String own, LocalDateTime now) {
    String source = own != null ? own : source(settings.path(KEY));
    if (source == null) {
      return null;
    }
    Map<String, String> special = new LinkedHashMap<>();
    for (String name : SPECIAL) {
      // A text, or an object with a text and other properties.
      JsonNode token = settings.path(name);
      JsonNode text = token.isObject() ? token.path("content") : token;
      if (text.isString()) {
        special.put(name, text.stringValue());
      }
    }
    return new ChatTemplate(where, source, special, now);
  }

  /**
   * Returns {@code chat}.
   *
   * @param what asks for it, for the message
   * @param whose the model, for the message
   * @throws InputException if {@code chat} is null
   */
  public static ChatTemplate require(@Nullable ChatTemplate chat, String what, String whose) {
    if (chat == null) {
      throw new InputException(
          what
              + ": "
              + whose
              + " has no chat template (chat_template.jinja, chat_template in tokenizer_config.json, or in a GGUF file tokenizer.chat_template)");
    }
    return chat;
  }

  /** The time that {@code strftime_now} formats. */
  public LocalDateTime now() {
    return now;
  }

  /**
   * Writes the template into a model's folder, where {@link #find} and the Python library find it.
   *
   * @throws InputException if a file cannot be written
   */
  public void writeInto(Path folder) {
    AtomicFiles.writeAtomically(
        folder.resolve(FILE), out -> out.write(source.getBytes(StandardCharsets.UTF_8)));
    Path config = folder.resolve(CONFIG);
    ObjectNode settings =
        Files.exists(config) ? Json.read(config) : JsonNodeFactory.instance.objectNode();
    special.forEach(settings::put);
    Json.write(config, settings);
  }

  private static String read(Path file) {
    try {
      return InputFiles.text(file);
    } catch (IOException e) {
      throw new InputException(Json.oneLine(file + ": cannot be read (" + e.getMessage() + ")"), e);
    }
  }

  private static @Nullable String source(JsonNode template) {
    for (JsonNode named : template.isArray() ? template : List.<JsonNode>of()) {
      if (named.path("name").asString("").equals("default")) {
        return source(named.path("template"));
      }
    }
    return template.isString() ? template.stringValue() : null;
  }

  /** The text of a conversation with the assistant's turn begun. */
  public String render(List<Message> turns) {
    return render(turns, null, true).text();
  }

  /**
   * Renders a conversation like transformers' {@code apply_chat_template}.
   *
   * @param tools the functions that the assistant may call; null for none
   * @param generationPrompt whether the assistant's turn is begun at the end
   * @throws InputException if the template fails or refuses the turns
   */
  Rendering render(List<Message> turns, @Nullable Object tools, boolean generationPrompt) {
    Map<String, @Nullable Object> values = new LinkedHashMap<>(special);
    values.put("messages", turns.stream().map(Message::keys).toList());
    values.put("tools", tools);
    values.put("documents", null);
    values.put("add_generation_prompt", generationPrompt);
    try {
      return template.render(values, now);
    } catch (TemplateException e) {
      throw failed(e);
    }
  }

  private InputException failed(TemplateException e) {
    return new InputException(
        Json.oneLine(where + ": chat template: " + e.getMessage() + "; try another promptTemplate"),
        e);
  }
}
