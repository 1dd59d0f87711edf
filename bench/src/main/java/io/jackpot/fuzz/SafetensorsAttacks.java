package io.jackpot.fuzz;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/** Safetensors files written by hand. */
final class SafetensorsAttacks {
  private SafetensorsAttacks() {}

  /** Files by what they try; each is to be the only weights of a model. */
  static Map<String, Supplier<byte[]>> all() {
    Map<String, Supplier<byte[]>> files = new LinkedHashMap<>();
    for (long length :
        new long[] {
          0,
          1,
          -1,
          7,
          1L << 31,
          1L << 32,
          1L << 53,
          Long.MAX_VALUE,
          Long.MAX_VALUE - 7,
          Long.MIN_VALUE,
          100_000_000,
          100_000_001
        }) {
      files.put("header length " + length, () -> file(length, "{}", 0));
    }
    files.put("no bytes", () -> new byte[0]);
    files.put("four bytes", () -> new byte[4]);
    files.put("an empty header", () -> file("{}", 0));
    files.put("a header of data", () -> file("{}", 1_000_000));
    files.put("a header that is a list", () -> file("[]", 0));
    files.put("a header of zeros", () -> file("\0".repeat(1_000_000), 0));
    files.put("a header of spaces", () -> file(" ".repeat(50_000_000), 0));
    files.put("spaces after the header", () -> file("{}" + " ".repeat(50_000_000), 0));
    Known.json("header", Map.of())
        .forEach((what, input) ->
            files.put(
                "header: " + what,
                () -> file(new String(input.get().files().get("header"), UTF_8), 4)));
    String one = "{\"a\": {\"dtype\": \"%s\", \"shape\": %s, \"data_offsets\": %s}}";
    for (String dtype :
        new String[] {
          "F32", "F16", "BOOL", "F4", "F6_E2M3", "C64", "", "f32", "X".repeat(99_999)
        }) {
      files.put(
          "dtype " + dtype.substring(0, Math.min(9, dtype.length())),
          () -> file(one.formatted(dtype, "[1]", "[0, 4]"), 4));
    }
    for (String shape :
        new String[] {
          "[]",
          "[0]",
          "[-1]",
          "[1, -1, -1]",
          "[0, 2147483647, 2147483647, 2147483647]",
          "[2147483647, 2147483647, 2147483647, 2147483647]",
          "[2147483648]",
          "[4294967296, 4294967296]",
          "[9223372036854775807, 2]",
          "[18446744073709551616]",
          "[1.0]",
          "[1e0]",
          "[\"1\"]",
          "[[1]]",
          "null",
          "{}",
          "1",
          "[65536, 65536, 65536, 65536]",
          "[" + "1,".repeat(200_000) + "1]",
          "[" + "0,".repeat(200_000) + "1]",
          "[" + "2147483647,".repeat(200_000) + "1]"
        }) {
      files.put(
          "shape " + shape.substring(0, Math.min(20, shape.length())) + " " + files.size(),
          () -> file(one.formatted("F32", shape, "[0, 4]"), 4));
    }
    for (String offsets :
        new String[] {
          "[0, 0]",
          "[4, 0]",
          "[-4, 0]",
          "[0, 9223372036854775807]",
          "[9223372036854775804, 9223372036854775807]",
          "[-9223372036854775808, 9223372036854775807]",
          "[0, 18446744073709551620]",
          "[1, 5]",
          "[0]",
          "[0, 4, 8]",
          "[0.0, 4.0]",
          "null",
          "{}",
          "\"0\"",
          "[" + "0,".repeat(200_000) + "4]"
        }) {
      files.put(
          "offsets " + offsets.substring(0, Math.min(20, offsets.length())) + " " + files.size(),
          () -> file(one.formatted("F32", "[1]", offsets), 4));
    }
    String two =
        "{\"a\": {\"dtype\": \"F32\", \"shape\": [2], \"data_offsets\": [0, 8]},"
            + " \"%s\": {\"dtype\": \"F32\", \"shape\": [%d], \"data_offsets\": [%d, %d]}}";
    files.put("overlapping tensors", () -> file(two.formatted("b", 2, 4, 12), 12));
    files.put("a tensor in another", () -> file(two.formatted("b", 1, 2, 6), 8));
    files.put("the same bytes twice", () -> file(two.formatted("b", 2, 0, 8), 8));
    files.put("a hole", () -> file(two.formatted("b", 1, 12, 16), 16));
    files.put("past the end", () -> file(two.formatted("b", 2, 8, 16), 12));
    files.put("bytes of no tensor", () -> file(two.formatted("b", 1, 8, 12), 100));
    files.put("two of a name", () -> file(two.formatted("a", 1, 8, 12), 12));
    files.put(
        "many empty tensors",
        () -> {
          StringBuilder header = new StringBuilder("{");
          for (int i = 0; i < 200_000; i++) {
            header
                .append(i > 0 ? "," : "")
                .append("\"")
                .append(i)
                .append("\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]}");
          }
          return file(header + "}", 0);
        });
    files.put("metadata of numbers", () -> file("{\"__metadata__\": {\"a\": 1}}", 0));
    files.put("metadata of none", () -> file("{\"__metadata__\": null}", 0));
    files.put("a tensor that is null", () -> file("{\"a\": null}", 0));
    files.put("a tensor without a shape", () -> file("{\"a\": {\"dtype\": \"F32\"}}", 0));
    files.put("a long name", () -> file("{\"" + "a\\n".repeat(1_000_000) + "\": 1}", 0));
    return files;
  }

  private static byte[] file(String header, int data) {
    return file(header.getBytes(UTF_8).length, header, data);
  }

  private static byte[] file(long length, String header, int data) {
    return Bytes.valid().int64(length).raw(header.getBytes(UTF_8)).raw(new byte[data]).done();
  }
}
