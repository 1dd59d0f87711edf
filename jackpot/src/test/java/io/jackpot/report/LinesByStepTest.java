package io.jackpot.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jackpot.input.InputException;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;

class LinesByStepTest {
  private static LinesByStep of(int... steps) {
    LinesByStep lines = new LinesByStep();
    for (int step : steps) {
      lines.add(step);
    }
    return lines;
  }

  private static JsonNode json(int... numbers) {
    ArrayNode spans = JsonNodeFactory.instance.arrayNode();
    for (int i = 0; i < numbers.length; i += 3) {
      spans.addArray().add(numbers[i]).add(numbers[i + 1]).add(numbers[i + 2]);
    }
    return spans;
  }

  @Test
  void linesInAnyOrderAreCountedByStep() {
    assertThat(of(0, 1, 1, 2, 2, 3, 7, 6).toJson().toString())
        .isEqualTo("[[0,0,1],[1,2,2],[3,3,1],[6,7,1]]");
    Random random = new Random(1);
    for (int run = 0; run < 200; run++) {
      LinesByStep lines = new LinesByStep();
      TreeMap<Integer, Integer> counts = new TreeMap<>();
      for (int i = random.nextInt(60); i >= 0; i--) {
        int step = random.nextInt(12) - 2;
        lines.add(step);
        counts.merge(step, 1, Integer::sum);
      }
      TreeMap<Integer, Integer> found = new TreeMap<>();
      int[] before = {Integer.MIN_VALUE, 0};
      for (JsonNode span : lines.toJson()) {
        int first = span.get(0).intValue();
        int count = span.get(2).intValue();
        assertThat(first - 1 == before[0] && count == before[1]).as("could be one").isFalse();
        for (int step = first; step <= span.get(1).intValue(); step++) {
          found.put(step, count);
        }
        before[0] = span.get(1).intValue();
        before[1] = count;
      }
      assertThat(found).isEqualTo(counts);
      assertThat(lines.last()).isEqualTo(counts.lastKey());
    }
  }

  @Test
  void whatIsWrittenIsRead() {
    LinesByStep lines = of(0, 1, 1, 2, 2, 3, 7);
    assertThat(LinesByStep.of(lines.toJson(), "")).isEqualTo(lines);
    assertThatThrownBy(() -> LinesByStep.of(json(2, 1, 1), "run.json: lines"))
        .isInstanceOf(InputException.class)
        .hasMessage(
            "run.json: lines: found [2,1,1], expected [first step, last step, lines of each]");
  }

  @Test
  void differencesAreNamed() {
    LinesByStep lines = of(0, 1, 1, 2, 5, 9);
    assertThatCode(() -> lines.require(of(0, 1, 1, 2, 5, 9), "x")).doesNotThrowAnyException();
    assertThatThrownBy(() -> lines.require(of(0, 1, 2, 3, 4, 5, 6), "x"))
        .hasMessage(
            "x: no line of step 3 to 4, 6; 2 of step 1 in place of 1, 1 of step 9 in place of 0;"
                + " expected every line up to step 6; restore the file");
  }

  /** Two billion steps would take more than any heap, if each took an entry. */
  @Test
  void aRecordOfBillionsOfLinesCostsNothing() {
    int most = Integer.MAX_VALUE;
    LinesByStep expected = LinesByStep.of(json(0, 4, 1, 5, most, 2), "");
    assertThat(expected.last()).isEqualTo(most);
    assertThatThrownBy(() -> of(0, 1, 2, 4, 5, 5, most, most).require(expected, "x"))
        .hasMessage(
            "x: no line of step 3, 6 to 2147483646; expected every line up to step 2147483647;"
                + " restore the file");
  }
}
