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
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Gives inputs to targets, in a process of its own with a small heap. Prints a line per input: its
 * target, its name, milliseconds of all processors, bytes allocated by all threads, and what was
 * wrong with it, if anything; and a line with the target alone when its time is over. The process
 * ends after an input that took too long or all of the memory.
 */
final class FuzzWorker {
  /** An input may take this long on all processors together. */
  private static final long LIMIT_MILLIS = 5_000;

  /**
   * A reader that uses less than {@link #WORKING_MILLIS} of a processor in so long by the clock
   * waits for what never comes. One that a busy machine slows down gets more than that.
   */
  private static final long WAITING_MILLIS = 60_000;

  private static final long WORKING_MILLIS = 1_000;

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

  private FuzzWorker(Target target, Path out, PrintStream results) {
    this.target = target;
    this.failures = out.resolve(target.name().replace(' ', '-'));
    this.folder = out.resolve("tmp/input");
    this.results = results;
  }

  /**
   * @param args the folder for inputs, a seed, the number of the first input of the first target,
   *     milliseconds for all targets, and their names. A target gets what its predecessors leave
   *     it: an equal share of the time.
   */
  public static void main(String[] args) throws IOException {
    Path out = Path.of(args[0]);
    long seed = Long.parseLong(args[1]);
    int first = Integer.parseInt(args[2]);
    long end = System.nanoTime() + Long.parseLong(args[3]) * 1_000_000;
    PrintStream results = System.out;
    // What a reader prints is no result.
    System.setOut(new PrintStream(PrintStream.nullOutputStream(), false, StandardCharsets.UTF_8));
    for (int i = 4; i < args.length; i++) {
      long now = System.nanoTime();
      FuzzWorker worker = new FuzzWorker(Targets.named(args[i]), out, results);
      worker.attack(seed, i == 4 ? first : 0, now + (end - now) / (args.length - i));
      results.println(args[i]);
    }
    // Threads of a reader that go on must not keep this process.
    results.flush();
    Runtime.getRuntime().halt(0);
  }

  /** Inputs written by hand, in an order of the seed, in turn with made ones; at least two. */
  private void attack(long seed, int first, long end) throws IOException {
    List<Map.Entry<String, Supplier<Input>>> known = new ArrayList<>(target.known().entrySet());
    Collections.shuffle(known, new Random(seed));
    for (int i = first; i < 2 || System.nanoTime() < end; i++) {
      if (i % 2 == 0 && i / 2 < known.size()) {
        run("known " + known.get(i / 2).getKey(), known.get(i / 2).getValue().get());
      } else {
        int number = i - Math.min((i + 1) / 2, known.size());
        Choices choices = new Choices(seed * 1_000_003 + number);
        run("seed " + seed + " input " + number, target.make().apply(choices));
      }
    }
  }

  private void run(String name, Input input) throws IOException {
    delete(folder);
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
    long bytes = 0;
    long since = start;
    long then = 0;
    try {
      while (!reader.join(Duration.ofMillis(20)) && millis < LIMIT_MILLIS && bytes <= LIMIT_BYTES) {
        millis = (PROCESS.getProcessCpuTime() - spent) / 1_000_000;
        bytes = THREADS.getTotalThreadAllocatedBytes() - allocated;
        if (millis - then >= WORKING_MILLIS) {
          then = millis;
          since = System.nanoTime();
        } else if (System.nanoTime() - since > WAITING_MILLIS * 1_000_000) {
          break;
        }
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    millis = (PROCESS.getProcessCpuTime() - spent) / 1_000_000;
    bytes = THREADS.getTotalThreadAllocatedBytes() - allocated;
    boolean over = reader.isAlive();
    Throwable found = over ? null : thrown.getFirst();
    String wrong = "";
    if (bytes > LIMIT_BYTES) {
      wrong = "more than " + (LIMIT_BYTES >> 20) + " MiB allocated" + place(reader.getStackTrace());
    } else if (over) {
      wrong =
          (millis < LIMIT_MILLIS ? "waits" : "more than " + LIMIT_MILLIS + " ms")
              + place(reader.getStackTrace());
    } else if (found != null && isOutOfMemory(found) && size(input) < REPORTED_BYTES) {
      wrong = "out of memory" + place(found.getStackTrace());
    } else if (found != null && !(found instanceof InputException)) {
      wrong = found.getClass().getSimpleName() + place(found.getStackTrace());
    } else if (found != null && String.valueOf(found.getMessage()).lines().count() != 1) {
      wrong = "a message of several lines" + place(found.getStackTrace());
    }
    if (!wrong.isEmpty()) {
      Path saved = failures.resolve(name.replaceAll("[^A-Za-z0-9.-]+", "-"));
      delete(saved);
      write(input, saved);
      Files.writeString(saved.resolve("wrong.txt"), wrong + "\n" + trace(found, reader));
    }
    results.println(
        String.join("\t", target.name(), name, Long.toString(millis), Long.toString(bytes), wrong));
    results.flush();
    if (over || isOutOfMemory(found)) {
      Runtime.getRuntime().halt(3);
    }
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

  static void delete(Path folder) throws IOException {
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
