package io.jackpot.fuzz;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Attacks every reader for some seconds and prints a table. A process with a small heap gives each
 * target its share of the time; one that an input has ended is followed by another.
 *
 * <p>Exit status 1 if an input took too long, too much memory, or ended with anything but the error
 * that a user can correct; 2 for arguments that cannot be.
 */
public final class Fuzz {
  private static final String HEAP_MIB = "256";

  /** A process may end for a heap that another input has filled, and the next one then tells. */
  private static final int MOST_SILENT = 3;

  private final long seed;
  private final Path out;
  private final Map<String, Row> rows = new LinkedHashMap<>();

  /** Processes in a row that ended before their first result. */
  private int silent;

  /** What the inputs of a target cost at most. */
  private static final class Row {
    private int known;
    private int made;
    private long millis;
    private long bytes;
    private final Map<String, String> failures = new LinkedHashMap<>();
    private int failed;
    private boolean over;
  }

  private Fuzz(long seed, Path out, List<String> names) {
    this.seed = seed;
    this.out = out;
    names.forEach(name -> rows.put(name, new Row()));
  }

  /**
   * @param args seconds in all, a folder for failing inputs, and optionally a seed (the date
   *     otherwise) and names of targets
   */
  public static void main(String[] args) throws IOException, InterruptedException {
    Fuzz fuzz;
    long seconds;
    try {
      seconds = Integer.parseInt(args[0]);
      long seed =
          args.length > 2
              ? Long.parseLong(args[2])
              : Long.parseLong(LocalDate.now().format(DateTimeFormatter.BASIC_ISO_DATE));
      List<String> names =
          args.length > 3
              ? List.of(args).subList(3, args.length)
              : Targets.all().stream().map(Target::name).toList();
      names.forEach(Targets::named);
      fuzz = new Fuzz(seed, Path.of(args[1]), names);
    } catch (IllegalArgumentException e) {
      System.err.println("fuzz: " + e.getMessage() + "; usage: SECONDS OUT [SEED] [TARGET...]");
      System.exit(2);
      return;
    }
    System.err.printf(
        "fuzz: seed %d, %d targets, %d s, failing inputs to %s%n",
        fuzz.seed, fuzz.rows.size(), seconds, fuzz.out);
    fuzz.attack(seconds * 1_000);
    System.out.print(fuzz.table());
    System.exit(fuzz.verdict());
  }

  private void attack(long millis) throws IOException, InterruptedException {
    Files.createDirectories(out);
    long end = System.nanoTime() + millis * 1_000_000;
    List<String> left = new ArrayList<>(rows.keySet());
    Path temporary = out.resolve("tmp");
    while (!left.isEmpty()) {
      FuzzWorker.delete(temporary);
      Files.createDirectories(temporary);
      for (String name : left) {
        Files.createDirectories(out.resolve(name.replace(' ', '-')));
      }
      worker(left, (end - System.nanoTime()) / 1_000_000);
      left.removeIf(name -> row(name).over);
    }
    FuzzWorker.delete(temporary);
  }

  private Row row(String name) {
    return Objects.requireNonNull(rows.get(name));
  }

  /** Runs a process until the time of all targets is over, or an input has ended it. */
  private void worker(List<String> names, long millis) throws IOException, InterruptedException {
    Row first = row(names.getFirst());
    int before = first.known + first.made;
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules=jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED",
                "-Xmx" + HEAP_MIB + "m",
                "-XX:MaxDirectMemorySize=" + HEAP_MIB + "m",
                "-XX:+UseSerialGC",
                "-Djava.io.tmpdir=" + out.resolve("tmp"),
                "-cp",
                System.getProperty("java.class.path"),
                FuzzWorker.class.getName(),
                out.toString(),
                Long.toString(seed),
                Integer.toString(before),
                Long.toString(millis)));
    command.addAll(names);
    Path errors = out.resolve("errors.txt");
    Process process =
        new ProcessBuilder(command)
            .redirectError(ProcessBuilder.Redirect.appendTo(errors.toFile()))
            .start();
    boolean any = false;
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        take(line.split("\t", -1));
        any = true;
      }
    }
    int status = process.waitFor();
    silent = any ? 0 : silent + 1;
    if (silent == MOST_SILENT) {
      throw new IllegalStateException(
          "%s: %d processes ended without a result, the last with status %d: see %s"
              .formatted(names.getFirst(), silent, status, errors));
    }
  }

  /** Takes a line of {@link FuzzWorker}. */
  private void take(String[] result) {
    Row row = row(result[0]);
    if (result.length == 1) {
      row.over = true;
      System.err.printf(
          "fuzz: %s: %,d inputs, %,d failed%n", result[0], row.known + row.made, row.failed);
      return;
    }
    if (result[1].startsWith("known ")) {
      row.known++;
    } else {
      row.made++;
    }
    row.millis = Math.max(row.millis, Long.parseLong(result[2]));
    row.bytes = Math.max(row.bytes, Long.parseLong(result[3]));
    if (!result[4].isEmpty()) {
      row.failed++;
      row.failures.putIfAbsent(result[4], result[1]);
    }
  }

  /** Says what failed, a line for each target; the exit status. */
  private int verdict() {
    int failed = rows.values().stream().mapToInt(row -> row.failed).sum();
    rows.forEach((name, row) ->
        row.failures.forEach((wrong, input) ->
            System.err.printf(
                "fuzz: FAILED: %s: %s, first by %s; to repeat: bench/fuzz.sh 60 %s %d \"%s\"%n",
                name, wrong, input, out, seed, name)));
    System.err.println(failed == 0 ? "fuzz: nothing failed" : "fuzz: " + failed + " inputs failed");
    return failed == 0 ? 0 : 1;
  }

  private String table() {
    StringBuilder table =
        new StringBuilder(
            """
            | attack on | written by hand | made | worst time (ms of CPU) | worst memory (MiB allocated) | failed |
            |---|---|---|---|---|---|
            """);
    rows.forEach((name, row) ->
        table.append(
            "| %s | %,d | %,d | %,d | %,d | %,d |%n"
                .formatted(name, row.known, row.made, row.millis, row.bytes >> 20, row.failed)));
    return table.toString();
  }
}
