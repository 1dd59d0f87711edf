package io.jackpot.fuzz;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Attacks every reader for some seconds and prints a table. Each target has a process of its own
 * with a small heap, and its share of the time. Exit status 1 if an input took too long, too much
 * memory, or ended with anything but the error that a user can correct.
 */
public final class Fuzz {
  private static final String HEAP_MIB = "256";

  private final long seed;
  private final Path out;
  private final Map<String, Row> rows = new LinkedHashMap<>();

  /** What the inputs of a target cost at most. */
  private static final class Row {
    private int known;
    private int made;

    /** When the first input was made, in nanoseconds; 0 before. */
    private long began;

    private long millis;
    private long bytes;
    private final Map<String, String> failures = new LinkedHashMap<>();
    private int failed;
  }

  private Fuzz(long seed, Path out) {
    this.seed = seed;
    this.out = out;
  }

  /**
   * @param args seconds in all for inputs that are made, beside those written by hand, a folder for
   *     failing inputs, and optionally a seed (the date otherwise) and names of targets
   */
  public static void main(String[] args) throws IOException, InterruptedException {
    int seconds = Integer.parseInt(args[0]);
    long seed =
        args.length > 2
            ? Long.parseLong(args[2])
            : Long.parseLong(LocalDate.now().format(DateTimeFormatter.BASIC_ISO_DATE));
    List<String> names =
        args.length > 3
            ? List.of(args).subList(3, args.length)
            : Targets.all().stream().map(Target::name).toList();
    Fuzz fuzz = new Fuzz(seed, Path.of(args[1]));
    System.err.println(
        "fuzz: seed %d, %d targets, %d s, failing inputs to %s"
            .formatted(seed, names.size(), seconds, args[1]));
    for (String name : names) {
      fuzz.attack(name, seconds * 1000L / names.size());
    }
    System.out.print(fuzz.table());
    System.exit(fuzz.rows.values().stream().anyMatch(row -> row.failed > 0) ? 1 : 0);
  }

  private void attack(String name, long millis) throws IOException, InterruptedException {
    Row row = new Row();
    rows.put(name, row);
    // A process that an input has ended is followed by another.
    for (boolean ended = false; !ended; ) {
      long left = row.began == 0 ? millis : millis - (System.nanoTime() - row.began) / 1_000_000;
      ended = worker(name, row, left);
    }
    System.err.println(
        "fuzz: %s: %,d inputs, %,d failed".formatted(name, row.known + row.made, row.failed));
    row.failures.forEach((wrong, input) -> System.err.println("  " + wrong + " (" + input + ")"));
  }

  /** Whether the process has spent its time; false if an input has ended it. */
  private boolean worker(String name, Row row, long millis)
      throws IOException, InterruptedException {
    Path failures = out.resolve(name.replace(' ', '-'));
    Files.createDirectories(failures);
    int before = row.known + row.made;
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules=jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED",
                "-Xmx" + HEAP_MIB + "m",
                "-XX:MaxDirectMemorySize=" + HEAP_MIB + "m",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                FuzzWorker.class.getName(),
                name,
                Long.toString(seed),
                Integer.toString(before),
                Long.toString(millis),
                failures.toString())
            .redirectError(failures.resolve("errors.txt").toFile())
            .start();
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        take(row, line.split("\t", -1));
      }
    }
    int status = process.waitFor();
    if (status != 0 && row.known + row.made == before) {
      throw new IllegalStateException(
          "%s: the process ended with status %d and no result, see errors.txt in %s"
              .formatted(name, status, failures));
    }
    return status == 0;
  }

  private static void take(Row row, String[] result) {
    if (result[0].startsWith("known ")) {
      row.known++;
    } else {
      row.made++;
      row.began = row.began == 0 ? System.nanoTime() : row.began;
    }
    row.millis = Math.max(row.millis, Long.parseLong(result[1]));
    row.bytes = Math.max(row.bytes, Long.parseLong(result[2]));
    if (!result[3].isEmpty()) {
      row.failed++;
      row.failures.putIfAbsent(result[3], result[0]);
    }
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
