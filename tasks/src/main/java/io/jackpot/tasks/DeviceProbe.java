package io.jackpot.tasks;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * Asks for the devices in a JVM of its own, as a missing library or a broken driver may end the JVM
 * that loads it, or block it forever.
 *
 * @param flags of that JVM
 * @param main its main class, which prints a JSON array of {@link Device} as its last line
 * @param folder where it runs
 * @param limit how long it may take
 */
record DeviceProbe(List<String> flags, String main, Path folder, Duration limit) {
  /** Codes that colour a terminal's text. */
  private static final String COLOUR = "\u001b\\[[0-9;]*m";

  /** No list of devices; the message gives the reason on one line. */
  static final class FailedException extends Exception {
    private static final long serialVersionUID = 1;

    FailedException(String message) {
      super(message);
    }
  }

  /**
   * @throws FailedException if the probe ends with an error, takes too long or prints no devices
   */
  List<Device> devices() throws FailedException, IOException, InterruptedException {
    Path output = Files.createTempFile("jackpot-devices", ".out");
    Path errors = Files.createTempFile("jackpot-devices", ".err");
    try {
      Process probe =
          new ProcessBuilder(command())
              .directory(folder.toFile())
              .redirectOutput(output.toFile())
              .redirectError(errors.toFile())
              .start();
      if (!probe.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
        probe.destroyForcibly().waitFor();
        throw new FailedException("no answer from the driver in " + limit.toSeconds() + " s");
      }
      if (probe.exitValue() != 0) {
        throw new FailedException(
            reason(lines(errors), lines(output), "status " + probe.exitValue()));
      }
      return parse(lines(output));
    } finally {
      Files.delete(output);
      Files.delete(errors);
    }
  }

  private List<String> command() {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(flags);
    command.addAll(List.of("-cp", classPath(), main));
    return command;
  }

  /** This JVM's, for any folder. */
  private static String classPath() {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
        .map(entry -> Path.of(entry).toAbsolutePath().toString())
        .collect(Collectors.joining(File.pathSeparator));
  }

  /** The drivers' output, which need not be text in any one encoding. */
  private static List<String> lines(Path file) throws IOException {
    String text = new String(Files.readAllBytes(file), UTF_8).replaceAll(COLOUR, "");
    return text.lines().filter(line -> !line.isBlank()).toList();
  }

  /** The innermost cause, or the first line that was written. */
  private static String reason(List<String> errors, List<String> output, String otherwise) {
    String cause = "Caused by: ";
    return errors.stream()
        .filter(line -> line.startsWith(cause))
        .reduce((first, second) -> second)
        .map(line -> line.substring(cause.length()))
        .or(() -> errors.stream().filter(line -> !line.startsWith("WARNING:")).findFirst())
        .or(() -> output.stream().findFirst())
        .orElse(otherwise);
  }

  private static List<Device> parse(List<String> output) throws FailedException {
    String json = output.isEmpty() ? "" : output.getLast();
    try {
      return List.of(JsonMapper.shared().readValue(json, Device[].class));
    } catch (JacksonException e) {
      throw new FailedException("the probe printed no list of devices but: " + json);
    }
  }
}
