package io.jackpot.problems;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jackpot.input.InputException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files in the forms in which data sets are published, which other tools were seen to misread. */
public class PublishedDataTest {
  private static final String QUESTION =
      "Natalia sold 48 clips in April and half as many in May. How many altogether?"
          + " Let's think step by step and output the final answer after \"####\".";

  @TempDir Path folder;

  /**
   * verl's form in the codecs of pandas, with gold answers as texts and as JSON inside of texts.
   */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "verl-conversation.parquet",
        "content-parts.parquet",
        "skywork.parquet",
        "lz4-raw.parquet",
        "brotli.parquet"
      })
  void readsConversationsForVerl(String name) throws IOException {
    Message system = new Message("system", "You are concise.");
    Message user = new Message("user", "What is 3+4?");
    assertThat(all(FileProblems.read(resource(name))))
        .containsExactly(
            new Problem(QUESTION, "72", null, List.of(new Message("user", QUESTION))),
            new Problem("What is 3+4?", "7", null, List.of(system, user)));
  }

  @Test
  void numbersWithoutASignInStructsStayPositive() throws IOException {
    assertThat(all(FileProblems.read(resource("unsigned-in-struct.parquet"))))
        .extracting(Problem::answer)
        .containsExactly("3000000000", "7");
  }

  @Test
  void readsTheSolutionsOfAReaL() throws IOException {
    assertThat(all(FileProblems.read(resource("areal.jsonl"))))
        .containsExactly(new Problem("3+4?", "\\boxed{7}", null));
  }

  @Test
  void goldAnswersAreListsInsideOfTexts() throws IOException {
    StringBuilder verdicts = new StringBuilder();
    Path file = resource("gold-in-json.jsonl");
    VerifyLines.run(file, DataLimits.DEFAULT, verdicts);
    List<String> due = InputLines.read(file, line -> line.string("due"));
    assertThat(verdicts.toString().lines().map(PublishedDataTest::verdict)).isEqualTo(due);
  }

  private static String verdict(String line) {
    return InputLines.MAPPER.readTree(line).path("verdict").asString();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "{'prompt': 'P', 'label': '7'} | 7",
        "{'input': 'P', 'label': 7} | 7",
        "{'prompt': 'P', 'solutions': ['7']} | 7",
        "{'prompt': [{'role': 'user', 'content': 'P'}], 'env_class': 'm', 'reward_spec': {'method': 'rule', 'ground_truth': '7'}} | 7",
        "{'prompt': [{'content': 'P', 'role': 'user'}], 'reward_model': {'ground_truth': '7', 'style': 'rule'}, 'extra_info': {'index': 'a'}} | 7",
        "{'prompt': 'P', 'verification_info': '{\\\"ground_truth\\\": \\\"7\\\"}', 'gold_standard_solution': 'so 7'} | 7",
        "{'prompt': 'P', 'reward_model': '{\\\"style\\\": \\\"rule\\\", \\\"ground_truth\\\": [\\\"7\\\"]}'} | 7",
        "{'problem': 'P', 'expected_answer': '7', 'generated_solution': 's'} | 7",
        "{'question': 'P', 'gt': '7', 'gt_cot': 's'} | 7",
        "{'messages': [{'role': 'user', 'content': 'P'}], 'ground_truth': '7', 'dataset': 'MATH'} | 7",
        "{'conversations': [{'from': 'human', 'value': 'P'}], 'answer': '7'} | 7",
        "{'problem': 'P', 'answer': null, 'solution': 'so \\\\boxed{7}'} | so \\boxed{7}",
        "{'problem': 'P', 'answer': NaN, 'solution': '7'} | 7",
        "{'problem': 'P', 'answer': {'value': '7'}} | 7",
        "{'problem': 'P', 'answer': [7]} | 7",
        "{'problem': 'P', 'answer': '[7]'} | 7",
        "{'problem': 'P', 'answer': '[\\\"\\\\\\\\frac{1}{2}\\\", \\\"0.5\\\"]'} | \\frac{1}{2}",
        "{'problem': 'P', 'answer': ['1', '-1']} | 1, -1",
        "{'problem': 'P', 'answer': '[0, 4]'} | [0, 4]",
        "{'problem': 'P', 'answer': '{1, 2}'} | {1, 2}",
      })
  void readsTheFieldsOfPublishedSets(String row, String answer) throws IOException {
    Path file = Files.writeString(folder.resolve("set.jsonl"), row.replace('\'', '"'));
    FileProblems problems = FileProblems.read(file);
    assertThat(problems.get(0).prompt()).isEqualTo("P");
    assertThat(problems.get(0).answer()).isEqualTo(answer);
  }

  /** As Open-Reasoner-Zero publishes it: a row is a list of two turns. */
  @Test
  void rowsMayBeListsOfTurns() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("orz.json"),
            """
            [[{"from": "human", "value": "P"},
              {"from": "assistant", "ground_truth": {"value": "7"}}]]
            """);
    assertThat(all(FileProblems.read(file))).containsExactly(new Problem("P", "7", null));
  }

  @Test
  void rowsThatPythonLeftEmptyAreSkippedAndCounted() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("nan.jsonl"),
            """
            NaN
            {"problem": "a", "answer": NaN, "score": NaN}
            {"problem": NaN, "answer": 2}
            {"problem": "b", "answer": 3, "score": -Infinity}
            null
            {"problem": null, "answer": 3}
            """);
    FileProblems problems = FileProblems.read(file);
    assertThat(all(problems))
        .containsExactly(new Problem("a", "", null), new Problem("b", "3", null));
    assertThat(problems.notes())
        .containsExactly(file + ": 4 of 6 rows are skipped: they have no prompt");
    Path empty =
        Files.writeString(folder.resolve("empty.jsonl"), "{\"problem\": NaN, \"answer\": 1}");
    assertThatThrownBy(() -> FileProblems.read(empty))
        .isInstanceOf(InputException.class)
        .hasMessage(
            empty + ": no row has a prompt in \"problem\"; name another field with --prompt-field");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "[{'type': 'text', 'text': 'a'}, {'type': 'text', 'text': 'b'}] | ab",
        "['a', {'text': 'b', 'type': null}] | ab",
      })
  void textPartsFollowEachOther(String parts, String text) throws IOException {
    assertThat(conversation("{'role': 'user', 'content': " + parts + "}").getFirst().content())
        .isEqualTo(text);
  }

  @Test
  void otherPartsAreNamed() {
    String image = "{'role': 'user', 'content': [{'type': 'image_url', 'image_url': 'u'}]}";
    assertThatThrownBy(() -> conversation(image))
        .isInstanceOf(InputException.class)
        .hasMessageEndingWith(
            "line 1: \"prompt\": a content part of type image_url, expected text parts only: models here read text");
  }

  @Test
  void turnsKeepAllThatTheyHave() throws IOException {
    List<Message> turns =
        conversation(
            "{'role': 'assistant', 'content': null, 'tool_calls': [{'n': 1, 'f': 0.5, 'ok': true}], 'x': null},"
                + " {'role': 'tool', 'name': 'f', 'content': '3'}, {'role': 'user', 'content': 'P'}");
    assertThat(turns).extracting(Message::role).containsExactly("assistant", "tool", "user");
    assertThat(turns.getFirst().content()).isEmpty();
    assertThat(turns.getFirst().keys().toString())
        .isEqualTo("{role=assistant, tool_calls=[{n=1, f=0.5, ok=true}], content=null}");
    assertThat(turns.get(1).keys()).containsEntry("name", "f");
  }

  private List<Message> conversation(String turns) throws IOException {
    String row = "{'prompt': [" + turns + "], 'answer': 1}";
    Path file = Files.writeString(folder.resolve("turns.jsonl"), row.replace('\'', '"'));
    return FileProblems.read(file).get(0).conversation();
  }

  private Path resource(String name) throws IOException {
    Path file = folder.resolve(name);
    try (InputStream in = getClass().getResourceAsStream("published/" + name)) {
      Files.copy(Objects.requireNonNull(in), file);
    }
    return file;
  }

  private static List<Problem> all(ProblemSource source) {
    return IntStream.range(0, source.size()).mapToObj(source::get).toList();
  }
}
