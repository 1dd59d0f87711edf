package io.jackpot.prompts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jackpot.input.InputException;
import io.jackpot.problems.ArithmeticProblems;
import io.jackpot.problems.DataLimits;
import io.jackpot.problems.PublishedDataTest;
import io.jackpot.prompts.Demonstrations.Demonstration;
import io.jackpot.prompts.Demonstrations.Target;
import io.jackpot.weights.CharTokenizer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DemonstrationsTest {
  private static final PromptTemplate AS_IS = PromptTemplate.of(null, null, "M", () -> null);

  private static final Target MODEL =
      new Target(
          "M", ArithmeticProblems.tokenizer(), AS_IS, () -> null, 18, 8, "max_position_embeddings");

  /** Characters with an end, and a template that writes it after each turn. */
  private static final Target CHAT =
      new Target(
          "M",
          new CharTokenizer("What is3+4?7u:\n~", '~'),
          AS_IS,
          () ->
              ChatTemplate.of(
                  "{% for m in messages %}{{ m.role[0] }}:{{ m.content }}~\n{% endfor %}"
                      + "{% if add_generation_prompt %}a:{% endif %}",
                  Map.of(), LocalDateTime.of(2025, 1, 1, 0, 0)),
          16,
          64,
          "max_position_embeddings");

  @TempDir private Path folder;

  private Demonstrations.Data data(String lines, Target model, boolean appendEnd)
      throws IOException {
    Path file = Files.writeString(folder.resolve("data.jsonl"), lines);
    return Demonstrations.read(file.toString(), model, appendEnd, DataLimits.DEFAULT);
  }

  private List<Demonstration> read(String lines, Target model) throws IOException {
    return data(lines, model, true).demonstrations();
  }

  private Path published(String name) throws IOException {
    Path file = folder.resolve(name);
    try (InputStream in = PublishedDataTest.class.getResourceAsStream("published/" + name)) {
      Files.copy(Objects.requireNonNull(in), file);
    }
    return file;
  }

  @Test
  void textsAreEncodedAndOfIdsAllButTheFirstAreLearnt() throws IOException {
    List<Demonstration> all =
        read(
            """
            {"prompt": "1+2=", "completion": "#3$", "source": "me"}
            {"ids": [4, 5, 6]}
            {"prompt": "", "completion": "#3$"}
            {"text": "1+2$"}
            """,
            MODEL);
    assertThat(all.get(0).ids()).containsExactly(1, 10, 2, 13, 15, 3, 16);
    assertThat(all.get(0).targets()).containsExactly(4, 5, 6);
    assertThat(all.get(1).ids()).containsExactly(4, 5, 6);
    assertThat(all.get(1).targets()).containsExactly(1, 2);
    assertThat(all.get(2).ids()).containsExactly(15, 3, 16);
    assertThat(all.get(2).targets()).containsExactly(1, 2);
    assertThat(all.get(3).ids()).containsExactly(1, 10, 2, 16);
    assertThat(all.get(3).targets()).containsExactly(1, 2, 3);
  }

  @Test
  void theEndTokenIsLearnedAfterTextsThatLackIt() throws IOException {
    String lines =
        """
        {"prompt": "1=", "completion": "1$"}
        {"prompt": "1=", "completion": "1"}
        {"prompt": "1=", "completion": ""}
        {"text": "1="}
        {"ids": [1, 13]}
        """;
    Demonstrations.Data with = data(lines, MODEL, true);
    assertThat(with.demonstrations())
        .extracting(Demonstration::ids)
        .containsExactly(
            new int[] {1, 13, 1, 16},
            new int[] {1, 13, 1, 16},
            new int[] {1, 13, 16},
            new int[] {1, 13, 16},
            new int[] {1, 13});
    assertThat(with.demonstrations())
        .extracting(each -> each.targets().length)
        .containsExactly(2, 2, 1, 2, 1);
    assertThat(with.notes())
        .containsExactly(
            "5 examples, 8 tokens to learn: 3 do not end with an end token, so $ is learned after"
                + " them (--no-append-end: not)");
    Demonstrations.Data without = data(lines.replace("\"\"", "\"2\""), MODEL, false);
    assertThat(without.demonstrations())
        .extracting(each -> each.targets().length)
        .containsExactly(2, 1, 1, 1, 1);
    assertThat(without.notes().getFirst()).contains("it is not added (--append-end adds $)");
    assertThat(data("{\"ids\": [1, 2]}", MODEL, true).notes())
        .containsExactly("1 examples, 1 tokens to learn: no end token is added");
  }

  /** Two tokens a line: the answer, and the end. */
  @ParameterizedTest
  @ValueSource(strings = {"plain.jsonl", "trl_std.parquet", "gzip"})
  void publishedTextsAreReadFromEveryKindOfFile(String name) throws IOException {
    Path file = published(name.equals("gzip") ? "plain.jsonl" : name);
    if (name.equals("gzip")) {
      byte[] bytes = Files.readAllBytes(file);
      file = folder.resolve("plain.jsonl.gz");
      try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
        out.write(bytes);
      }
    }
    List<Demonstration> all =
        Demonstrations.read(file.toString(), MODEL, true, DataLimits.DEFAULT).demonstrations();
    assertThat(all).hasSize(name.endsWith("parquet") ? 4 : 8);
    assertThat(all)
        .allSatisfy(each -> {
          assertThat(each.ids()).containsExactly(3, 10, 4, 13, 7, 16);
          assertThat(each.targets()).containsExactly(4, 5);
        });
  }

  @Test
  void conversationsTakeTheChatTemplate() throws IOException {
    Path file = published("trl_prompt_completion.jsonl");
    List<Demonstration> all =
        Demonstrations.read(file.toString(), CHAT, true, DataLimits.DEFAULT).demonstrations();
    assertThat(all).hasSize(4);
    for (Demonstration each : all) {
      assertThat(decoded(each.ids())).isEqualTo("u:What is 3+4?~\na:7~\n");
      assertThat(each.targets()).containsExactly(18, 19, 20);
    }
    String one =
        "{\"role\": \"user\", \"content\": \"3?\"}, {\"role\": \"assistant\", \"content\": \"3\"}";
    String two = one + ", " + one.replace('3', '4');
    for (String row :
        List.of(
            "{\"messages\": [%s]}".formatted(two),
            "{\"messages\": null, \"conversations\": [%s]}"
                .formatted(
                    two.replace("role", "from")
                        .replace("content", "value")
                        .replace("user", "human")
                        .replace("assistant", "gpt")))) {
      Demonstration found = read(row, CHAT).getFirst();
      assertThat(decoded(found.ids())).isEqualTo("u:3?~\na:3~\nu:4?~\na:4~\n");
      assertThat(found.targets()).containsExactly(8, 9, 10, 19, 20, 21);
    }
    String text =
        "{\"prompt\": [{\"role\": \"user\", \"content\": \"3?\"}], \"completion\": \"3\"}";
    assertThat(read(text, CHAT).getFirst().targets()).containsExactly(8, 9, 10);
  }

  /** A template that does not end turns gets the end token after the last one. */
  @Test
  void aConversationWithoutAnEndGetsOne() throws IOException {
    Target open =
        new Target(
            "M",
            CHAT.tokenizer(),
            AS_IS,
            () ->
                ChatTemplate.of(
                    "{% for m in messages %}{{ m.role[0] }}:{{ m.content }}\n{% endfor %}"
                        + "{% if add_generation_prompt %}a:{% endif %}",
                    Map.of(), LocalDateTime.of(2025, 1, 1, 0, 0)),
            16,
            64,
            "max_position_embeddings");
    String row =
        "{\"messages\": [{\"role\": \"user\", \"content\": \"3?\"}, {\"role\": \"assistant\", \"content\": \"3\"}, {\"role\": \"user\", \"content\": \"s\"}]}";
    Demonstration found = read(row, open).getFirst();
    assertThat(decoded(found.ids())).isEqualTo("u:3?\na:3\n~");
    assertThat(found.targets()).containsExactly(7, 8, 9);
  }

  private static String decoded(int[] ids) {
    return Objects.requireNonNull(CHAT.tokenizer()).decode(ids);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"ids\": [1, 18]}                            | ids[1]: 18, expected 0 to 17",
        "{\"ids\": [1]}                                | 1 tokens to go on from and 0 to learn",
        "{\"prompt\": \"\", \"completion\": \"$\"}       | 1 tokens to go on from and 0 to learn",
        "{\"prompt\": \"1+x=\", \"completion\": \"#3$\"} | \"prompt\": text: character 'x'",
        "{\"prompt\": \"1+2=\"}                        | no \"completion\"",
        "{\"question\": \"1+2=\"}                      | no \"prompt\"",
        "{\"ids\": [0,1,2,3,4,5,6,7,8,9]}              | 9 in all (max_position_embeddings)",
        "{\"prompt\": \"1+2=\", \"completion\": [{\"role\": \"assistant\", \"content\": \"3\"}]} | \"prompt\": \"1+2=\", expected a conversation",
        "{\"messages\": [{\"role\": \"assistant\", \"content\": \"3\"}]} | line 2: a conversation: M has no chat template (chat_template.jinja",
        "{\"messages\": \"1\"}                         | \"messages\": \"1\", expected a conversation",
      })
  void whatIsNoDemonstrationIsNamedWithItsLine(String line, String message) {
    assertThatThrownBy(() -> read("{\"ids\": [1, 2]}\n" + line, MODEL))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("data.jsonl, line 2: ")
        .hasMessageContaining(message);
  }

  @Test
  void textNeedsATokenizer() {
    Target without = new Target("M", null, AS_IS, () -> null, 18, 8, "max_position_embeddings");
    assertThatThrownBy(() -> read("{\"prompt\": \"1\", \"completion\": \"2\"}", without))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("no tokenizer.json");
  }
}
