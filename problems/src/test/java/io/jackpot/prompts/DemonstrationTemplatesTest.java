package io.jackpot.prompts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jackpot.input.InputException;
import io.jackpot.problems.DataLimits;
import io.jackpot.problems.Problem;
import io.jackpot.problems.ProblemSource;
import io.jackpot.prompts.Demonstrations.Demonstration;
import io.jackpot.weights.CharTokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Prompt templates around the prompts of supervised data. */
class DemonstrationTemplatesTest {
  private static final CharTokenizer TOKENIZER = new CharTokenizer("QAsua:3+4=7?.\n~", '~');
  private static final String PAIR = "{\"prompt\": \"3+4\", \"completion\": \"7\"}\n";

  @TempDir private Path folder;

  private static ChatTemplate chat() {
    return ChatTemplate.of(
        "{% for m in messages %}{{ m.role[0] }}:{{ m.content }}~\n{% endfor %}"
            + "{% if add_generation_prompt %}a:{% endif %}",
        Map.of(), LocalDateTime.of(2025, 1, 1, 0, 0));
  }

  private Demonstrations.Data read(String lines, @Nullable String name, @Nullable String system)
      throws IOException {
    Path file = Files.writeString(folder.resolve("data.jsonl"), lines);
    PromptTemplate template =
        PromptTemplate.of(name, system, "M", DemonstrationTemplatesTest::chat);
    Demonstrations.Target target =
        new Demonstrations.Target(
            "M", TOKENIZER, template, DemonstrationTemplatesTest::chat, 16, 64, "max");
    return Demonstrations.read(file.toString(), target, true, DataLimits.DEFAULT);
  }

  private void assertReads(
      String line, @Nullable String name, @Nullable String system, String given, String learned)
      throws IOException {
    Demonstration found = read(line, name, system).demonstrations().getFirst();
    assertThat(TOKENIZER.decode(found.ids())).isEqualTo(given + learned);
    int[] targets = found.targets();
    assertThat(targets[0]).isEqualTo(given.length());
    int[] ids = Arrays.stream(targets).map(i -> found.ids()[i]).toArray();
    assertThat(TOKENIZER.decode(ids)).isEqualTo(learned);
  }

  @Test
  void aTemplateIsAroundThePromptAndNotLearned() throws IOException {
    assertReads(PAIR, null, null, "3+4", "7~");
    assertReads(PAIR, "Q:{problem}?\nA:", null, "Q:3+4?\nA:", "7~");
    assertReads(PAIR, "chat", null, "u:3+4~\na:", "7~\n");
    assertReads(PAIR, "chat", "A.", "s:A.~\nu:3+4~\na:", "7~\n");
    String turns =
        "{\"prompt\": [{\"role\": \"system\", \"content\": \"Q\"}, {\"role\": \"user\", \"content\": \"3+4\"}],"
            + " \"completion\": [{\"role\": \"assistant\", \"content\": \"7\"}]}\n";
    assertReads(turns, null, null, "s:Q~\nu:3+4~\na:", "7~\n");
    assertReads(turns, "chat", "A.", "s:A.~\nu:3+4~\na:", "7~\n");
    assertReads(turns, "{problem}=", null, "Q\n\n3+4=", "7~");
    String messages =
        "{\"messages\": [{\"role\": \"user\", \"content\": \"3+4\"}, {\"role\": \"assistant\", \"content\": \"7\"}]}";
    assertReads(messages, "chat", "A.", "s:A.~\nu:3+4~\na:", "7~\n");
    assertThatThrownBy(() -> read(messages, "{problem}=", null))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(
            "line 1: \"messages\", but --prompt-template writes the text around one prompt");
  }

  @Test
  void saysWhatATemplateDoesNotReach() throws IOException {
    String lines = PAIR + "{\"text\": \"3=3\"}\n";
    assertThat(read(lines, "{problem}=", null).notes())
        .anyMatch(note -> note.startsWith("1 of 2 examples are texts or ids without a prompt"));
    assertThat(read(lines, null, null).notes())
        .anyMatch(note -> note.startsWith("1 of 2 prompts are texts: they are taken as they are"))
        .noneMatch(note -> note.contains("--prompt-template does not apply"));
  }

  @Test
  void promptsThatDoNotUseTheChatTemplateAreNoted() {
    ProblemSource texts =
        ProblemSource.of(List.of(new Problem("3", "3", null), new Problem("4", "4", null)));
    PromptTemplate asTheyAre = PromptTemplate.of(null, null, "M", DemonstrationTemplatesTest::chat);
    assertThat(new Prompts(asTheyAre, TOKENIZER).withoutChat("problems", texts))
        .isEqualTo(
            "problems: prompts that are texts are taken as they are, though the model has a"
                + " chat template; --prompt-template chat uses it");
    PromptTemplate asked = PromptTemplate.of("chat", null, "M", DemonstrationTemplatesTest::chat);
    assertThat(new Prompts(asked, TOKENIZER).withoutChat("problems", texts)).isNull();
    PromptTemplate none = PromptTemplate.of(null, null, "M", () -> null);
    assertThat(new Prompts(none, TOKENIZER).withoutChat("problems", texts)).isNull();
  }
}
