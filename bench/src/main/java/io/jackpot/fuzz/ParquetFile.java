package io.jackpot.fuzz;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jackpot.fuzz.Target.Input;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * A Parquet file of two columns of text, {@code problem} and {@code answer}, in one or more row
 * groups, whose pages are plain or gzipped; with numbers of its page headers and metadata changed.
 * Both are structures of Thrift's compact protocol.
 */
final class ParquetFile {
  private static final String FILE = "data.parquet";
  private static final List<String> COLUMNS = List.of("problem", "answer");

  private static final int I32 = 5;
  private static final int I64 = 6;
  private static final int BINARY = 8;
  private static final int LIST = 9;
  private static final int STRUCT = 12;

  private static final int BYTE_ARRAY = 6;
  private static final int UTF8 = 0;
  private static final int UNCOMPRESSED = 0;
  private static final int GZIP = 2;

  private final Bytes out;
  private int lastField;

  private ParquetFile(Bytes out) {
    this.out = out;
  }

  static Input input(Choices choices) {
    byte[] file = file(choices, 60);
    return Input.of(FILE, choices.oneIn(8) ? choices.damaged(file) : file);
  }

  /** Files written by hand, by what they try. */
  static Map<String, Supplier<Input>> known() {
    Map<String, Supplier<Input>> known = new LinkedHashMap<>();
    known.put("a valid file", () -> Input.of(FILE, file(new Choices(0), Integer.MAX_VALUE)));
    for (int length : new int[] {0, 1, -1, 101, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
      known.put("metadata of " + length, () -> footer(new byte[100], length));
    }
    for (String start : List.of("1c", "19fcffffffff07", "18ffffffff07", "1bffffffff07cc", "19f1")) {
      byte[] bytes = HexFormat.of().parseHex(start);
      known.put("many times " + start, () -> footer(Known.repeated(bytes, 1_000_000), 0));
      known.put("zeros after " + start, () -> footer(Arrays.copyOf(bytes, 30_000_000), 0));
    }
    known.put(
        "a list of empty structures",
        () -> {
          byte[] footer = new byte[30_000_000];
          // A field that is a list of 29,999,000 structures.
          byte[] start = HexFormat.of().parseHex("49fc98ffa60e");
          System.arraycopy(start, 0, footer, 0, start.length);
          return footer(footer, 0);
        });
    return known;
  }

  /**
   * @param length that the file says its metadata have; 0 for that which they have
   */
  private static Input footer(byte[] footer, int length) {
    byte[] magic = "PAR1".getBytes(UTF_8);
    Bytes out = Bytes.valid().raw(magic).raw(footer);
    return Input.of(FILE, out.int32(length == 0 ? footer.length : length).raw(magic).done());
  }

  private static byte[] file(Choices choices, int oneIn) {
    Bytes out = new Bytes(choices, oneIn);
    out.raw("PAR1".getBytes(UTF_8));
    int rows = choices.size(50);
    int groups = 1 + choices.below(3);
    int codec = choices.oneIn(2) ? GZIP : UNCOMPRESSED;
    int[] starts = new int[groups * COLUMNS.size()];
    int[] sizes = new int[starts.length];
    for (int i = 0; i < starts.length; i++) {
      Bytes values = new Bytes(choices, oneIn);
      for (int row = 0; row < rows; row++) {
        byte[] text = values.utf8("text " + row);
        values.int32(text.length).raw(text);
      }
      byte[] plain = values.done();
      byte[] stored = codec == GZIP ? Known.gzip(plain) : plain;
      starts[i] = out.size();
      new ParquetFile(out)
          .i32(1, 0)
          .i32(2, plain.length)
          .i32(3, stored.length)
          .struct(5, page -> page.i32(1, rows).i32(2, 0).i32(3, 3).i32(4, 3))
          .stop();
      out.raw(stored);
      sizes[i] = out.size() - starts[i];
    }
    Bytes footer = new Bytes(choices, oneIn);
    metadata(new ParquetFile(footer), rows, codec, starts, sizes);
    return out.raw(footer.done()).int32(footer.size()).raw("PAR1".getBytes(UTF_8)).done();
  }

  private static void metadata(ParquetFile to, int rows, int codec, int[] starts, int[] sizes) {
    int groups = starts.length / COLUMNS.size();
    to.i32(1, 1);
    to.list(2, 1 + COLUMNS.size());
    to.element(root -> root.binary(4, "schema").i32(5, COLUMNS.size()));
    for (String column : COLUMNS) {
      to.element(leaf -> leaf.i32(1, BYTE_ARRAY).i32(3, 0).binary(4, column).i32(6, UTF8));
    }
    to.i64(3, (long) rows * groups);
    to.list(4, groups);
    for (int group = 0; group < groups; group++) {
      int first = group * COLUMNS.size();
      to.element(each -> {
        each.list(1, COLUMNS.size());
        for (int i = 0; i < COLUMNS.size(); i++) {
          int at = first + i;
          String column = COLUMNS.get(i);
          each.element(chunk ->
              chunk
                  .i64(2, starts[at])
                  .struct(3, column(column, rows, codec, starts[at], sizes[at])));
        }
        each.i64(2, sizes[first]).i64(3, rows);
      });
    }
    to.stop();
  }

  private static Consumer<ParquetFile> column(
      String name, int rows, int codec, int start, int size) {
    return meta -> {
      meta.i32(1, BYTE_ARRAY).list(2, 1, I32).out.zigzag(0);
      meta.list(3, 1, BINARY).text(name);
      meta.i32(4, codec).i64(5, rows).i64(6, size).i64(7, size).i64(9, start);
    };
  }

  private void field(int id, int type) {
    out.raw(new byte[] {(byte) (id - lastField << 4 | type)});
    lastField = id;
  }

  private ParquetFile i32(int id, long value) {
    field(id, I32);
    out.zigzag(value);
    return this;
  }

  private ParquetFile i64(int id, long value) {
    field(id, I64);
    out.zigzag(value);
    return this;
  }

  private ParquetFile binary(int id, String value) {
    field(id, BINARY);
    text(value);
    return this;
  }

  private void text(String value) {
    byte[] bytes = out.utf8(value);
    out.varint(bytes.length).raw(bytes);
  }

  private ParquetFile struct(int id, Consumer<ParquetFile> content) {
    field(id, STRUCT);
    element(content);
    return this;
  }

  private ParquetFile list(int id, int size) {
    return list(id, size, STRUCT);
  }

  private ParquetFile list(int id, int size, int type) {
    field(id, LIST);
    if (size < 15) {
      out.number(size << 4 | type, 1);
    } else {
      out.raw(new byte[] {(byte) (15 << 4 | type)}).varint(size);
    }
    return this;
  }

  /** A structure in a list or a field. */
  private void element(Consumer<ParquetFile> content) {
    ParquetFile inner = new ParquetFile(out);
    content.accept(inner);
    inner.stop();
  }

  private void stop() {
    out.raw(new byte[1]);
  }
}
