package io.jackpot.tensor;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A JVM with other flags than the tests' own, on their class path. */
final class ChildJvm {
  private ChildJvm() {}

  /** The lines that {@code main} prints; its standard error is passed on, its status must be 0. */
  static List<String> run(List<String> flags, Class<?> main, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(flags);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    command.addAll(List.of(arguments));
    Process child =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    List<String> lines = child.inputReader(UTF_8).lines().toList();
    assertThat(child.waitFor()).as(String.join("\n", lines)).isZero();
    return lines;
  }
}
