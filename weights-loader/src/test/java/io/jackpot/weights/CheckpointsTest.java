package io.jackpot.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jackpot.input.InputException;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointsTest {
  @TempDir Path temporary;
  private Path folder = Path.of("");
  private Checkpoints checkpoints = new Checkpoints(folder);
  private final List<String> problems = new ArrayList<>();

  @BeforeEach
  void open() {
    folder = temporary.resolve("run/checkpoints");
    checkpoints = new Checkpoints(folder);
  }

  @Test
  void savesAndKeeps() throws IOException {
    assertThat(checkpoints.latest()).isEmpty();
    for (int step : new int[] {3, 20, 1_000_000, 7}) {
      checkpoints.save(step, content(step));
    }
    assertThat(names())
        .containsExactly("step-000003", "step-000007", "step-000020", "step-1000000");
    assertThat(checkpoints.latest()).contains(folder.resolve("step-1000000"));
    checkpoints.keep(2);
    assertThat(names()).containsExactly("step-000020", "step-1000000");
    assertThat(Checkpoints.step(folder.resolve("step-000020"))).isEqualTo(20);
    assertThat(folder.resolve("step-000020/manifest.json")).content().contains("inner/b.bin");
  }

  @Test
  void savingAgainReplaces() throws IOException {
    checkpoints.save(1, content(1));
    checkpoints.save(1, at -> Files.writeString(at.resolve("other"), "new"));
    assertThat(names()).containsExactly("step-000001");
    assertThat(folder.resolve("step-000001/other")).hasContent("new");
    assertThat(folder.resolve("step-000001/a.bin")).doesNotExist();
  }

  @Test
  void aFailedSaveChangesNothing() throws IOException {
    checkpoints.save(1, content(1));
    for (int step : new int[] {1, 2}) {
      assertThatThrownBy(() ->
              checkpoints.save(
                  step,
                  at -> {
                    Files.writeString(at.resolve("a.bin"), "half");
                    throw new IOException("No space left on device");
                  }))
          .isInstanceOf(InputException.class)
          .hasMessageContaining("step-00000" + step + ": cannot write: No space left on device");
      assertThat(names()).containsExactly("step-000001");
      assertWhole();
    }
    assertThatThrownBy(() ->
            checkpoints.save(
                2,
                at -> {
                  throw new IllegalStateException("bug");
                }))
        .isInstanceOf(IllegalStateException.class);
    assertThat(names()).containsExactly("step-000001");
  }

  @Test
  void anyDamageIsSeenAndTheOneBeforeTaken() throws IOException {
    Random random = new Random(5);
    for (String name : new String[] {"a.bin", "inner/b.bin", "manifest.json"}) {
      for (int kind = 0; kind < 4; kind++) {
        checkpoints.save(1, content(1));
        checkpoints.save(2, content(2));
        Path file = folder.resolve("step-000002").resolve(name);
        byte[] bytes = Files.readAllBytes(file);
        switch (kind) {
          case 0 -> Files.delete(file);
          case 1 -> Files.write(file, Arrays.copyOf(bytes, bytes.length / 2));
          case 2 -> Files.write(file, new byte[0]);
          default -> {
            bytes[random.nextInt(bytes.length)] ^= (byte) 0x80; // never UTF-8 in the manifest
            Files.write(file, bytes);
          }
        }
        problems.clear();
        assertThat(checkpoints.latest(problems::add)).contains(folder.resolve("step-000001"));
        assertThat(problems).hasSize(1);
        assertThat(problems.getFirst())
            .startsWith(folder.resolve("step-000002") + ": damaged checkpoint: ")
            .contains(name)
            .doesNotContain("\n");
      }
    }
    Files.delete(folder.resolve("step-000001/a.bin"));
    assertThat(checkpoints.latest(problems::add)).isEmpty();
  }

  @Test
  void aManifestCannotLeadOut() throws IOException {
    checkpoints.save(1, content(1));
    Path manifest = folder.resolve("step-000001/manifest.json");
    Files.writeString(manifest, Files.readString(manifest).replace("a.bin", "../../../x"));
    Files.write(temporary.resolve("x"), Files.readAllBytes(folder.resolve("step-000001/a.bin")));
    assertThat(checkpoints.latest(problems::add)).isEmpty();
    assertThat(problems.getFirst()).contains("no file ../../../x");
  }

  @Test
  void stoppedBetweenTheTwoRenamesOfAReplacement() throws IOException {
    checkpoints.save(4, content(4));
    Path aside = folder.resolve(".step-000004.replaced");
    Files.move(folder.resolve("step-000004"), aside);
    Files.createDirectories(folder.resolve(".step-000004.unfinished.tmp/inner"));
    assertThat(checkpoints.latest()).contains(aside);
    assertThat(Checkpoints.step(aside)).isEqualTo(4);
    checkpoints.save(5, content(5));
    assertThat(names()).containsExactly(".step-000004.replaced", "step-000005");
    checkpoints.save(4, content(4));
    assertThat(names()).containsExactly("step-000004", "step-000005");
  }

  /** Kills a process that only saves checkpoints, at random moments. */
  @Test
  void aKilledProcessLeavesAWholeCheckpoint() throws Exception {
    Random random = new Random();
    for (int kill = 0; kill < 8; kill++) {
      Process process =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-XX:TieredStopAtLevel=1",
                  "-cp",
                  System.getProperty("java.class.path"),
                  CheckpointsTest.class.getName(),
                  folder.toString())
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      try (BufferedReader out = process.inputReader()) {
        assertThat(out.readLine()).isEqualTo("saving");
        Thread.sleep(random.nextInt(80));
      } finally {
        process.destroyForcibly().waitFor();
      }
      assertWhole();
      assertThat(problems).isEmpty();
    }
    checkpoints.save(999_999, content(999_999));
    assertThat(names()).noneMatch(name -> name.endsWith(".tmp"));
  }

  /** The process that is killed: saves every step twice, keeping two. */
  public static void main(String[] arguments) throws IOException {
    Checkpoints checkpoints = new Checkpoints(Path.of(arguments[0]));
    int step = checkpoints.latest().map(Checkpoints::step).orElse(0);
    while (true) {
      checkpoints.save(step, content(step));
      if (step % 5 == 1) {
        System.out.println("saving");
      }
      checkpoints.save(step, content(step));
      checkpoints.keep(2);
      step++;
    }
  }

  private void assertWhole() throws IOException {
    Path latest = checkpoints.latest(problems::add).orElseThrow();
    byte[] expected = bytes(Checkpoints.step(latest));
    assertThat(Files.readAllBytes(latest.resolve("a.bin"))).isEqualTo(expected);
    assertThat(Files.readAllBytes(latest.resolve("inner/b.bin"))).isEqualTo(expected);
  }

  private static Checkpoints.ContentWriter content(int step) {
    return at -> {
      Files.write(at.resolve("a.bin"), bytes(step));
      Files.write(Files.createDirectory(at.resolve("inner")).resolve("b.bin"), bytes(step));
    };
  }

  private static byte[] bytes(int step) {
    return (step + " ").repeat(20_000).getBytes(StandardCharsets.UTF_8);
  }

  private List<String> names() {
    String[] names = Objects.requireNonNull(folder.toFile().list());
    return Arrays.stream(names).sorted().toList();
  }
}
