package io.jackpot.prompts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jackpot.input.InputException;
import io.jackpot.problems.Message;
import io.jackpot.problems.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PromptTemplateTest {
  private static final Problem PROBLEM = new Problem("What is $1+1$?", "2", null);

  @TempDir private Path folder;

  private static PromptTemplate of(@Nullable String name) {
    return PromptTemplate.of(name, null, "the model", () -> null);
  }

  @Test
  void withoutATemplateTheProblemStandsAlone() {
    assertThat(of(null).render(PROBLEM)).isEqualTo("What is $1+1$?");
    assertThat(of(null).writesSpecialTokens(PROBLEM)).isFalse();
    Problem turns =
        new Problem(
            "q", "2", null, List.of(new Message("system", "Think."), new Message("user", "q")));
    assertThat(of(null).render(turns)).isEqualTo("Think.\n\nq");
    assertThat(of("minerva").render(turns)).isEqualTo("Problem:\nThink.\n\nq\n\nSolution:");
  }

  @Test
  void namedTemplatesAreThoseOfThePapers() {
    assertThat(of("qwen-boxed").render(PROBLEM))
        .isEqualTo(
            """
            <|im_start|>system
            You are a helpful assistant.<|im_end|>
            <|im_start|>user
            What is $1+1$?
            Please reason step by step, and put your final answer within \\boxed{}.<|im_end|>
            <|im_start|>assistant
            """);
    assertThat(of("qwen25-math-cot").render(PROBLEM))
        .isEqualTo(
            """
            <|im_start|>system
            Please reason step by step, and put your final answer within \\boxed{}.<|im_end|>
            <|im_start|>user
            What is $1+1$?<|im_end|>
            <|im_start|>assistant
            """);
    assertThat(of("qwen-boxed").writesSpecialTokens(PROBLEM)).isTrue();
    assertThat(of("r1-zero").render(PROBLEM))
        .startsWith("A conversation between User and Assistant. The user asks")
        .endsWith("<answer> answer here </answer>. User: What is $1+1$?. Assistant:");
    assertThat(of("r1-zero").writesSpecialTokens(PROBLEM)).isFalse();
    assertThat(of("question-answer").render(PROBLEM))
        .isEqualTo("Question: What is $1+1$?\nAnswer:");
  }

  @Test
  void aTemplateMayBeATextOrAFile() throws IOException {
    assertThat(of("Q: {problem} A:").render(PROBLEM)).isEqualTo("Q: What is $1+1$? A:");
    Problem sly = new Problem("{problem} $1 \\", "2", null);
    assertThat(of("<{problem}>").render(sly)).isEqualTo("<{problem} $1 \\>");
    Path file = Files.writeString(folder.resolve("t.txt"), "1 → {problem}\nAnswer:\n");
    assertThat(of(file.toString()).render(PROBLEM)).isEqualTo("1 → What is $1+1$?\nAnswer:");
    Files.writeString(file, "{problem}\r\n\r\n");
    assertThat(of(file.toString()).render(PROBLEM)).isEqualTo("What is $1+1$?\r\n");
  }

  @Test
  void whatIsNoTemplateIsSaidInOneLine() throws IOException {
    assertThatThrownBy(() -> of("qwen-box"))
        .isInstanceOf(InputException.class)
        .hasMessage(
            "--prompt-template: found qwen-box, expected none, chat, minerva, question-answer, qwen-boxed, qwen25-math-cot, r1-zero, a file, or a text with {problem}; nearest is qwen-boxed");
    Path file = Files.writeString(folder.resolve("t.txt"), "Question:\n");
    assertThatThrownBy(() -> of(file.toString()))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("t.txt has no {problem}");
    assertThatThrownBy(() -> of("chat")).hasMessageContaining("the model has no chat template");
    assertThatThrownBy(() -> PromptTemplate.of("minerva", "Be brief.", "the model", () -> null))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("expected --prompt-template chat");
  }
}
