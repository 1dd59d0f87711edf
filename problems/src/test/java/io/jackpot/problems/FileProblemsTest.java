package io.jackpot.problems;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jackpot.input.InputException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FileProblemsTest {
  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        // GSM8K, MATH, MATH-500, two of AIME, AMC, DeepScaleR, OlympiadBench
        "{'question': 'P', 'answer': 'work #### 72'} | work #### 72",
        "{'problem': 'P', 'level': 'Level 2', 'type': 'Algebra', 'solution': 'so $\\\\boxed{2}$'} | so $\\boxed{2}$",
        "{'problem': 'P', 'solution': 'so', 'answer': '2', 'subject': 'S', 'level': 3, 'unique_id': 'u'} | 2",
        "{'id': 60, 'problem': 'P', 'solution': 's', 'answer': '204', 'url': 'u', 'year': '2024'} | 204",
        "{'ID': '2024-I-4', 'Problem': 'P', 'Solution': 's', 'Answer': 116} | 116",
        "{'id': 0, 'problem': 'P', 'answer': 142.0, 'url': 'u'} | 142.0",
        "{'problem': 'P', 'answer': '-\\\\frac{2}{3}', 'solution': 's'} | -\\frac{2}{3}",
        "{'question': 'P', 'final_answer': ['$\\\\pi$'], 'solution': ['s']} | $\\pi$",
      })
  void recognisesTheFieldsOfPublishedDataSets(String row, String answer) throws IOException {
    assertThat(read(row.replace('\'', '"'))).containsExactly(new Problem("P", answer, null));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"problem\": \"a\", \"answer\": 1}\n{\"problem\": \"b\", \"answer\": 2}\n",
        "\uFEFF{\"problem\": \"a\", \"answer\": 1}\r\n\r\n{\"problem\": \"b\", \"answer\": 2}",
        "[{\"problem\": \"a\", \"answer\": 1}, {\"problem\": \"b\", \"answer\": 2}]",
        "\uFEFF [\n{\"problem\": \"a\",\n\"answer\": 1},\n{\"problem\": \"b\", \"answer\": 2}]\n",
        "{\"version\": \"1\", \"data\": [{\"problem\": \"a\", \"answer\": 1}, {\"problem\": \"b\", \"answer\": 2}]}",
        "{\n  \"rows\": [{\"problem\": \"a\", \"answer\": 1},\n {\"problem\": \"b\", \"answer\": 2}]}",
        "{\"problem\": [\"a\", \"b\"], \"answer\": [1, 2]}",
      })
  void whatTheFileHoldsDecidesHowItIsRead(String content) throws IOException {
    assertThat(read(content))
        .containsExactly(new Problem("a", "1", null), new Problem("b", "2", null));
    Path zipped = folder.resolve("problems.json");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(zipped))) {
      out.write(content.getBytes(StandardCharsets.UTF_8));
    }
    assertThat(FileProblems.read(zipped).get(1)).isEqualTo(new Problem("b", "2", null));
  }

  @Test
  void oneRowThatHoldsListsIsARow() throws IOException {
    assertThat(read("{\"problem\": \"a\", \"answer\": 1, \"steps\": [{\"text\": \"s\"}]}"))
        .containsExactly(new Problem("a", "1", null));
    assertThat(
            read("{\"prompt\": [{\"role\": \"user\", \"content\": \"a\"}], \"answer\": [\"1\"]}"))
        .containsExactly(new Problem("a", "1", null, List.of(new Message("user", "a"))));
  }

  @Test
  void rowsWithoutAnAnswerHaveAnEmptyOne() throws IOException {
    assertThat(
            read(
                """
                {"problem": "a", "answer": null, "solution": "\\\\boxed{1}"}
                {"problem": "b"}
                {"problem": "c", "answer": true}
                {"problem": "d", "answer": ["1", 2, 0.50]}
                {"problem": "e", "answer": []}
                {"problem": "f", "answer": [null]}
                {"problem": "g", "answer": 5, "completion": null}
                """))
        .extracting(Problem::answer)
        .containsExactly("", "", "true", "1, 2, 0.50", "", "", "5");
  }

  @Test
  void theFirstFieldOfAListThatAFileHasIsTaken() throws IOException {
    Path a = write("a.jsonl", "{\"text\": \"a\", \"n\": 1, \"prompt\": \"no\", \"x.y\": 3}");
    Path b = write("b.json", "[{\"Q\": {\"Text\": \"b\"}, \"answer\": 2}]");
    FileProblems problems =
        FileProblems.read(a + "," + b, Fields.of("text, q.text", "x.y,n,answer"));
    assertThat(List.of(problems.get(0), problems.get(1)))
        .containsExactly(new Problem("a", "3", null), new Problem("b", "2", null));
  }

  @Test
  void foldersAndPatternsAreReadInOrder() throws IOException {
    write("data/train-00001-of-00002.jsonl", "{\"problem\": \"b\", \"answer\": 2}");
    write("data/train-00000-of-00002.jsonl", "{\"problem\": \"a\", \"answer\": 1}");
    write("data/README.md", "# Data");
    write("data/dataset_info.json", "{}");
    String data = folder.resolve("data").toString();
    assertThat(all(FileProblems.read(data, Fields.KNOWN)))
        .extracting(Problem::prompt)
        .containsExactly("a", "b");
    write("data/test-00000-of-00001.jsonl", "{\"problem\": \"t\", \"answer\": 3}");
    assertThatThrownBy(() -> FileProblems.read(data, Fields.KNOWN))
        .isInstanceOf(InputException.class)
        .hasMessage(
            data
                + ": holds the parts [test, train], expected those of one; name it, as in "
                + data
                + "/test*");
    assertThat(all(FileProblems.read(data + "/train-*.jsonl," + data + "/test*", Fields.KNOWN)))
        .extracting(Problem::prompt)
        .containsExactly("a", "b", "t");
    String comma = write("x,y.jsonl", "{\"problem\": \"c\", \"answer\": 2}").toString();
    assertThat(FileProblems.read(comma, Fields.KNOWN).size()).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "{'id': 1, 'text': 'a', 'answer': 2} | no prompt field (prompt, problem, question, query, …) among the fields id, text, answer; name it with --prompt-field",
        "{'problem': 'a', 'gold ': 2} | among the fields problem, gold ; name it with --answer-field",
        "{'PROBLEM': 'a', 'Problem': 'b', 'answer': 2} | line 1: the fields PROBLEM, Problem are one but for upper and lower case; name one",
        "{'problem': null, 'answer': 2} | no row has a prompt in 'problem'; name another field with --prompt-field",
        "{'problem': 1, 'answer': 2} | line 1: 'problem': 1, expected a string, or a conversation",
        "{'prompt': [], 'answer': 2} | line 1: 'prompt': [], expected a string, or a conversation",
        "{'prompt': [{'role': 'user', 'content': 'a'}, {'role': 'assistant', 'content': 'b'}], 'answer': 2} | expected a string, or a conversation that ends in a user's turn",
        "{'prompt': ['a'], 'problem': 2, 'answer': 2} | line 1: 'prompt': ['a'], expected a string, or a conversation",
        "{'problem': 'a', 'answer': {'value': 2, 'unit': 'm'}} | name the field within it, as in --answer-field answer.value",
        "{'problem': 'a', 'answer': 1, 'answer': 2} | invalid JSON in line 1, column 39: Duplicate",
        "[{'problem': 'a', 'answer': 1}, 3] | entry 2: 3, expected a JSON object",
        "[{'problem': 'a', 'answer': 1} | invalid JSON in line 1",
        "[{'problem': 'a', 'answer': 1}] 5 | more after its end",
        "<html></html> | problems.jsonl: expected a JSON object a line, a JSON array of objects, or Parquet",
        "version https://git-lfs.github.com/spec/v1 | fetch that with: git lfs pull",
        "PAR1 | cannot be read as Parquet (",
        "[] | problems.jsonl: empty, expected problems",
      })
  void whatCannotBeReadIsNamed(String content, String message) throws IOException {
    Path file = write("problems.jsonl", content.replace("user's", "user").replace('\'', '"'));
    assertThatThrownBy(() -> FileProblems.read(file))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith(file.toString())
        .hasMessageContaining(message.contains("user's") ? message : message.replace('\'', '"'))
        .hasMessageNotContaining("\n");
  }

  @Test
  void textOfAnotherEncodingIsNamed() throws IOException {
    for (String content :
        List.of("{\"problem\": \"ü\"}\n", "[{\"problem\": \"ü\"}]", "{\n\"ü\": 1}")) {
      Path file = folder.resolve("latin.json");
      Files.write(file, content.getBytes(StandardCharsets.ISO_8859_1));
      assertThatThrownBy(() -> FileProblems.read(file))
          .isInstanceOf(InputException.class)
          .hasMessageContaining("not UTF-8");
    }
  }

  @Test
  void aLongLineIsReadAndAnEndlessOneRefused() throws IOException {
    String text = "ab".repeat(4 << 20);
    assertThat(read("{\"problem\": \"" + text + "\", \"answer\": 1}\n\n").getFirst().prompt())
        .isEqualTo(text);
    Path bomb = folder.resolve("bomb.jsonl.gz");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(bomb))) {
      out.write("{\"problem\": \"".getBytes(StandardCharsets.UTF_8));
      byte[] mebibyte = "x".repeat(1 << 20).getBytes(StandardCharsets.UTF_8);
      for (int i = 0; i < 40; i++) {
        out.write(mebibyte);
      }
    }
    assertThatThrownBy(() -> FileProblems.read(bomb))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("a row of more than 32 MiB; --max-row-megabytes allows");
  }

  private List<Problem> read(String content) throws IOException {
    return all(FileProblems.read(write("problems.jsonl", content)));
  }

  private static List<Problem> all(ProblemSource source) {
    List<Problem> problems = new ArrayList<>();
    for (int i = 0; i < source.size(); i++) {
      problems.add(source.get(i));
    }
    return problems;
  }

  private Path write(String name, String content) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, content);
  }
}
