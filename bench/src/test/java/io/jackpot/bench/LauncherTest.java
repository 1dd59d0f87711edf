package io.jackpot.bench;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code bin/jackpot} in a small project of its own, with a JDK that prints its arguments, one a
 * line, and a Maven that says when it is called.
 */
class LauncherTest {
  private static final Path BIN = Path.of("../bin").toAbsolutePath().normalize();

  private static final List<String> SCRIPTS =
      List.of("jackpot", "build", "fingerprint", "find-jdk", "check-tornado", "MakeRuntime.java");

  private final Path folder;
  private final Path project;
  private final Path launcher;
  private final Path source;
  private final Map<String, String> environment = new TreeMap<>();

  /** What a run of the launcher ended with. */
  private record Result(int status, List<String> output, List<String> errors) {}

  LauncherTest(@TempDir Path temporary) throws IOException {
    folder = temporary.toRealPath();
    project = folder.resolve("a project");
    launcher = project.resolve("bin/jackpot");
    Files.createDirectories(launcher.getParent());
    for (String script : SCRIPTS) {
      Files.copy(BIN.resolve(script), launcher.resolveSibling(script));
    }
    Files.writeString(project.resolve("pom.xml"), "");
    source = project.resolve("tensor/src/main/java/Ops.java");
    Files.createDirectories(source.getParent());
    Files.writeString(source, "");
    fakeJdk("jdk", "25.0.1");
    script(
        folder.resolve("tools/mvn"),
        "echo called >> '" + folder + "/mvn.log'",
        "rm -rf jackpot/target/lib",
        "mkdir -p jackpot/target/lib",
        "touch jackpot/target/lib/a.jar jackpot/target/lib/b.jar",
        "echo \"$(bin/fingerprint) $TORNADOVM_HOME\" > jackpot/target/lib/build.stamp");
    environment.put("JAVA_HOME", folder.resolve("jdk").toString());
    environment.put("PATH", folder.resolve("tools") + ":" + System.getenv("PATH"));
  }

  private void fakeJdk(String name, String version) throws IOException {
    Path jdk = folder.resolve(name);
    script(jdk.resolve("bin/java"), "printf '%s\\n' \"" + name + "\" \"$@\"", "exit ${STATUS:-0}");
    script(jdk.resolve("bin/javac"));
    Files.writeString(jdk.resolve("release"), "JAVA_VERSION=\"" + version + "\"\n");
  }

  private static void script(Path file, String... lines) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, "#!/bin/sh\n" + String.join("\n", lines) + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private Result run(Path command, String... arguments) throws Exception {
    List<String> words = new ArrayList<>(List.of(command.toString()));
    words.addAll(List.of(arguments));
    Path output = folder.resolve("output");
    Path errors = folder.resolve("errors");
    ProcessBuilder builder =
        new ProcessBuilder(words)
            .directory(Files.createDirectories(folder.resolve("elsewhere")).toFile())
            .redirectOutput(output.toFile())
            .redirectError(errors.toFile());
    builder.environment().keySet().removeAll(List.of("TORNADOVM_HOME", "JACKPOT_JAVA_OPTS"));
    builder.environment().putAll(environment);
    int status = builder.start().waitFor();
    return new Result(status, Files.readAllLines(output, UTF_8), Files.readAllLines(errors, UTF_8));
  }

  private int builds() throws IOException {
    Path log = folder.resolve("mvn.log");
    return Files.exists(log) ? Files.readAllLines(log).size() : 0;
  }

  private static void touch(Path file, int seconds) throws IOException {
    Files.setLastModifiedTime(file, FileTime.from(Instant.now().plusSeconds(seconds)));
  }

  @Test
  void runsThroughALinkFromAnotherFolder() throws Exception {
    Files.createSymbolicLink(folder.resolve("my link"), launcher);
    Path relative =
        Files.createSymbolicLink(folder.resolve("tools/jackpot"), Path.of("../my link"));
    Result result = run(relative, "explain", "--input", "two words", "");
    assertThat(result.status()).isZero();
    assertThat(result.output())
        .startsWith("jdk")
        .containsSubsequence(
            "--add-modules=jdk.incubator.vector",
            "-cp",
            project + "/jackpot/target/lib/a.jar:" + project + "/jackpot/target/lib/b.jar",
            "io.jackpot.cli.Main")
        .endsWith("explain", "--input", "two words", "");
    assertThat(result.errors()).first().asString().startsWith("building jackpot");
  }

  @Test
  void aRuntimeIsMadeOnceAndStartsWithoutFlags() throws Exception {
    script(
        folder.resolve("jdk/bin/java"),
        "for after; do :; done",
        "[ \"$after\" != none ] || exit 0",
        "echo made >> '" + folder + "/made.log'",
        "for last; do case $before in *MakeRuntime.java) home=$last; break ;; esac; before=$last; done",
        "mkdir -p \"$home/bin\"",
        "echo '#!/bin/sh' > \"$home/bin/java\"",
        "echo 'printf \"%s\\n\" runtime \"$@\"' >> \"$home/bin/java\"",
        "chmod +x \"$home/bin/java\"");
    assertThat(run(launcher, "doctor").output())
        .startsWith("runtime")
        .doesNotContain("--add-modules=jdk.incubator.vector")
        .endsWith("doctor");
    assertThat(run(launcher, "doctor").errors()).isEmpty();
    Files.writeString(source, "class Ops {}");
    assertThat(run(launcher).output()).startsWith("runtime");
    assertThat(builds()).isEqualTo(2);
    assertThat(folder.resolve("made.log")).content().hasLineCount(1);
  }

  @Test
  void aJdkWithoutALinkerRunsAsItIs() throws Exception {
    assertThat(run(launcher).errors()).anyMatch(line -> line.contains("can make no Java runtime"));
    Result again = run(launcher);
    assertThat(again.errors()).isEmpty();
    assertThat(again.output()).startsWith("jdk").contains("--add-modules=jdk.incubator.vector");
  }

  @Test
  void buildsOnceAndAfterAChange() throws Exception {
    run(launcher);
    assertThat(builds()).isEqualTo(1);
    assertThat(run(launcher).errors()).isEmpty();
    assertThat(builds()).isEqualTo(1);
    Files.writeString(source, "class Ops {}");
    touch(source, -1_000_000);
    run(launcher);
    assertThat(builds()).as("an older file with other contents").isEqualTo(2);
    Files.move(source, source.resolveSibling("Other.java"));
    run(launcher);
    assertThat(builds()).as("another name").isEqualTo(3);
  }

  @Test
  void timesDoNotMatter() throws Exception {
    run(launcher);
    touch(source, 1_000_000);
    touch(project.resolve("pom.xml"), -1_000_000);
    assertThat(run(launcher).errors()).isEmpty();
    Path copy = folder.resolve("copy");
    assertThat(
            new ProcessBuilder("cp", "-r", project.toString(), copy.toString()).start().waitFor())
        .isZero();
    assertThat(run(copy.resolve("bin/jackpot")).errors()).isEmpty();
    assertThat(builds()).isEqualTo(1);
  }

  @Test
  void buildsAgainForAnotherTornadoVm() throws Exception {
    run(launcher);
    environment.put("TORNADOVM_HOME", "/sdk");
    run(launcher);
    run(launcher);
    assertThat(builds()).isEqualTo(2);
  }

  @Test
  void anSdkThatCannotRunHereIsRefusedBeforeAnythingIsBuilt() throws Exception {
    Path modules = Files.createDirectories(folder.resolve("an sdk/share/java/tornado"));
    Path jar = Files.createFile(modules.resolve("tornado-api-8.2.0-jdk21.jar"));
    environment.put("TORNADOVM_HOME", folder.resolve("an sdk").toString());
    for (String[] arguments :
        new String[][] {{"train"}, {"eval", "--device", "tornado"}, {"generate", "--model=m"}}) {
      Result result = run(launcher, arguments);
      assertThat(result.status()).isEqualTo(2);
      assertThat(result.output()).isEmpty();
      assertThat(result.errors())
          .singleElement()
          .asString()
          .contains("TornadoVM 8.2.0-jdk21 runs on JDK 21 alone", "ends in -jdk22plus-cuda");
    }
    assertThat(builds()).isZero();
    // What uses no device does without it.
    assertThat(run(launcher, "doctor").status()).isZero();
    assertThat(run(launcher, "train", "--device", "cpu").status()).isZero();
    assertThat(builds()).isEqualTo(1);
    assertThat(project.resolve("jackpot/target/lib/build.stamp"))
        .content()
        .doesNotContain("an sdk");
    Files.move(jar, modules.resolve("tornado-api-8.2.0-jdk22plus.jar"));
    assertThat(run(launcher, "train").status()).isZero();
    assertThat(builds()).isEqualTo(2);
  }

  @Test
  void aFailedBuildIsShownAndNothingRuns() throws Exception {
    script(folder.resolve("tools/mvn"), "echo 'Ops.java: cannot find symbol'", "exit 1");
    Result result = run(launcher);
    assertThat(result.status()).isEqualTo(1);
    assertThat(result.output()).isEmpty();
    assertThat(result.errors()).contains("Ops.java: cannot find symbol");
    assertThat(run(launcher).errors()).as("the lock is free").isEqualTo(result.errors());
  }

  @Test
  void theLockOfABuildThatDiedIsNoObstacle() throws Exception {
    Path lock = project.resolve("jackpot/target/build.lock");
    Files.createDirectories(lock.getParent());
    Files.createSymbolicLink(lock, Path.of("999999999"));
    assertThat(run(launcher).status()).isZero();
    assertThat(builds()).isEqualTo(1);
  }

  /** A process id may be that of another process today: this one, and it did not begin in 1970. */
  @Test
  void withoutFlockTheLockKnowsWhenItsProcessBegan() throws Exception {
    Path tools = folder.resolve("tools");
    for (String name :
        "sh ps ln readlink sed cat cksum cut find sort mkdir rm mv tail grep sleep date dirname touch"
            .split(" ")) {
      Path program =
          List.of(System.getenv("PATH").split(":")).stream()
              .map(folder -> Path.of(folder, name))
              .filter(Files::isExecutable)
              .findFirst()
              .orElseThrow();
      script(tools.resolve(name), "exec " + program + " \"$@\"");
    }
    environment.put("PATH", tools.toString());
    Path lock = project.resolve("jackpot/target/build.lock");
    Files.createDirectories(lock.getParent());
    for (long id : new long[] {999_999_999, ProcessHandle.current().pid()}) {
      Files.createSymbolicLink(lock, Path.of(id + " Thu Jan  1 00:00:00 1970"));
      Files.writeString(source, "class Ops" + id + " {}");
      assertThat(run(launcher).status()).isZero();
      assertThat(lock).doesNotExist();
    }
    assertThat(builds()).isEqualTo(2);
  }

  @Test
  void takesTheJdkOnThePathWhereJavaHomeIsOlder() throws Exception {
    fakeJdk("old", "17.0.15");
    environment.put("JAVA_HOME", folder.resolve("old").toString());
    Files.createSymbolicLink(folder.resolve("tools/java"), Path.of("../jdk/bin/java"));
    assertThat(run(launcher).output()).startsWith("jdk");
  }

  @Test
  void optionsOfTheUserComeLastAndTheStatusIsTheJvms() throws Exception {
    environment.put("JACKPOT_JAVA_OPTS", "-Xmx9g -Dkey=value");
    environment.put("STATUS", "2");
    Result result = run(launcher, "train");
    assertThat(result.status()).isEqualTo(2);
    assertThat(result.output()).containsSubsequence("-Xmx2g", "-Xmx9g", "-Dkey=value", "train");
  }

  @Test
  void whatMayRunOnADeviceGetsItsFlagsUnlessTheCpuIsAskedFor() throws Exception {
    run(launcher);
    Path flags = project.resolve("jackpot/target/lib/tornado.flags");
    Files.writeString(flags, "");
    for (String command : List.of("train", "sft", "score", "generate", "eval")) {
      assertThat(run(launcher, command, "--steps", "1").output()).contains("@" + flags);
    }
    for (List<String> arguments :
        List.of(
            List.of("train", "--device", "cpu"),
            List.of("train", "--device=cpu", "--steps", "1"),
            List.of("verify", "--input", "train"))) {
      assertThat(run(launcher, arguments.toArray(String[]::new)).output())
          .contains("-Xmx2g")
          .doesNotContain("@" + flags);
    }
  }

  @Test
  void modelsOfTheUserMayTakeMoreMemory() throws Exception {
    for (List<String> arguments :
        List.of(
            List.of("train", "--policy", "p"),
            List.of("train", "--resume=r"),
            List.of("score", "--model=m"))) {
      assertThat(run(launcher, arguments.toArray(String[]::new)).output())
          .contains("-XX:MaxRAMPercentage=75")
          .doesNotContain("-Xmx2g");
    }
  }
}
