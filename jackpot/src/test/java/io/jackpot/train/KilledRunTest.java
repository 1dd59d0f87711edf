package io.jackpot.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.jackpot.config.TrainSettings;
import io.jackpot.input.InputException;
import io.jackpot.report.JsonLines;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs as processes of their own, killed as {@code kill -9} does, and resumed. */
class KilledRunTest {
  private static final Map<String, String> CHANGES =
      Map.of("steps", "40", "checkpointEvery", "3", "trainBatch", "8", "evalEvery", "10");

  private static final int INTERRUPTED = 130;

  @TempDir private static Path folder;
  private static Path whole;

  @BeforeAll
  static void anUnbrokenRun() {
    SmallRun.saveModels(folder);
    whole = folder.resolve("whole");
    TrainSettings settings = SmallRun.settings(folder, CHANGES);
    SmallRun.start(whole, settings);
  }

  @Test
  void killedInTheMiddleOfSteps() throws Exception {
    Path run = folder.resolve("steps");
    killWhen(start(run), () -> lines(run) >= 2);
    killWhen(resume(run), () -> lines(run) >= 17);
    killWhen(resume(run), () -> lines(run) >= 32);
    finish(run);
  }

  @Test
  void killedInTheMiddleOfWritingACheckpoint() throws Exception {
    Path run = folder.resolve("checkpoints");
    killWhen(start(run), () -> isWriting(run));
    killWhen(resume(run), () -> lines(run) >= 15 && isWriting(run));
    finish(run);
    try (DirectoryStream<Path> left = Files.newDirectoryStream(run.resolve("checkpoints"))) {
      assertThat(left).allMatch(path -> path.getFileName().toString().matches("step-\\d{6}"));
    }
  }

  @Test
  void killedBeforeItsFirstStep() throws Exception {
    Path run = folder.resolve("early");
    killWhen(start(run), () -> Files.exists(run.resolve("config.json")));
    finish(run);
  }

  /** The run is extended, killed, and resumed as it is then planned. */
  @Test
  void killedWhenItHadBeenExtended() throws Exception {
    Path unbroken = copy(whole, folder.resolve("extended"));
    SmallRun.resume(unbroken, Map.of("steps", "60"));
    Path run = copy(whole, folder.resolve("killed"));
    killWhen(process(java(List.of("resume", run.toString(), "steps=60"))), () -> lines(run) >= 49);
    killWhen(resume(run), () -> lines(run) >= 55);
    SmallRun.resume(run, 2);
    assertThat(SmallRun.metrics(run)).isEqualTo(SmallRun.metrics(unbroken)).hasSize(61);
    TrainingTest.assertSameModels(unbroken, run);
  }

  /** Ctrl-C ends a run in order, a second one at once. */
  @Test
  void interruptedOnceAndTwice() throws Exception {
    Path run = folder.resolve("interrupted");
    Process once = start(run);
    await(once, () -> lines(run) >= 2);
    interrupt(once);
    assertThat(once.waitFor()).isEqualTo(INTERRUPTED);
    int made = lines(run) - 1;
    assertThat(run.resolve("checkpoints").resolve("step-%06d".formatted(made))).exists();
    assertThat(run.resolve("report.html")).content().contains("step " + made + " of 40");
    Process twice = resume(run);
    await(twice, () -> lines(run) >= made + 3);
    interrupt(twice);
    interrupt(twice);
    assertThat(twice.waitFor()).isEqualTo(INTERRUPTED);
    finish(run);
  }

  private static void interrupt(Process process) throws Exception {
    assertThat(new ProcessBuilder("kill", "-INT", "" + process.pid()).start().waitFor()).isZero();
  }

  private static Path copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(from.relativize(file)));
      }
    }
    return to;
  }

  /** A limit on the size of a file stops writes in the middle, as a full disk does. */
  @Test
  void aDiskThatIsFullStopsTheRunInOneLineAndLosesNothing() throws Exception {
    Path run = folder.resolve("full");
    Process limited = limited(run, 10);
    String output = new String(limited.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(limited.waitFor()).isNotZero();
    assertThat(output).contains(InputException.class.getName()).contains(": cannot write: ");
    finish(run);
  }

  private static void finish(Path run) {
    SmallRun.resume(run, 2);
    assertThat(SmallRun.metrics(run)).isEqualTo(SmallRun.metrics(whole));
    TrainingTest.assertSameModels(whole, run);
  }

  private static Process start(Path run) {
    List<String> arguments = new ArrayList<>(List.of("start", folder.toString(), run.toString()));
    CHANGES.forEach((key, value) -> arguments.add(key + "=" + value));
    return process(java(arguments));
  }

  private static Process resume(Path run) {
    return process(java(List.of("resume", run.toString())));
  }

  /**
   * @param blocks largest file, in blocks of 512 or 1024 bytes, whichever the shell takes
   */
  private static Process limited(Path run, int blocks) {
    List<String> arguments = new ArrayList<>(List.of("start", folder.toString(), run.toString()));
    CHANGES.forEach((key, value) -> arguments.add(key + "=" + value));
    List<String> command =
        new ArrayList<>(List.of("sh", "-c", "ulimit -f " + blocks + "; exec \"$@\"", "sh"));
    command.addAll(java(arguments));
    return process(command);
  }

  /** With the flags of the tests' own JVM: other vectors would give other bits. */
  private static List<String> java(List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.addAll(
        List.of(
            "-XX:-UsePerfData",
            "-cp",
            System.getProperty("java.class.path"),
            SmallRun.class.getName()));
    command.addAll(arguments);
    return command;
  }

  private static Process process(List<String> command) {
    try {
      return new ProcessBuilder(command)
          .directory(new File(folder.toString()))
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void killWhen(Process process, BooleanSupplier ready) throws Exception {
    await(process, ready);
    process.destroyForcibly();
    assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
  }

  private static void await(Process process, BooleanSupplier ready) {
    long end = System.nanoTime() + Duration.ofMinutes(2).toNanos();
    while (!ready.getAsBoolean()) {
      assertThat(process.isAlive()).as("ended before it could be killed").isTrue();
      assertThat(System.nanoTime() - end).as("waited for two minutes").isNegative();
      Thread.onSpinWait();
    }
  }

  private static int lines(Path run) {
    Path metrics = run.resolve("metrics.jsonl");
    return Files.exists(metrics) ? JsonLines.read(metrics).size() : 0;
  }

  /** Whether there is an unfinished checkpoint. */
  private static boolean isWriting(Path run) {
    try (DirectoryStream<Path> unfinished =
        Files.newDirectoryStream(run.resolve("checkpoints"), ".step-*.tmp")) {
      return unfinished.iterator().hasNext();
    } catch (NoSuchFileException | DirectoryIteratorException e) {
      return false;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
