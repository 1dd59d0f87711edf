package io.jackpot.prompts;

import io.jackpot.input.InputException;
import io.jackpot.input.InputFiles;
import io.jackpot.input.Names;
import io.jackpot.problems.Message;
import io.jackpot.problems.Problem;
import io.jackpot.weights.Json;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A template for the text around a problem. */
public sealed interface PromptTemplate {
  /** The placeholder for the problem's text. */
  String PLACE = "{problem}";

  /** The text for the model to continue. */
  String render(Problem problem);

  /** Whether the rendered text includes all special tokens, so that encoding must not add any. */
  boolean writesSpecialTokens(Problem problem);

  /** What becomes of prompts that are conversations, for people; null if that is as asked for. */
  @Nullable String ofConversations();

  /** What becomes of prompts that are texts, for people; null if that is as asked for. */
  default @Nullable String ofTexts() {
    return null;
  }

  /**
   * The default: the problem alone. A conversation is written by the model's chat template, or is
   * the texts of its turns with empty lines between them if the model has none.
   *
   * @param chat finds the model's chat template, null if it has none; asked once there is a
   *     conversation
   */
  record Automatic(Supplier<@Nullable ChatTemplate> chat) implements PromptTemplate {
    private static final PromptTemplate TEXT = new Text(PLACE, false);
    private static final String WITHOUT_CHAT =
        "taken as they are, though the model has a chat template; --prompt-template chat uses it";

    private PromptTemplate template(Problem problem) {
      ChatTemplate own = problem.isConversation() ? chat.get() : null;
      return own == null ? TEXT : new Chat(own, null);
    }

    @Override
    public String render(Problem problem) {
      return template(problem).render(problem);
    }

    @Override
    public boolean writesSpecialTokens(Problem problem) {
      return template(problem).writesSpecialTokens(problem);
    }

    @Override
    public String ofConversations() {
      return chat.get() == null
          ? "the model has no chat template, so the texts of their turns follow each other with empty lines between them, without their roles"
          : "the model's chat template writes them";
    }

    @Override
    public @Nullable String ofTexts() {
      try {
        return chat.get() == null ? null : WITHOUT_CHAT;
      } catch (InputException e) {
        return null; // It cannot be used, so there is nothing to advise.
      }
    }
  }

  /**
   * A text with {@link #PLACE} in it. Of a conversation the texts of the turns stand there, with
   * empty lines between them.
   *
   * @param special whether the text writes special tokens
   */
  record Text(String text, boolean special) implements PromptTemplate {
    @Override
    public String render(Problem problem) {
      String question =
          problem.isConversation()
              ? problem.conversation().stream()
                  .map(Message::content)
                  .collect(Collectors.joining("\n\n"))
              : problem.prompt();
      return text.replace(PLACE, question);
    }

    @Override
    public boolean writesSpecialTokens(Problem problem) {
      return special;
    }

    @Override
    public String ofConversations() {
      return "the prompt template takes the texts of their turns, with empty lines between them, without their roles; --prompt-template chat keeps these";
    }
  }

  /**
   * The model's own chat template, with the turn of the assistant begun.
   *
   * @param system a system message that replaces the problem's own; null to keep that
   */
  record Chat(ChatTemplate template, @Nullable String system) implements PromptTemplate {
    @Override
    public String render(Problem problem) {
      return template.render(
          withSystem(
              problem.isConversation()
                  ? problem.conversation()
                  : List.of(new Message("user", problem.prompt()))));
    }

    /** The turns with the system message of this template. */
    List<Message> withSystem(List<Message> turns) {
      if (system == null) {
        return turns;
      }
      List<Message> all = new ArrayList<>(turns);
      all.removeIf(turn -> turn.role().equals("system"));
      all.addFirst(new Message("system", system));
      return all;
    }

    @Override
    public boolean writesSpecialTokens(Problem problem) {
      return true;
    }

    @Override
    public @Nullable String ofConversations() {
      return null;
    }
  }

  /**
   * Templates by name.
   *
   * <ul>
   *   <li>{@code qwen25-math-cot}, {@code qwen-boxed}: the templates of the evaluation of
   *       Qwen2.5-Math (Yang et al., 2024, "Qwen2.5-Math technical report", and its code), with
   *       Qwen's special tokens as text.
   *   <li>{@code r1-zero}: the template of DeepSeek-R1-Zero (DeepSeek-AI, 2025, "DeepSeek-R1",
   *       Table 1).
   *   <li>{@code question-answer}: the template for GSM8K in EleutherAI's lm-evaluation-harness,
   *       without examples.
   *   <li>{@code minerva}: the template for MATH of Minerva (Lewkowycz et al., 2022, "Solving
   *       quantitative reasoning problems with language models", appendix D.2), without examples.
   * </ul>
   */
  Map<String, PromptTemplate> NAMED = named();

  private static Map<String, PromptTemplate> named() {
    String boxed = "Please reason step by step, and put your final answer within \\boxed{}.";
    Map<String, PromptTemplate> named = new LinkedHashMap<>();
    named.put(
        "qwen25-math-cot",
        new Text(
            "<|im_start|>system\n"
                + boxed
                + "<|im_end|>\n<|im_start|>user\n"
                + PLACE
                + "<|im_end|>\n<|im_start|>assistant\n",
            true));
    named.put(
        "qwen-boxed",
        new Text(
            "<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n<|im_start|>user\n"
                + PLACE
                + "\n"
                + boxed
                + "<|im_end|>\n<|im_start|>assistant\n",
            true));
    named.put(
        "r1-zero",
        new Text(
            "A conversation between User and Assistant. The user asks a question, and the Assistant"
                + " solves it. The assistant first thinks about the reasoning process in the mind and"
                + " then provides the user with the answer. The reasoning process and answer are"
                + " enclosed within <think> </think> and <answer> </answer> tags, respectively,"
                + " i.e., <think> reasoning process here </think> <answer> answer here </answer>."
                + " User: "
                + PLACE
                + ". Assistant:",
            false));
    named.put("question-answer", new Text("Question: " + PLACE + "\nAnswer:", false));
    named.put("minerva", new Text("Problem:\n" + PLACE + "\n\nSolution:", false));
    return Map.copyOf(named);
  }

  /**
   * Finds a template.
   *
   * @param name one of {@link #NAMED}, {@code chat}, a text with {@link #PLACE} in it, or a file
   *     with such a text, without a line feed at its end; null for {@link Automatic}
   * @param system the system message for {@code chat}; null for none
   * @param model the model, for messages
   * @param chat finds the model's chat template if it is needed; null if it has none
   * @throws InputException if there is no such template, or it has no place for {@code system}
   */
  static PromptTemplate of(
      @Nullable String name,
      @Nullable String system,
      String model,
      Supplier<@Nullable ChatTemplate> chat) {
    if (name != null && name.equals("chat")) {
      return new Chat(ChatTemplate.require(chat.get(), "--prompt-template chat", model), system);
    }
    if (system != null) {
      throw new InputException(
          "--system-prompt: only a chat template has a place for it, expected --prompt-template chat");
    }
    if (name == null) {
      return new Automatic(chat);
    }
    PromptTemplate named = NAMED.get(name);
    if (named != null) {
      return named;
    }
    return new Text(name.contains(PLACE) ? name : ofFile(name), false);
  }

  private static String ofFile(String name) {
    String text;
    try {
      text = InputFiles.text(Path.of(name));
    } catch (CharacterCodingException e) {
      throw new InputException(Json.oneLine("--prompt-template: " + name + ": not UTF-8"), e);
    } catch (IOException | InvalidPathException e) {
      List<String> names =
          Stream.concat(Stream.of("chat"), NAMED.keySet().stream()).sorted().toList();
      throw new InputException(
          Json.oneLine(
              "--prompt-template: found %s, expected none, %s, a file, or a text with %s; nearest is %s"
                  .formatted(name, String.join(", ", names), PLACE, Names.nearest(name, names))),
          e);
    }
    if (!text.contains(PLACE)) {
      throw new InputException(
          Json.oneLine(
              "--prompt-template: %s has no %s, expected it where the problem's text goes"
                  .formatted(name, PLACE)));
    }
    return text.replaceFirst("\\r?\\n\\z", "");
  }
}
