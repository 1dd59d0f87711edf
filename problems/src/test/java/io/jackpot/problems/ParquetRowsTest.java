package io.jackpot.problems;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jackpot.input.InputException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that pyarrow wrote ({@code bench/peers/parquet_files.py}). */
class ParquetRowsTest {
  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {"none", "snappy", "gzip", "zstd", "lz4", "brotli", "version2", "large-string"})
  void readsEveryCodecAndEncoding(String name) throws IOException {
    assertThat(problems(FileProblems.read(resource(name))))
        .containsExactly(
            new Problem("What is $1+1$?", "2", null),
            new Problem("Wie viel ist ½·½?", "\\frac14", null),
            new Problem("漢字 and 𝛑\n\tand a tab", "", null),
            new Problem("x".repeat(300), "1,000", null));
  }

  /** Nobody writes LZO any more, and the reader has no decoder for it. */
  @Test
  void aCodecThatIsNotSupportedIsNamed() throws IOException {
    byte[] bytes = Files.readAllBytes(resource("snappy"));
    // In the footer, after the path of a column: field 4 of its metadata, an int32 in zigzag form.
    int changed = 0;
    for (int at = bytes.length / 2; at + 1 < bytes.length; at++) {
      if (bytes[at] == 0x15 && bytes[at + 1] == 2 && bytes[at - 1] != 0x15 && endsPath(bytes, at)) {
        bytes[at + 1] = 6;
        changed++;
      }
    }
    assertThat(changed).isPositive();
    Path file = Files.write(folder.resolve("lzo.parquet"), bytes);
    assertThatThrownBy(() -> FileProblems.read(file))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith(file + ": cannot be read as Parquet (LZO compression is not")
        .hasMessageNotContaining("\n");
  }

  private static boolean endsPath(byte[] bytes, int at) {
    String before = new String(bytes, at - 8, 8, StandardCharsets.ISO_8859_1);
    return before.endsWith("problem") || before.endsWith("answer");
  }

  @Test
  void readsConversationsAndNestedAnswers() throws IOException {
    assertThat(problems(FileProblems.read(resource("verl"))).get(2))
        .isEqualTo(
            new Problem(
                "2 + 2?",
                "4",
                null,
                List.of(new Message("system", "Think."), new Message("user", "2 + 2?"))));
    assertThat(
            FileProblems.read(
                    resource("verl").toString(),
                    Fields.of("extra_info.question", "Extra_Info.Answer"))
                .get(1))
        .isEqualTo(new Problem("1 + 1?", "#### 2", null));
  }

  @Test
  void numbersKeepTheirDigits() throws IOException {
    assertThat(problems(FileProblems.read(resource("numbers"))))
        .containsExactly(
            new Problem("a", "142.0", null),
            new Problem("b", "-0.5", null),
            new Problem("c", "", null));
  }

  @Test
  void numbersWithoutASignStayPositive() throws IOException {
    assertThat(problems(FileProblems.read(resource("unsigned"))))
        .extracting(Problem::answer)
        .containsExactly("4000000000", "7");
    assertThat(
            problems(FileProblems.read(resource("unsigned").toString(), Fields.of(null, "seed"))))
        .extracting(Problem::answer)
        .containsExactly("18446744073709551615", "0");
  }

  @Test
  void numbersWithoutASignStayPositiveInsideOfOtherValues() throws IOException {
    Path file = resource("unsigned-nested");
    List<String> largest = List.of("255", "65535", "4294967295", "18446744073709551615");
    for (String path : List.of("reward_model.%s", "maps.deep.%s", "lists.%s")) {
      for (int i = 0; i < 4; i++) {
        String field = path.formatted("u" + (8 << i));
        assertThat(FileProblems.read(file.toString(), Fields.of(null, field)).get(0).answer())
            .as(field)
            .isEqualTo(largest.get(i) + (path.startsWith("lists") ? ", 0" : ""));
      }
    }
    List<String> rows = new ArrayList<>();
    DataFile.forEach(
        file,
        _ -> true,
        DataLimits.DEFAULT,
        line -> rows.add(line.object().get("rows").toString()));
    assertThat(rows)
        .containsExactly(
            "[{\"u8\":255,\"u16\":65535,\"u32\":4294967295,\"u64\":18446744073709551615}]");
  }

  @Test
  void answersMayBeLists() throws IOException {
    assertThat(problems(FileProblems.read(resource("lists"))))
        .extracting(Problem::answer)
        .containsExactly("2", "1, -1", "", "");
  }

  @Test
  void fieldsThatAreNotThereAreNamedWithThoseThatAre() throws IOException {
    Path file = resource("numbers");
    assertThatThrownBy(() -> FileProblems.read(file.toString(), Fields.of("text", null)))
        .isInstanceOf(InputException.class)
        .hasMessage(
            file
                + ": no prompt field (text) among the fields id, Problem, Answer, picture; name it with --prompt-field");
    assertThatThrownBy(() -> FileProblems.read(file.toString(), Fields.of("none", "at.all")))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("among the fields id, Problem, Answer, picture");
    Path empty = resource("empty");
    assertThatThrownBy(() -> FileProblems.read(empty))
        .isInstanceOf(InputException.class)
        .hasMessage(empty + ": empty, expected problems");
  }

  @Test
  void damagedFilesAreRefusedInOneLine() throws IOException {
    byte[] whole = Files.readAllBytes(resource("verl"));
    Path file = folder.resolve("damaged.parquet");
    Random random = new Random(1);
    for (int i = 0; i < 300; i++) {
      byte[] bytes =
          i < 60 ? Arrays.copyOf(whole, 4 + random.nextInt(whole.length - 4)) : whole.clone();
      for (int change = 0; i >= 60 && change < 1 + random.nextInt(3); change++) {
        // Mostly in the footer, which says where and how large everything is.
        int at = random.nextInt(random.nextBoolean() ? 4 : whole.length / 2, whole.length);
        bytes[at] = (byte) random.nextInt();
      }
      Files.write(file, bytes);
      try {
        FileProblems.read(file);
      } catch (InputException e) {
        assertThat(e).hasMessageStartingWith(folder.toString()).hasMessageNotContaining("\n");
      }
    }
  }

  private Path resource(String name) throws IOException {
    Path file = folder.resolve(name + ".parquet");
    try (InputStream in = getClass().getResourceAsStream(name + ".parquet")) {
      Files.copy(
          Objects.requireNonNull(in), file, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    }
    return file;
  }

  private static List<Problem> problems(ProblemSource source) {
    List<Problem> problems = new ArrayList<>();
    for (int i = 0; i < source.size(); i++) {
      problems.add(source.get(i));
    }
    return problems;
  }

  private void assertDamaged(byte[] footer, int length, String message) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(footer.length + 12).order(ByteOrder.LITTLE_ENDIAN);
    bytes.put("PAR1".getBytes(StandardCharsets.UTF_8)).put(footer).putInt(length);
    bytes.put("PAR1".getBytes(StandardCharsets.UTF_8));
    Path file = Files.write(folder.resolve("damaged.parquet"), bytes.array());
    assertThatThrownBy(() -> FileProblems.read(file))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith(file + ": cannot be read as Parquet (" + message)
        .hasMessageNotContaining("\n");
  }

  /** What the library would read, allocate or go into by what the file says. */
  @Test
  void metadataIsCheckedBeforeItIsRead() throws IOException {
    byte[] zeros = new byte[100];
    for (int length : new int[] {0, -1, 101, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
      assertDamaged(zeros, length, "damaged: metadata of " + length + " bytes, expected 1 to 100)");
    }
    byte[] nested = new byte[1_000_000];
    Arrays.fill(nested, (byte) 0x1c);
    assertDamaged(nested, nested.length, "damaged: structures more than 32 deep)");
    String beyond = "damaged: a length in its metadata is beyond their end)";
    byte[] most = {(byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, 7};
    for (int[] start : new int[][] {{0x18}, {0x19, 0xfc}, {0x19, 0xf8}, {0x1b}, {0x1a, 0xf5}}) {
      byte[] footer = new byte[100];
      for (int i = 0; i < start.length; i++) {
        footer[i] = (byte) start[i];
      }
      System.arraycopy(most, 0, footer, start.length, most.length);
      assertDamaged(footer, footer.length, beyond);
    }
    assertDamaged(new byte[] {0x1d, 0}, 2, "damaged: a value of type 13)");
    assertThatThrownBy(() ->
            FileProblems.read(Files.writeString(folder.resolve("short.parquet"), "PAR1 PAR1")))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("it does not end with PAR1");
  }
}
