package io.jackpot.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jackpot.config.Settings;
import io.jackpot.input.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataSetTest {
  @TempDir private Path folder;

  private Path file(String name, String... answers) throws IOException {
    StringBuilder lines = new StringBuilder();
    for (String answer : answers) {
      lines.append("{\"prompt\": \"1+1=\", \"answer\": \"%s\"}\n".formatted(answer));
    }
    return Files.writeString(folder.resolve(name), lines);
  }

  private static List<DataSet> sets(String problems) {
    Settings<EvalSettings> settings = Settings.of(EvalSettings.class);
    return DataSet.of(
        settings.build(settings.flags(Map.of("model", "m", "problems", problems, "limit", "3"))));
  }

  @Test
  void filesAreNamedAfterThemselvesOrAsAsked() throws IOException {
    Path a = file("gsm8k.test.jsonl", "1", "2");
    Path b = file("b.json", "1");
    List<DataSet> sets = sets(a + ", AIME 24 = " + b + ",arithmetic");
    assertThat(sets)
        .extracting(DataSet::name)
        .containsExactly("gsm8k.test", "AIME 24", "arithmetic");
    assertThat(sets)
        .extracting(DataSet::source)
        .containsExactly(a.toString(), b.toString(), "arithmetic");
    assertThat(sets).extracting(DataSet::size).containsExactly(2, 1, 3);
  }

  @Test
  void aFileMayHaveACommaOrAnEqualsSignInItsName() throws IOException {
    Path odd = file("a,b=c.jsonl", "1");
    Path equals = file("x=y.jsonl", "1");
    assertThat(sets(odd.toString())).extracting(DataSet::name).containsExactly("a,b=c");
    assertThat(sets(equals + ",arithmetic"))
        .extracting(DataSet::name)
        .containsExactly("x=y", "arithmetic");
  }

  @Test
  void badGoldIsPassedOverAndKeepsItsNumber() throws IOException {
    DataSet set = sets(file("a.jsonl", "1", "1 +", "3", "4").toString()).getFirst();
    assertThat(set.readable()).containsExactly(0, 2);
    assertThat(set.badGold()).isEqualTo(1);
    assertThat(set.lines().get(1).toString())
        .isEqualTo("{\"dataset\":\"a\",\"problem\":2,\"prompt\":\"1+1=\",\"answer\":\"3\"}");
  }

  @Test
  void whatIsNoListOfDataSetsIsRefused() throws IOException {
    Path a = file("a.jsonl", "1");
    Path bad = file("bad.jsonl", "1 +");
    assertBad(a + "," + a, "two data sets are named a, expected different names, as in a-2=" + a);
    assertBad(a + ",", "--problems: found \"\", expected arithmetic, or files as in");
    assertBad("=" + a, "--problems: found \"=" + a);
    assertBad("x=", "--problems: found \"x=\"");
    assertBad(a + "," + folder.resolve("no.jsonl"), "no.jsonl: no such file");
    assertBad(bad.toString(), "bad.jsonl: no problem has a gold answer that can be read");
  }

  private static void assertBad(String problems, String message) {
    assertThatThrownBy(() -> sets(problems))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(message);
  }
}
