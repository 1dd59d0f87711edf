package io.jackpot.tasks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DeviceProbeTest {
  private static final Duration LONG = Duration.ofSeconds(60);

  private final Path folder;

  DeviceProbeTest(@TempDir Path folder) {
    this.folder = folder;
  }

  private DeviceProbe probe(String main, Duration limit) {
    return new DeviceProbe(List.of("-Xmx64m"), Probes.class.getName() + "$" + main, folder, limit);
  }

  @Test
  void theLastLineIsTheDevices() throws Exception {
    assertThat(probe("TwoDevices", LONG).devices())
        .containsExactly(
            new Device("0:0", "CUDA", "H100", "GPU", 80L << 30),
            new Device("1:0", "OpenCL", "cpu", "CPU", 1));
  }

  @ParameterizedTest
  @CsvSource({
    "NoLibrary, java.lang.UnsatisfiedLinkError: no libcuda.so",
    "Silent, status 3",
    "Garbage, no devices today",
    "Missing, ClassNotFoundException: io.jackpot.tasks.Probes$Missing",
  })
  void whyThereIsNoListIsOneLine(String main, String reason) {
    assertThatThrownBy(() -> probe(main, LONG).devices())
        .isInstanceOf(DeviceProbe.FailedException.class)
        .hasMessageEndingWith(reason)
        .message()
        .hasLineCount(1);
  }

  @Test
  void aDriverThatNeverAnswersIsGivenUp() {
    assertThatThrownBy(() -> probe("Hanging", Duration.ofSeconds(1)).devices())
        .isInstanceOf(DeviceProbe.FailedException.class)
        .hasMessage("no answer from the driver in 1 s");
  }
}
