package io.jackpot.fuzz;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import io.jackpot.fuzz.Target.Input;
import io.jackpot.input.InputException;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Gives inputs to one target, in a process of its own with a small heap. Prints a line per input:
 * its name, milliseconds of all processors, bytes allocated by all threads, and what was wrong with
 * it, if anything. It ends after an input that took too long or all of the memory.
 */
final class FuzzWorker {
  /** An input may take this long on all processors together. */
  private static final long LIMIT_MILLIS = 5_000;

  /** By the clock: it may be a busy machine, or a reader that waits for what never comes. */
  private static final long LIMIT_CLOCK_MILLIS = 60_000;

  /** All threads together may allocate this much for an input; the heap bounds what is alive. */
  private static final long LIMIT_BYTES = 2L << 30;

  /** An input of this size may be reported as too large for the heap; a smaller one must fit. */
  private static final long REPORTED_BYTES = 16 << 20;

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private static final OperatingSystemMXBean PROCESS =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  private final Target target;
  private final Path failures;
  private final Path folder;
  private final PrintStream results;

  private FuzzWorker(Target target, Path failures, Path folder, PrintStream results) {
    this.target = target;
    this.failures = failures;
    this.folder = folder;
    this.results = results;
  }

  /**
   * @param args the target's name, a seed, the number of the first input (those written by hand
   *     come first), milliseconds for those that are made, the folder for failing inputs
   */
  public static void main(String[] args) throws IOException {
    Target target = Targets.named(args[0]);
    long seed = Long.parseLong(args[1]);
    int first = Integer.parseInt(args[2]);
    Path folder = Files.createTempDirectory("fuzz");
    PrintStream results = System.out;
    // What a reader prints is no result.
    System.setOut(new PrintStream(PrintStream.nullOutputStream(), false, StandardCharsets.UTF_8));
    FuzzWorker worker = new FuzzWorker(target, Path.of(args[4]), folder, results);
    List<Map.Entry<String, Supplier<Input>>> known = new ArrayList<>(target.known().entrySet());
    for (int i = first; i < known.size(); i++) {
      worker.run("known " + known.get(i).getKey(), known.get(i).getValue().get());
    }
    long end = System.nanoTime() + Long.parseLong(args[3]) * 1_000_000;
    for (int i = Math.max(first, known.size()); System.nanoTime() < end; i++) {
      int number = i - known.size();
      worker.run(
          "seed " + seed + " input " + number,
          target.make().apply(new Choices(seed * 1_000_003 + number)));
    }
    delete(folder);
    // Threads of a reader that go on must not keep this process.
    Runtime.getRuntime().halt(0);
  }

  private void run(String name, Input input) throws IOException {
    write(input, folder);
    List<@Nullable Throwable> thrown = new ArrayList<>();
    Thread reader =
        new Thread(() -> {
          try {
            target.reader().read(folder);
            thrown.add(null);
          } catch (Throwable e) {
            thrown.add(e);
          }
        });
    reader.setDaemon(true);
    long allocated = THREADS.getTotalThreadAllocatedBytes();
    long spent = PROCESS.getProcessCpuTime();
    long start = System.nanoTime();
    reader.start();
    long millis = 0;
    try {
      while (!reader.join(Duration.ofMillis(20))
          && millis < LIMIT_MILLIS
          && System.nanoTime() - start < LIMIT_CLOCK_MILLIS * 1_000_000) {
        millis = (PROCESS.getProcessCpuTime() - spent) / 1_000_000;
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    millis = (PROCESS.getProcessCpuTime() - spent) / 1_000_000;
    long bytes = THREADS.getTotalThreadAllocatedBytes() - allocated;
    boolean over = reader.isAlive();
    Throwable found = over ? null : thrown.getFirst();
    String wrong = "";
    if (over) {
      wrong = "more than " + LIMIT_MILLIS + " ms" + place(reader.getStackTrace());
    } else if (found != null && isOutOfMemory(found) && size(input) < REPORTED_BYTES) {
      wrong = "out of memory" + place(found.getStackTrace());
    } else if (found != null && !(found instanceof InputException)) {
      wrong = found.getClass().getSimpleName() + place(found.getStackTrace());
    } else if (found != null && String.valueOf(found.getMessage()).lines().count() != 1) {
      wrong = "a message of several lines" + place(found.getStackTrace());
    } else if (bytes > LIMIT_BYTES) {
      wrong = "more than " + (LIMIT_BYTES >> 20) + " MiB allocated";
    }
    if (!wrong.isEmpty()) {
      Path saved = failures.resolve(name.replaceAll("[^A-Za-z0-9.-]+", "-"));
      delete(saved);
      write(input, saved);
      Files.writeString(saved.resolve("wrong.txt"), wrong + "\n" + trace(found, reader));
    }
    results.println(String.join("\t", name, Long.toString(millis), Long.toString(bytes), wrong));
    results.flush();
    if (over || isOutOfMemory(found)) {
      Runtime.getRuntime().halt(3);
    }
    delete(folder);
  }

  private static boolean isOutOfMemory(@Nullable Throwable found) {
    return found instanceof OutOfMemoryError || (found != null && isOutOfMemory(found.getCause()));
  }

  private static long size(Input input) {
    return input.files().values().stream().mapToLong(file -> file.length).sum();
  }

  private static String trace(@Nullable Throwable found, Thread reader) {
    StringBuilder text = new StringBuilder();
    for (Throwable e = found; e != null; e = e.getCause()) {
      text.append(e).append('\n');
      Stream.of(e.getStackTrace())
          .limit(60)
          .forEach(at -> text.append("  at ").append(at).append('\n'));
    }
    Stream.of(reader.getStackTrace()).forEach(at -> text.append("  at ").append(at).append('\n'));
    return text.toString();
  }

  /** The method of this project that a stack trace is in. */
  private static String place(StackTraceElement[] trace) {
    return Stream.of(trace)
        .filter(at -> at.getClassName().startsWith("io.jackpot."))
        .findFirst()
        .map(at -> " in " + at.getClassName() + "." + at.getMethodName())
        .orElse("");
  }

  private static void write(Input input, Path folder) {
    input
        .files()
        .forEach((name, content) -> {
          try {
            Path file = folder.resolve(name);
            Files.createDirectories(file.resolveSibling(""));
            Files.write(file, content);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }

  private static void delete(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> paths = Files.walk(folder)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
