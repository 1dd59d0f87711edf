package io.jackpot.prompts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jackpot.input.InputException;
import io.jackpot.problems.Conversations;
import io.jackpot.problems.InputLines;
import io.jackpot.problems.Message;
import io.jackpot.weights.Tokenizer;
import io.jackpot.weights.Tokenizers;
import io.jackpot.weights.UnknownBytes;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * Masks of TRL and transformers ({@code bench/peers/chat_masks_golden.py}), and other templates.
 */
class AssistantTurnsTest {
  private static final LocalDateTime NOW = LocalDateTime.of(2025, 1, 1, 0, 0);

  /** As Qwen3 writes turns: thoughts are kept after the last question only. */
  private static final String FORGETFUL =
      "{% for m in messages %}<|im_start|>{{ m.role }}\n"
          + "{% if m.role == 'assistant' and loop.last %}<think>\n\n</think>\n{% endif %}"
          + "{{ m.content }}<|im_end|>\n{% endfor %}"
          + "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}";

  private static final String CHATML = FORGETFUL.replace("and loop.last", "and false");

  private static final String MARKED =
      CHATML.replace(
          "{{ m.content }}", "{% generation %}{{ m.content }}<|im_end|>{% endgeneration %}");

  private static final List<Message> MANY =
      List.of(
          new Message("user", "a"),
          new Message("assistant", "b"),
          new Message("user", "c"),
          new Message("assistant", "d"));

  @TempDir Path folder;
  private Tokenizer tokenizer;

  @BeforeEach
  void openTokenizer() throws IOException {
    copy("tokenizer.json");
    Files.writeString(folder.resolve("tokenizer_config.json"), "{\"eos_token\": \"<|im_end|>\"}");
    tokenizer = Tokenizers.load(folder);
  }

  private Path copy(String name) throws IOException {
    Path file = folder.resolve(name);
    try (InputStream in = getClass().getResourceAsStream(name)) {
      Files.copy(Objects.requireNonNull(in), file);
    }
    return file;
  }

  private AssistantTurns turns(
      String template, List<Message> turns, int given, @Nullable Object tools) {
    ChatTemplate chat = ChatTemplate.of(template, Map.of(), NOW);
    return AssistantTurns.of(chat, tokenizer, turns, given, tools, new UnknownBytes(tokenizer));
  }

  @Test
  void masksAreThoseOfTrlAndTransformers() throws IOException {
    List<Boolean> compared = InputLines.read(copy("masks.jsonl"), this::compare);
    assertThat(compared).hasSize(19).contains(true);
  }

  private boolean compare(InputLines.Line line) {
    JsonNode row = line.object();
    List<Message> conversation = Conversations.read("", "turns", row.get("turns"), "");
    AssistantTurns found =
        turns(
            line.string("template"),
            conversation,
            row.get("given").intValue(),
            Conversations.tools("", row));
    int[] ids = row.get("ids").valueStream().mapToInt(JsonNode::intValue).toArray();
    int[] targets =
        IntStream.range(0, ids.length)
            .filter(i -> row.get("mask").get(i).intValue() == 1)
            .toArray();
    int end = targets[targets.length - 1] + 1; // what follows the last target is never needed
    assertThat(found.ids()).as(line.where()).isEqualTo(Arrays.copyOf(ids, end));
    assertThat(found.targets()).as(line.where()).isEqualTo(targets);
    return found.diverges();
  }

  private String learned(AssistantTurns found) {
    return tokenizer.decode(IntStream.of(found.targets()).map(i -> found.ids()[i]).toArray());
  }

  @Test
  void allTurnsOfTheAssistantAreLearned() {
    assertThat(learned(turns(CHATML, MANY, 0, null))).isEqualTo("b<|im_end|>\nd<|im_end|>\n");
    assertThat(learned(turns(CHATML, MANY, 2, null))).isEqualTo("d<|im_end|>\n");
    assertThat(learned(turns(CHATML, MANY.subList(0, 3), 0, null))).isEqualTo("b<|im_end|>\n");
  }

  @Test
  void aTurnThatIsWrittenOtherwiseOnceOthersFollowEndsWithItsEndToken() {
    assertThat(learned(turns(FORGETFUL, MANY, 0, null)))
        .isEqualTo("b<|im_end|><think>\n\n</think>\nd<|im_end|>\n");
  }

  @Test
  void whatCannotBeToldApartIsRefused() {
    assertThatThrownBy(() -> turns(CHATML, MANY.subList(0, 1), 0, null))
        .isInstanceOf(InputException.class)
        .hasMessage("a conversation without a turn of the assistant to learn");
    String unending = FORGETFUL.replace("<|im_end|>", "");
    assertThatThrownBy(() -> turns(unending, MANY, 0, null))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("the chat template writes turn 2 otherwise if others follow")
        .hasMessageEndingWith("or a template with {% generation %}");
    // Only the last turn of all stands in the text.
    String lastOnly = "{{ messages[-1].content }}<|im_end|>";
    assertThatThrownBy(() -> turns(lastOnly, MANY, 0, null)).isInstanceOf(InputException.class);
  }

  @Test
  void aConversationOfManyTurnsIsLearnedAndOneOfFarTooManyRefused() {
    assertThat(learned(turns(CHATML, conversation(1_000, "b"), 0, null)))
        .isEqualTo("b<|im_end|>\n".repeat(500));
    for (String template : List.of(CHATML, MARKED)) {
      assertThatThrownBy(() -> turns(template, conversation(4_000, "b".repeat(80)), 0, null))
          .isInstanceOf(InputException.class)
          .hasMessageMatching(
              "a conversation of too many turns: their beginnings and ends take more than [0-9,]+"
                  + " characters to tell; expected it in several parts");
    }
  }

  private static List<Message> conversation(int turns, String content) {
    return IntStream.range(0, turns)
        .mapToObj(i -> new Message(i % 2 == 0 ? "user" : "assistant", content))
        .toList();
  }
}
