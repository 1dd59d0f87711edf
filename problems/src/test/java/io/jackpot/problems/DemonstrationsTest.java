package io.jackpot.problems;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jackpot.input.InputException;
import io.jackpot.problems.Demonstrations.Demonstration;
import io.jackpot.problems.Demonstrations.Target;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DemonstrationsTest {
  private static final Target MODEL =
      new Target(ArithmeticProblems.tokenizer(), 18, 8, "max_position_embeddings");

  @TempDir private Path folder;

  private List<Demonstration> read(String lines, Target model) throws IOException {
    return Demonstrations.read(Files.writeString(folder.resolve("data.jsonl"), lines), model);
  }

  @Test
  void textsAreEncodedAndOfIdsAllButTheFirstAreLearnt() throws IOException {
    List<Demonstration> all =
        read(
            """
            {"prompt": "1+2=", "completion": "#3$", "source": "me"}
            {"ids": [4, 5, 6]}
            {"prompt": "", "completion": "#3$"}
            """,
            MODEL);
    assertThat(all.get(0).prompt()).containsExactly(1, 10, 2, 13);
    assertThat(all.get(0).completion()).containsExactly(15, 3, 16);
    assertThat(all.get(1).prompt()).containsExactly(4);
    assertThat(all.get(1).completion()).containsExactly(5, 6);
    assertThat(all.get(2).prompt()).containsExactly(15);
    assertThat(all.get(2).completion()).containsExactly(3, 16);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"ids\": [1, 18]}                            | ids[1]: 18, expected 0 to 17",
        "{\"ids\": [1]}                                | 1 tokens to go on from and 0 to learn",
        "{\"prompt\": \"\", \"completion\": \"#\"}       | 1 tokens to go on from and 0 to learn",
        "{\"prompt\": \"1+x=\", \"completion\": \"#3$\"} | \"prompt\": text: character 'x'",
        "{\"prompt\": \"1+2=\"}                        | no \"completion\"",
        "{\"ids\": [0,1,2,3,4,5,6,7,8,9]}              | 9 in all (max_position_embeddings)",
      })
  void whatIsNoDemonstrationIsNamedWithItsLine(String line, String message) {
    assertThatThrownBy(() -> read("{\"ids\": [1, 2]}\n" + line, MODEL))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("data.jsonl, line 2: ")
        .hasMessageContaining(message);
  }

  @Test
  void textNeedsATokenizer() {
    Target without = new Target(null, 18, 8, "max_position_embeddings");
    assertThatThrownBy(() -> read("{\"prompt\": \"1\", \"completion\": \"2\"}", without))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("no tokenizer.json");
  }
}
