package io.jackpot.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jackpot.input.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

class JsonLinesTest {
  @TempDir Path temporary;
  private Path file = Path.of("");

  @BeforeEach
  void place() {
    file = temporary.resolve("run/metrics.jsonl");
  }

  @Test
  void appendsAndReads() {
    for (int step = 0; step < 3; step++) {
      try (JsonLines lines = JsonLines.open(file)) {
        lines.append(Map.of("step", step));
        lines.force();
      }
    }
    assertThat(file).hasContent("{\"step\":0}\n{\"step\":1}\n{\"step\":2}\n");
    assertThat(JsonLines.read(file))
        .extracting(line -> line.get("step").intValue())
        .containsExactly(0, 1, 2);
  }

  @Test
  void whatIsNotFiniteIsNull() {
    Map<String, Object> line = new HashMap<>();
    line.put("a", Double.NaN);
    line.put("b", List.of(1, Float.POSITIVE_INFINITY, 0.1f));
    line.put("c", null);
    line.put("d", Map.of("e", Double.NEGATIVE_INFINITY));
    try (JsonLines lines = JsonLines.open(file)) {
      lines.append(line);
      lines.append(JsonNodeFactory.instance.objectNode().put("x", Double.NaN).put("y", 1e-9));
    }
    assertThat(JsonLines.read(file))
        .map(JsonNode::toString)
        .containsExactly(
            "{\"a\":null,\"b\":[1,null,0.1],\"c\":null,\"d\":{\"e\":null}}",
            "{\"x\":null,\"y\":1.0E-9}");
  }

  @Test
  void aLineOfStrangeTextStaysOneLine() {
    String text = "a\nb\r\t\"\\ é 🎰   </script>";
    try (JsonLines lines = JsonLines.open(file)) {
      lines.append(Map.of("text", text));
    }
    assertThat(JsonLines.read(file))
        .map(line -> line.get("text").stringValue())
        .containsExactly(text);
  }

  @Test
  void anIncompleteLastLineIsDroppedAndRepaired() throws IOException {
    for (String torn : List.of("{\"step\":", "{\"step\":3}", "x", "é", "y".repeat(200_000))) {
      write("{\"step\":1}\n{\"step\":2}\n" + torn);
      assertThat(JsonLines.read(file)).hasSize(2);
      try (JsonLines lines = JsonLines.open(file)) {
        lines.append(Map.of("step", 9));
      }
      assertThat(file).hasContent("{\"step\":1}\n{\"step\":2}\n{\"step\":9}\n");
    }
    write("{\"st");
    assertThat(JsonLines.read(file)).isEmpty();
    JsonLines.open(file).close();
    assertThat(file).isEmptyFile();
  }

  @Test
  void keepsTheLinesUpToAStep() throws IOException {
    write("{\"step\":0}\n{\"step\":1, \"x\":1.50}\n{\"step\":1}\n{\"step\":2}\n{\"ste");
    JsonLines.truncateAfter(file, 1, 9);
    assertThat(file).hasContent("{\"step\":0}\n{\"step\":1, \"x\":1.50}\n{\"step\":1}\n");
    JsonLines.truncateAfter(file, 1, 2);
    assertThat(file).hasContent("{\"step\":0}\n{\"step\":1, \"x\":1.50}\n");
    JsonLines.truncateAfter(file, -1, 9);
    assertThat(file).isEmptyFile();
    Path none = temporary.resolve("none.jsonl");
    JsonLines.truncateAfter(none, 1, 9);
    assertThat(none).doesNotExist();
  }

  @Test
  void errorsNameTheLine() throws IOException {
    write("{\"step\":0}\n{\"step\":}\n");
    assertBad(":2: not valid JSON (");
    write("{\"step\":0}\n[1]\n");
    assertBad(":2: found JSON of type ARRAY, expected one JSON object a line");
    write("\n");
    assertBad(":1: found an empty line, expected one JSON object a line");
    write("{\"a\":1,\"a\":2}\n");
    assertBad(":1: not valid JSON (");
    write("{\"a\":1} 2\n");
    assertBad(":1: not valid JSON (");
    Files.write(file, new byte[] {'"', (byte) 0xff, '"', '\n'});
    assertBad(":1: not UTF-8, expected one JSON object a line");
    write("{\"step\":0}\n{\"reward\":1}\n");
    assertThatThrownBy(() -> JsonLines.truncateAfter(file, 3, 9))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith(file + ":2: found no integer \"step\"");
    assertThat(file).hasContent("{\"step\":0}\n{\"reward\":1}\n");
    Files.delete(file);
    assertThatThrownBy(() -> JsonLines.read(file))
        .isInstanceOf(InputException.class)
        .hasMessage(file + ": cannot read: no such file");
  }

  private void assertBad(String message) {
    assertThatThrownBy(() -> JsonLines.read(file))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith(file + message)
        .hasMessageNotContaining("\n");
  }

  private void write(String content) throws IOException {
    Files.createDirectories(temporary.resolve("run"));
    Files.writeString(file, content);
  }
}
