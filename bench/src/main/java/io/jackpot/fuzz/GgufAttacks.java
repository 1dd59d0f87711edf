package io.jackpot.fuzz;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/** GGUF files written by hand. */
final class GgufAttacks {
  private static final int STRING = 8;
  private static final int ARRAY = 9;
  private static final long[] COUNTS = {
    -1, Long.MIN_VALUE, Long.MAX_VALUE, 1L << 63, 1L << 62, 1L << 32, 1L << 31, 1_000_000_000
  };

  private GgufAttacks() {}

  /** Files by what they try. */
  static Map<String, Supplier<byte[]>> all() {
    Map<String, Supplier<byte[]>> files = new LinkedHashMap<>();
    files.put("no bytes", () -> new byte[0]);
    files.put("the magic number alone", () -> "GGUF".getBytes(UTF_8));
    for (int version : new int[] {0, 1, 2, 4, -1, 3 << 24, Integer.MIN_VALUE}) {
      files.put("version " + version, () -> start(version, 0, 0).done());
    }
    for (long count : COUNTS) {
      String of = Long.toUnsignedString(count);
      files.put(of + " tensors", () -> start(3, count, 0).raw(new byte[1_000]).done());
      files.put(of + " settings", () -> start(3, 0, count).raw(new byte[1_000]).done());
      files.put(
          "a name of " + of + " bytes",
          () -> start(3, 0, 1).int64(count).raw(new byte[1_000]).done());
      files.put(
          "a text of " + of + " bytes",
          () -> setting("a", STRING).int64(count).raw(new byte[1_000]).done());
      files.put(
          "a tensor's name of " + of + " bytes",
          () -> start(3, 1, 0).int64(count).raw(new byte[1_000]).done());
      for (int type = 0; type <= 13; type++) {
        int of0 = type;
        files.put(
            "an array of " + of + " of type " + type,
            () -> setting("a", ARRAY).int32(of0).int64(count).raw(new byte[1_000]).done());
      }
      files.put(of + " elements", () -> tensor(b -> b.int32(1).int64(count), 0, 0, 0));
      files.put(
          of + " elements twice", () -> tensor(b -> b.int32(2).int64(count).int64(count), 0, 0, 0));
      files.put("an offset of " + of, () -> tensor(b -> b.int32(1).int64(8), 0, count, 32));
      files.put("an alignment of " + of, () -> alignment(10, count, 8));
    }
    for (int rank : new int[] {0, 5, 9, 255, Integer.MAX_VALUE, -1}) {
      files.put(
          rank + " dimensions",
          () ->
              tensor(
                  b -> {
                    b.int32(rank);
                    for (int i = 0; i < Math.clamp(rank, 0, 9); i++) {
                      b.int64(1);
                    }
                    return b;
                  },
                  0,
                  0,
                  4));
    }
    files.put("no elements", () -> tensor(b -> b.int32(2).int64(0).int64(1L << 40), 0, 0, 0));
    for (int type : new int[] {-1, 1, 2, 4, 5, 8, 14, 30, 99, Integer.MAX_VALUE}) {
      files.put("a type of " + type, () -> tensor(b -> b.int32(1).int64(7), type, 0, 64));
    }
    for (int alignment : new int[] {0, -1, 1, 3, 33, 1 << 30, 1 << 31, Integer.MAX_VALUE}) {
      files.put("an alignment of 32 bits of " + alignment, () -> alignment(4, alignment, 4));
    }
    files.put("an alignment that is a text", () -> alignment(STRING, 2, 8));
    files.put("a setting of type 13", () -> setting("a", 13).raw(new byte[100]).done());
    files.put("a setting of type -1", () -> setting("a", -1).raw(new byte[100]).done());
    for (int depth : new int[] {3, 4, 5, 100_000}) {
      files.put(
          "arrays in arrays, " + depth + " deep",
          () -> {
            Bytes out = setting("a", ARRAY);
            for (int i = 1; i < depth; i++) {
              out.int32(ARRAY).int64(1);
            }
            return out.int32(0).int64(0).raw(new byte[100]).done();
          });
    }
    files.put(
        "many empty arrays",
        () -> {
          Bytes out = setting("a", ARRAY).int32(ARRAY).int64(1_000_000);
          for (int i = 0; i < 1_000_000; i++) {
            out.int32(0).int64(0);
          }
          return out.done();
        });
    files.put(
        "many empty texts",
        () -> setting("a", ARRAY).int32(STRING).int64(2_000_000).raw(new byte[16_000_000]).done());
    files.put("a setting twice", () -> number(number(start(3, 0, 2), "a", 4, 1), "a", 4, 1).done());
    files.put("a tensor twice", () -> tensors("a", "a", 0, 32));
    files.put("tensors that overlap", () -> tensors("a", "b", 0, 0));
    files.put("tensors that end late", () -> tensors("a", "b", 32, 64));
    files.put(
        "a name that is no text",
        () -> {
          byte[] bytes = {(byte) 0xff, (byte) 0xfe};
          return start(3, 0, 1).int64(2).raw(bytes).int32(4).int32(1).done();
        });
    return files;
  }

  private static Bytes start(int version, long tensors, long settings) {
    return Bytes.valid().raw("GGUF".getBytes(UTF_8)).int32(version).int64(tensors).int64(settings);
  }

  private static Bytes text(Bytes out, String text) {
    return out.int64(text.length()).raw(text.getBytes(UTF_8));
  }

  /** A file up to the value of its only setting. */
  private static Bytes setting(String name, int type) {
    return text(start(3, 0, 1), name).int32(type);
  }

  private static Bytes number(Bytes out, String name, int type, long value) {
    return text(out, name).int32(type).number(value, type == 10 ? 8 : 4);
  }

  private static byte[] alignment(int type, long value, int bytes) {
    Bytes out = text(start(3, 1, 1), "general.alignment").int32(type).number(value, bytes);
    return text(out, "a").int32(1).int64(1).int32(0).int64(0).raw(new byte[1_000]).done();
  }

  private static byte[] tensor(UnaryOperator<Bytes> dims, int type, long offset, int data) {
    Bytes out = dims.apply(text(start(3, 1, 0), "a")).int32(type).int64(offset);
    return out.raw(new byte[32 + data]).done();
  }

  /** Two tensors of 8 numbers. */
  private static byte[] tensors(String first, String second, long at, long then) {
    Bytes out = text(start(3, 2, 0), first).int32(1).int64(8).int32(0).int64(at);
    return text(out, second).int32(1).int64(8).int32(0).int64(then).raw(new byte[90]).done();
  }
}
