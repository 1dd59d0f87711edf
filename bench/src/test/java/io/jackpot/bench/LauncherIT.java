package io.jackpot.bench;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code bin/jackpot} runs what this build has packaged, hence after the tests. */
class LauncherIT {
  private final Path folder;

  LauncherIT(@TempDir Path folder) {
    this.folder = folder;
  }

  @Test
  void helpIsOnStandardOutput() throws Exception {
    assertThat(jackpot(0, "--help")).startsWith("Usage: jackpot").contains("train", "explain");
    assertThat(Files.readString(folder.resolve("errors"))).doesNotContain("building");
  }

  @Test
  void errorsAreOnStandardErrorWithStatusTwo() throws Exception {
    assertThat(jackpot(2, "explain", "--input", "no such file.json")).isEmpty();
    assertThat(Files.readString(folder.resolve("errors"))).contains("no such file.json");
  }

  @Test
  void doctorKnowsTheVectorsAndTheDevices() throws Exception {
    assertThat(jackpot(0, "doctor"))
        .containsPattern("(?m)^ops +\\S")
        .containsPattern("(?m)^tornadovm +\\S");
  }

  /** Through a link, from another folder. */
  private String jackpot(int status, String... arguments) throws IOException, InterruptedException {
    Path launcher = Path.of("../bin/jackpot").toRealPath();
    Path link = Files.createSymbolicLink(folder.resolve("jackpot"), launcher);
    List<String> command = new ArrayList<>(List.of(link.toString()));
    command.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectError(folder.resolve("errors").toFile())
            .start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).isEqualTo(status);
    return output;
  }
}
