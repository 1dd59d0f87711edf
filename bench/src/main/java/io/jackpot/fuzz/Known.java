package io.jackpot.fuzz;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import java.util.zip.GZIPOutputStream;

/** Inputs written by hand that every reader of a kind of file gets. */
final class Known {
  private Known() {}

  /**
   * Attacks on any JSON file.
   *
   * @param name of the file
   * @param valid its other files
   */
  static Map<String, Supplier<Target.Input>> json(String name, Map<String, byte[]> valid) {
    Map<String, Supplier<String>> texts = new LinkedHashMap<>();
    texts.put("nothing", () -> "");
    texts.put("arrays in arrays", () -> "[".repeat(1_000_000));
    texts.put("closed arrays in arrays", () -> "[".repeat(500_000) + "]".repeat(500_000));
    texts.put("objects in objects", () -> "{\"a\":".repeat(200_000));
    texts.put(
        "nesting under a key", () -> "{\"a\": " + "[".repeat(100_000) + "]".repeat(100_000) + "}");
    texts.put(
        "nesting in a text",
        () ->
            "{\"answer\": \""
                + "[".repeat(100_000)
                + "]".repeat(100_000)
                + "\", \"prompt\": \"1\"}");
    texts.put("a long number", () -> "{\"a\": " + "9".repeat(2_000_000) + "}");
    texts.put("a large exponent", () -> "{\"a\": 1e999999999, \"b\": 1e-999999999}");
    texts.put("a long text", () -> "{\"a\": \"" + "x".repeat(30_000_000) + "\"}");
    texts.put("a long key", () -> "{\"" + "x".repeat(1_000_000) + "\": 1}");
    texts.put("zeros", () -> "\u0000".repeat(10_000_000));
    texts.put("spaces", () -> " ".repeat(10_000_000));
    texts.put("line feeds", () -> "\n".repeat(3_000_000));
    texts.put("repeated keys", () -> "{\"a\": 1, \"a\": 2}");
    texts.put("no end", () -> "{\"a\": \"");
    texts.put("not UTF-8", () -> "{\"a\": \"\uD800\"}");
    Map<String, Supplier<Target.Input>> all = new LinkedHashMap<>();
    texts.forEach((what, text) -> all.put(what, () -> with(valid, name, text.get())));
    return all;
  }

  static Target.Input with(Map<String, byte[]> valid, String name, String text) {
    Map<String, byte[]> files = new LinkedHashMap<>(valid);
    files.put(name, text.getBytes(StandardCharsets.UTF_8));
    return new Target.Input(files);
  }

  static byte[] repeated(byte[] bytes, int times) {
    byte[] all = new byte[bytes.length * times];
    for (int i = 0; i < all.length; i++) {
      all[i] = bytes[i % bytes.length];
    }
    return all;
  }

  static byte[] gzip(byte[] bytes) {
    return gzip(bytes, 1);
  }

  /** {@code bytes} so many times over, compressed. */
  static byte[] gzip(byte[] bytes, int times) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      for (int i = 0; i < times; i++) {
        gzip.write(bytes);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }
}
