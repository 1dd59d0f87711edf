package io.jackpot.tasks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.jackpot.cli.DeviceReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TornadoDevicesTest {
  private final Path folder;

  TornadoDevicesTest(@TempDir Path folder) {
    this.folder = folder;
  }

  private TornadoSdk sdk(String argumentFile, String content) throws IOException {
    Path home = folder.resolve("an sdk");
    Files.createDirectories(home.resolve("share/java/tornado"));
    Files.writeString(home.resolve(argumentFile), content);
    return new TornadoSdk(home);
  }

  @Test
  void isFoundAsAService() {
    assertThat(ServiceLoader.load(DeviceReport.class))
        .singleElement()
        .isInstanceOf(TornadoDevices.class);
  }

  @Test
  void withoutAnSdkSaysHowToGetOne() {
    assertThat(TornadoDevices.describe((String) null))
        .startsWith("none: TORNADOVM_HOME is not set")
        .contains("tornadovm.org")
        .hasLineCount(1);
    assertThat(TornadoDevices.describe(folder.toString()))
        .isEqualTo(
            "none: TORNADOVM_HOME=%s is no TornadoVM SDK, expected share/java/tornado and"
                + " tornado-argfile in it",
            folder);
  }

  @Test
  void anSdkThatDoesNotStartIsOneLine() throws IOException {
    TornadoSdk sdk = sdk("tornado-argfile.template", "--no-such-flag");
    assertThat(TornadoDevices.describe(sdk.home().toString())).startsWith("none: ").hasLineCount(1);
  }

  @Test
  void devicesAreOneLine() {
    List<Device> devices =
        List.of(
            new Device("0:0", "CUDA", "NVIDIA H100", "GPU", 80L << 30),
            new Device("1:0", "OpenCL", "pthread", "CPU", 3L << 29));
    assertThat(TornadoDevices.describe(devices, "sdk"))
        .isEqualTo("0:0 NVIDIA H100 (CUDA, GPU, 80.0 GiB); 1:0 pthread (OpenCL, CPU, 1.5 GiB)");
    assertThat(TornadoDevices.describe(List.of(), "sdk")).startsWith("none: ").contains("sdk");
  }

  @Test
  void flagsComeFromTheSdksTemplate() throws IOException {
    TornadoSdk sdk =
        sdk(
            "tornado-argfile.template",
            """
            # === a comment ===
            -server

            --module-path .:${TORNADOVM_HOME}/share/java/tornado
            """);
    assertThat(sdk.isThere()).isTrue();
    assertThat(sdk.jvmFlags())
        .startsWith("-server", "--module-path", ".:" + sdk.home() + "/share/java/tornado")
        .endsWith("-Dtornado.recover.bailout=False", "-Dtornado.tvm.maxbytecodesize=1048576");
  }

  @Test
  void orFromItsArgumentFileAsItIs() throws IOException {
    TornadoSdk sdk = sdk("tornado-argfile", "-server");
    assertThat(sdk.isThere()).isTrue();
    assertThat(sdk.jvmFlags()).startsWith("@" + sdk.home() + "/tornado-argfile");
  }

  @Test
  void theDevicesOfTheInstalledSdkAreListed() {
    String home = System.getenv("TORNADOVM_HOME");
    assumeThat(home).as("TORNADOVM_HOME").isNotBlank();
    assertThat(TornadoDevices.describe(home)).matches("0:0 .+ \\(.+, .+, [0-9.]+ GiB\\).*");
  }
}
