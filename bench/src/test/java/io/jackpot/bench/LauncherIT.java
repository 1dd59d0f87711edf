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
        .containsPattern("(?m)^tornadovm +\\S")
        .doesNotContain("does not compile vectors");
  }

  /** So the test above would see it. */
  @Test
  void doctorSaysWhetherTheJvmCompilesVectors() throws Exception {
    Path launcher = Path.of("../bin/jackpot").toRealPath();
    String off = "-XX:-EnableVectorSupport";
    assertThat(run(0, folder, List.of(launcher.toString(), "doctor"), off))
        .contains("does not compile vectors");
  }

  /** In other places, and with other times, its files are the same; the JVM must take the cache. */
  @Test
  void copyStartsFromTheCacheWithoutBuilding() throws Exception {
    jackpot(0, "--version");
    Path copy = Files.createDirectory(folder.resolve("copy"));
    run(
        0,
        Path.of("..").toRealPath(),
        List.of(
            "sh",
            "-c",
            "tar -c bin pom.xml */pom.xml */src jackpot/target/lib jackpot/target/runtime-*"
                + " | tar -x -m -C \"$0\"",
            copy.toString()),
        "");
    Path launcher = copy.resolve("bin/jackpot");
    assertThat(run(0, folder, List.of(launcher.toString(), "--version"), "-XX:AOTMode=on"))
        .startsWith("jackpot ");
    assertThat(Files.readString(folder.resolve("errors"))).isEmpty();
  }

  /** Through a link, from another folder. */
  private String jackpot(int status, String... arguments) throws IOException, InterruptedException {
    Path launcher = Path.of("../bin/jackpot").toRealPath();
    Path link = Files.createSymbolicLink(folder.resolve("jackpot"), launcher);
    List<String> command = new ArrayList<>(List.of(link.toString()));
    command.addAll(List.of(arguments));
    return run(status, folder, command, "");
  }

  private String run(int status, Path where, List<String> command, String options)
      throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(where.toFile())
            .redirectError(folder.resolve("errors").toFile());
    builder.environment().put("JACKPOT_JAVA_OPTS", options);
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).isEqualTo(status);
    return output;
  }
}
