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
import tools.jackson.databind.JsonNode;

class DataLimitsTest {
  private static final DataLimits SMALL = new DataLimits(1 << 20, 1_000, 4 << 20);
  private static final String ROW = "{\"problem\": \"p\", \"answer\": \"1\"}\n";

  @TempDir Path folder;

  @Test
  void noMoreRowsAreReadThanAreNeeded() throws IOException {
    Path lines = write("a.jsonl", ROW.repeat(3) + "this row is not reached\n");
    assertThat(FileProblems.read(lines.toString(), Fields.KNOWN, SMALL, 3).size()).isEqualTo(3);
    String row = ROW.strip();
    Path array = write("a.json", "[" + row + ", " + row + ", not reached");
    assertThat(FileProblems.read(array.toString(), Fields.KNOWN, SMALL, 2).size()).isEqualTo(2);
    Path shards = Files.createDirectories(folder.resolve("shards"));
    Files.writeString(shards.resolve("train-0.jsonl"), ROW.repeat(2));
    Files.writeString(shards.resolve("train-1.jsonl"), "not reached");
    assertThat(FileProblems.read(shards.toString(), Fields.KNOWN, SMALL, 2).size()).isEqualTo(2);
    assertThatThrownBy(() -> FileProblems.read(shards.toString(), Fields.KNOWN, SMALL, 3))
        .isInstanceOf(InputException.class);
  }

  @Test
  void rowsWithoutAPromptDoNotCountForWhatIsNeeded() throws IOException {
    Path file =
        write("a.jsonl", "{\"problem\": null, \"answer\": 1}\n" + ROW + ROW + "not reached");
    assertThat(FileProblems.read(file.toString(), Fields.KNOWN, SMALL, 2).size()).isEqualTo(2);
  }

  @Test
  void whatExpandsTooFarIsRefused() throws IOException {
    for (String unit : List.of(ROW, "\n", " ")) {
      Path bomb = folder.resolve("bomb.gz");
      try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(bomb))) {
        byte[] block = unit.repeat((1 << 20) / unit.length()).getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < 8; i++) {
          out.write(block);
        }
      }
      DataLimits many = new DataLimits(16 << 20, Long.MAX_VALUE, 4 << 20);
      assertThatThrownBy(
              () -> FileProblems.read(bomb.toString(), Fields.KNOWN, many, Integer.MAX_VALUE))
          .isInstanceOf(InputException.class)
          .hasMessageContaining("expands to more than 4 MiB; --max-expanded-megabytes allows more");
    }
  }

  @Test
  void anEntryOfADocumentIsNoLongerThanARow() throws IOException {
    String text = "x".repeat(2 << 20);
    for (String content :
        List.of(
            "[{\"problem\": \"" + text + "\", \"answer\": 1}]",
            "{\"data\": [{\"problem\": \"p\", \"other\": \"" + text + "\", \"answer\": 1}]}",
            "{\"problem\": [\"p\"], \"other\": [\"" + text + "\"], \"answer\": [1]}")) {
      Path file = write("a.json", content);
      assertThatThrownBy(() -> FileProblems.read(file.toString(), Fields.KNOWN, SMALL, 9))
          .isInstanceOf(InputException.class)
          .hasMessageContaining("a row of more than 1 MiB; --max-row-megabytes");
    }
    // A document of many rows may be longer than one.
    String row = "{\"problem\": \"" + "y".repeat(1 << 16) + "\", \"answer\": 1}";
    Path file = write("a.json", "{\"data\": [" + (row + ", ").repeat(40) + row + "]}");
    assertThat(FileProblems.read(file.toString(), Fields.KNOWN, SMALL, 99).size()).isEqualTo(41);
  }

  @Test
  void fieldsThatNobodyAskedForAreNotKept() throws IOException {
    Path file =
        write(
            "a.jsonl",
            "{\"a\": [1, 2, {\"b\": 3}], \"c\": 1e99999999999, \"ids\": [4]}\n{\"ids\": []}\n");
    List<JsonNode> rows = new ArrayList<>();
    DataFile.forEach(file, "ids"::equals, SMALL, row -> rows.add(row.object()));
    assertThat(rows.getFirst().toString()).isEqualTo("{\"a\":null,\"c\":null,\"ids\":[4]}");
  }

  @Test
  void aHeapThatIsTooSmallIsSaid() throws IOException {
    Path file = write("a.jsonl", ROW);
    assertThatThrownBy(() ->
            DataFile.forEach(
                file,
                _ -> true,
                SMALL,
                _ -> {
                  throw new OutOfMemoryError();
                }))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("a.jsonl, after 1 rows: does not fit into the heap of ")
        .hasMessageContaining("JACKPOT_JAVA_OPTS=-Xmx");
  }

  private Path write(String name, String content) throws IOException {
    return Files.writeString(folder.resolve(name), content);
  }
}
