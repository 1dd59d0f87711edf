package io.jackpot.problems;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jackpot.input.InputException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reading and writing of problem files, and judging of answer files. */
class InputLinesTest {
  @TempDir Path folder;

  @Test
  void readsProblems() throws IOException {
    Path file =
        file(
            """
            {"prompt": "6*7=", "answer": "42", "completion": "#42$"}
            {"answer": 42, "prompt": "ü\\n", "level": {"hard": true}}\r

            {"prompt": "", "answer": 0.10}
            {"prompt": "p", "answer": 1e400}
            {"prompt": "p", "answer": 123456789012345678901234567890}\
            """);
    ProblemSource source = FileProblems.read(file);
    assertThat(source.size()).isEqualTo(5);
    assertThat(source.get(0)).isEqualTo(new Problem("6*7=", "42", "#42$"));
    assertThat(source.get(1)).isEqualTo(new Problem("ü\n", "42", null));
    assertThat(source.get(2)).isEqualTo(new Problem("", "0.10", null));
    assertThat(source.get(3).answer()).isEqualTo("1E+400");
    assertThat(source.get(4).answer()).isEqualTo("123456789012345678901234567890");
    assertThatThrownBy(() -> source.get(5)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void aBadLineIsNamed() throws IOException {
    String good = "{\"prompt\": \"p\", \"answer\": \"1\"}\n";
    refused(good + "{\"answer\": 1}", "line 2: no \"prompt\", expected a string");
    refused(good + "{\"prompt\": 5, \"answer\": 1}", "line 2: \"prompt\": 5, expected a string");
    refused(
        "{\"prompt\": \"p\", \"answer\": {\"value\": 1, \"unit\": 2}}",
        "line 1: \"answer\": {\"value\":1,\"unit\":2}, expected a string or a number; name the field within it");
    refused("\n[1, 2]", "entry 1: 1, expected a JSON object");
    refused(good + "{\"prompt\": ", "line 2: {\"prompt\": is not valid JSON (column 12: ");
    refused("{\"prompt\": ", "invalid JSON in line 1");
    refused(good.strip() + "{}", "is not valid JSON (column");
    refused("{\"prompt\": \"a\", \"prompt\": \"b\", \"answer\": 1}", "invalid JSON in line 1");
    refused("{\"prompt\": \"p\", \"answer\": nan}", "invalid JSON in line 1");
    refused(
        "[".repeat(100_000),
        "invalid JSON in line 1, column 502: Document nesting depth (501) exceeds the maximum allowed 500");
    refused("", "problems.jsonl: empty, expected problems");
    refused("\n \n", "problems.jsonl: empty, expected problems");
  }

  @Test
  void aFileThatCannotBeReadIsNamed() throws IOException {
    assertThatThrownBy(() -> FileProblems.read(folder.resolve("none.jsonl")))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("none.jsonl: no such file, expected");
    assertThatThrownBy(() -> FileProblems.read(folder))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("no file of .parquet, .jsonl or .json in this folder");
    Path latin = folder.resolve("latin.jsonl");
    Files.write(latin, "{}\n{\"prompt\": \"ü\"}".getBytes(StandardCharsets.ISO_8859_1));
    assertThatThrownBy(() -> InputLines.read(latin, line -> line))
        .isInstanceOf(InputException.class)
        .hasMessageEndingWith("latin.jsonl, line 2: not UTF-8, expected a JSON object in UTF-8");
  }

  @Test
  void whatIsWrittenIsReadBack() throws IOException {
    ProblemSource source = new MixtureProblems(5, 10, 0, 0.5, 0.3, 0.1);
    Path file = folder.resolve("new/problems.jsonl");
    ProblemFile.write(file, source, 7, 100);
    ProblemSource read = FileProblems.read(file);
    assertThat(read.size()).isEqualTo(100);
    for (int i = 0; i < 100; i++) {
      assertThat(read.get(i)).isEqualTo(source.get(7 + i));
    }
    ProblemSource odd = FileProblems.read(file("{\"prompt\": \"\\\"ü\\n\\u2028\", \"answer\": 1}"));
    ProblemFile.write(file, odd, 0, 1);
    assertThat(FileProblems.read(file).get(0)).isEqualTo(odd.get(0));
    assertThat(Files.readString(file)).doesNotContain("completion").endsWith("}\n");
  }

  @Test
  void problemsThatAreNotThereLeaveTheFileAlone() throws IOException {
    Path file = file("before");
    ProblemSource source = ArithmeticProblems.heldOut(5, 10, 3);
    assertThatThrownBy(() -> ProblemFile.write(file, source, 1, 3))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThat(file).hasContent("before");
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).containsExactly(file);
    }
  }

  @Test
  void verdictsComeInOrder() throws IOException {
    Path file =
        file(
            """
            {"gold": "42", "answer": "... #### 42"}
            {"gold": 42, "answer": 42.0}
            {"gold": "42", "answer": "The answer is 41"}
            {"gold": "42", "answer": "I \\"do\\" not know"}
            {"gold": "?", "answer": "42"}
            """);
    StringBuilder out = new StringBuilder();
    VerifyLines.run(file, DataLimits.DEFAULT, out);
    assertThat(out.toString())
        .isEqualTo(
            """
            {"verdict":"correct","extracted":"42"}
            {"verdict":"correct","extracted":"42.0"}
            {"verdict":"wrong","extracted":"41"}
            {"verdict":"unparsed","extracted":null}
            {"verdict":"bad-gold","extracted":"42"}
            """);
  }

  @Test
  void nothingIsPrintedOfAFileWithABadLine() throws IOException {
    Path file = file("{\"gold\": 1, \"answer\": 1}\n{\"gold\": 1}");
    StringBuilder out = new StringBuilder();
    assertThatThrownBy(() -> VerifyLines.run(file, DataLimits.DEFAULT, out))
        .isInstanceOf(InputException.class)
        .hasMessageEndingWith("line 2: no \"answer\", expected a string or a number");
    assertThat(out).isEmpty();
  }

  private void refused(String content, String message) throws IOException {
    Path file = file(content);
    assertThatThrownBy(() -> FileProblems.read(file))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(message)
        .hasMessageContaining("problems.jsonl")
        .hasMessageNotContainingAny("\n");
  }

  private Path file(String content) throws IOException {
    return Files.writeString(folder.resolve("problems.jsonl"), content);
  }

  @Test
  void readsTokenIds() throws IOException {
    assertThat(InputLines.read(file("{\"ids\": [0, 2147483647]}"), line -> line.ids("ids")))
        .containsExactly(new int[] {0, 2147483647});
    for (String bad : new String[] {"[]", "3", "\"3\"", "null"}) {
      assertThatThrownBy(
              () -> InputLines.read(file("{\"ids\": " + bad + "}"), line -> line.ids("ids")))
          .isInstanceOf(InputException.class)
          .hasMessageEndingWith(", line 1: \"ids\": " + bad + ", expected an array of token ids");
    }
    for (String bad : new String[] {"-1", "1.5", "2147483648", "\"3\"", "[]"}) {
      assertThatThrownBy(
              () -> InputLines.read(file("{\"ids\": [7, " + bad + "]}"), line -> line.ids("ids")))
          .isInstanceOf(InputException.class)
          .hasMessageEndingWith(", line 1: \"ids[1]\": " + bad + ", expected a token id");
    }
  }
}
