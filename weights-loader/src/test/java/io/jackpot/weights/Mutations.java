package io.jackpot.weights;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.jackpot.input.InputException;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * Damaged files, one for each seed. A reader must accept a file or refuse it with an {@link
 * InputException} of one line, quickly and with memory proportional to the file.
 *
 * <p>{@code -Djackpot.fuzz=100000} sets their number.
 */
final class Mutations {
  private static final int COUNT = Integer.getInteger("jackpot.fuzz", 2000);
  private static final long SLOWEST_SECONDS = 20;

  /** A loaded file may take this many times its size, plus a constant. */
  private static final long SIZES = 100;

  private static final long ANY_FILE = 8L << 20;
  private static final int LONGEST_MESSAGE = 1500;

  private static final Pattern JSON_TOKEN =
      Pattern.compile(
          "\"(?:[^\"\\\\\\n]|\\\\.){0,200}\"|-?\\d[\\d.eE+-]*|true|false|null|[\\[\\]{}:,]");
  private static final List<String> TOKENS =
      List.of(
          "0",
          "-1",
          "1",
          "2147483647",
          "2147483648",
          "4294967295",
          "9223372036854775807",
          "9223372036854775808",
          "-9223372036854775808",
          "1e999",
          "0.5",
          "1e-400",
          "null",
          "true",
          "\"\"",
          "\"\\u0000\"",
          "\"\\ud800\"",
          "[]",
          "{}",
          "[[[[[[[[",
          "NaN");
  private static final long[] INTEGERS = {
    0,
    1,
    -1,
    2,
    255,
    256,
    65_535,
    1L << 31,
    (1L << 31) - 1,
    1L << 32,
    (1L << 32) - 1,
    1L << 40,
    1L << 61,
    1L << 62,
    Long.MAX_VALUE,
    Long.MIN_VALUE,
    Long.MAX_VALUE - 7
  };

  private Mutations() {}

  /**
   * Runs {@code load} on damaged copies of {@code original}.
   *
   * @param file where the copies are written, one at a time
   * @throws AssertionError naming the seed, for {@link #mutate}
   */
  static void run(byte[] original, Path file, Consumer<Path> load)
      throws IOException, InterruptedException {
    // The undamaged file must be accepted; this also warms up, so that only later reads count.
    load.accept(Files.write(file, original));
    AtomicLong started = new AtomicLong(System.nanoTime());
    AtomicLong current = new AtomicLong();
    Throwable[] failure = new Throwable[1];
    Thread worker =
        Thread.ofPlatform()
            .daemon()
            .start(() -> {
              try {
                for (long seed = 0; seed < COUNT; seed++) {
                  current.set(seed);
                  started.set(System.nanoTime());
                  one(mutate(original, seed), file, load);
                }
              } catch (Throwable e) {
                failure[0] = e;
              }
            });
    while (!worker.join(java.time.Duration.ofMillis(500))) {
      if (System.nanoTime() - started.get() > SLOWEST_SECONDS * 1_000_000_000L) {
        AssertionError hang = new AssertionError("seed " + current + " takes too long");
        hang.setStackTrace(worker.getStackTrace());
        throw hang;
      }
    }
    if (failure[0] != null) {
      throw new AssertionError("seed " + current + ": " + failure[0], failure[0]);
    }
  }

  private static void one(byte[] bytes, Path file, Consumer<Path> load) throws IOException {
    Files.write(file, bytes);
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getTotalThreadAllocatedBytes();
    try {
      load.accept(file);
    } catch (InputException e) {
      assertThat(e.getMessage()).isNotBlank().doesNotContain("\n", "\r", "\u0000");
      assertThat(e.getMessage()).hasSizeLessThan(LONGEST_MESSAGE);
    }
    long allocated = threads.getTotalThreadAllocatedBytes() - before;
    assertThat(allocated).as("bytes allocated").isLessThan(ANY_FILE + SIZES * bytes.length);
  }

  /** {@code original} with one to four injuries. */
  static byte[] mutate(byte[] original, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    byte[] bytes = original.clone();
    for (int injuries = 1 + random.nextInt(4); injuries > 0 && bytes.length > 0; injuries--) {
      bytes = injure(bytes, random);
    }
    return bytes;
  }

  private static byte[] injure(byte[] bytes, SplittableRandom random) {
    int at = place(bytes, random);
    int length = Math.min(bytes.length - at, 1 + random.nextInt(random.nextBoolean() ? 8 : 200));
    byte[] same = new byte[length];
    System.arraycopy(bytes, at, same, 0, length);
    switch (random.nextInt(12)) {
      case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
      case 1 -> bytes[at] = (byte) random.nextInt(256);
      case 2 -> {
        random.nextBytes(same);
        return splice(bytes, at, 0, same);
      }
      case 3 -> {
        return splice(bytes, at, length, new byte[0]);
      }
      case 4 -> {
        return splice(bytes, at, bytes.length - at, new byte[0]);
      }
      case 5 -> {
        return splice(bytes, place(bytes, random), 0, same);
      }
      case 6 -> {
        int to = place(bytes, random);
        System.arraycopy(bytes, at, bytes, to, Math.min(length, bytes.length - to));
      }
      case 7, 8 -> {
        long value = INTEGERS[random.nextInt(INTEGERS.length)];
        int width = 1 << random.nextInt(4);
        int aligned = random.nextBoolean() ? at & -width : at;
        for (int i = 0; i < width && aligned + i < bytes.length; i++) {
          bytes[aligned + i] = (byte) (value >>> 8 * i);
        }
      }
      default -> {
        return swapTokens(bytes, at, random);
      }
    }
    return bytes;
  }

  /** A random position; half of the time near the start, where the header is. */
  private static int place(byte[] bytes, SplittableRandom random) {
    return random.nextInt(random.nextBoolean() ? Math.min(bytes.length, 512) : bytes.length);
  }

  /** Replaces a token by another token of the file, or by one that is hard to read. */
  private static byte[] swapTokens(byte[] bytes, int near, SplittableRandom random) {
    int from = Math.max(0, near - 300);
    String text = new String(bytes, from, Math.min(bytes.length - from, 3000), ISO_8859_1);
    List<MatchResult> tokens = JSON_TOKEN.matcher(text).results().toList();
    if (tokens.isEmpty()) {
      return bytes;
    }
    MatchResult token = tokens.get(random.nextInt(tokens.size()));
    String other =
        random.nextBoolean()
            ? TOKENS.get(random.nextInt(TOKENS.size()))
            : tokens.get(random.nextInt(tokens.size())).group();
    return splice(
        bytes, from + token.start(), token.end() - token.start(), other.getBytes(ISO_8859_1));
  }

  private static byte[] splice(byte[] bytes, int at, int removed, byte[] inserted) {
    byte[] result = new byte[bytes.length - removed + inserted.length];
    System.arraycopy(bytes, 0, result, 0, at);
    System.arraycopy(inserted, 0, result, at, inserted.length);
    int rest = at + removed;
    System.arraycopy(bytes, rest, result, at + inserted.length, bytes.length - rest);
    return result;
  }
}
