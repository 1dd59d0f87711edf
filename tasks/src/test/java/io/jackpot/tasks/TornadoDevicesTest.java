package io.jackpot.tasks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.jackpot.devices.DeviceProvider;
import io.jackpot.devices.MemoryPlan;
import io.jackpot.devices.Products;
import io.jackpot.devices.Products.Gemm;
import io.jackpot.devices.Products.Precision;
import io.jackpot.input.InputException;
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
    assertThat(ServiceLoader.load(DeviceProvider.class))
        .singleElement()
        .isInstanceOf(TornadoDevices.class);
  }

  @Test
  void withoutAnSdkSaysHowToGetOne() {
    assertThat(TornadoDevices.find(null).describe())
        .startsWith("none: TORNADOVM_HOME is not set")
        .contains("tornadovm.org")
        .hasLineCount(1);
    assertThat(TornadoDevices.find(folder.toString()).describe())
        .isEqualTo(
            "none: TORNADOVM_HOME=%s is no TornadoVM SDK, expected share/java/tornado and"
                + " tornado-argfile in it",
            folder);
  }

  /** As {@code sdk install tornadovm} brings it without a version. */
  @Test
  void anSdkOfAnotherFamilyIsRefusedWithTheRightOne() throws IOException {
    TornadoSdk sdk = sdk("tornado-argfile", "");
    for (String version : List.of("8.2.0-jdk21", "5.2.0-jdk21", "8.2.0-jdk21-opencl")) {
      Path jar = Files.createFile(sdk.jars().resolve("tornado-api-" + version + ".jar"));
      assertThat(TornadoDevices.find(sdk.home().toString()).describe())
          .isEqualTo(
              "none: TORNADOVM_HOME=%s: TornadoVM %s runs on JDK 21 alone; install one whose name"
                  + " ends in -jdk22plus-cuda or -jdk22plus-opencl (sdk list tornadovm, or"
                  + " https://www.tornadovm.org/downloads)",
              sdk.home(), version);
      Files.delete(jar);
    }
    Files.createDirectories(sdk.home().resolve("etc"));
    Path release = sdk.home().resolve("etc/tornado.release");
    Files.writeString(release, "version=8.2.0-jdk21\nbranch=x\n");
    assertThat(sdk.refusal()).isPresent();
    for (String version : List.of("8.2.0-jdk22plus", "5.2.0-jdk25", "8.2.0-jdk22plus-cuda", "9")) {
      Files.writeString(release, "version=" + version + "\n");
      assertThat(sdk.refusal()).as(version).isEmpty();
    }
  }

  @Test
  void anSdkThatDoesNotStartIsOneLine() throws IOException {
    TornadoSdk sdk = sdk("tornado-argfile.template", "--no-such-flag");
    assertThat(TornadoDevices.find(sdk.home().toString()).describe())
        .startsWith("none: ")
        .hasLineCount(1);
  }

  @Test
  void devicesAreOneLine() {
    List<Device> devices =
        List.of(
            new Device("0:0", "CUDA", "NVIDIA H100", "GPU", 80L << 30),
            new Device("1:0", "OpenCL", "pthread", "CPU", 3L << 29));
    assertThat(new TornadoDevices.Found(devices, null).describe())
        .isEqualTo("0:0 NVIDIA H100 (CUDA, GPU, 80.0 GiB); 1:0 pthread (OpenCL, CPU, 1.5 GiB)");
    assertThat(new TornadoDevices.Found(devices, null).gpu()).contains(devices.getFirst());
  }

  @Test
  void theDeviceIsAGpuThatHasTheProducts() {
    Device cpu = new Device("0:0", "OpenCL", "pthread", "CPU", 3L << 29);
    Device openCl = new Device("0:1", "OpenCL", "NVIDIA H100", "GPU", 80L << 30);
    Device cuda = new Device("1:0", "CUDADriver", "NVIDIA H100", "GPU", 80L << 30);
    TornadoDevices.Found all = new TornadoDevices.Found(List.of(cpu, openCl, cuda), null);
    Products rounded = new Products(Gemm.JAVA, Precision.BF16);
    assertThat(all.best(Products.PLAIN)).isEqualTo(openCl);
    assertThat(all.best(rounded)).isEqualTo(cuda);
    assertThat(new TornadoDevices.Found(List.of(cpu, openCl), null).best(rounded))
        .isEqualTo(openCl);
    assertThat(new TornadoDevices.Found(List.of(cpu), null).best(rounded)).isEqualTo(cpu);
  }

  @Test
  void whatDoesNotFitIsRefusedWithTheNumbersAndTheOption() {
    MemoryPlan plan =
        new MemoryPlan(
            List.of(new MemoryPlan.Part("policy", MemoryPlan.Kind.WEIGHTS, 3L << 30)),
            "--micro-batch-tokens below 4096");
    Device small = new Device("0:0", "CUDA", "Small", "GPU", 8L << 30);
    Device large = new Device("0:0", "CUDA", "Large", "GPU", 80L << 30);
    assertThatThrownBy(() -> TornadoDevices.check(plan, Products.PLAIN, small, 64L << 30))
        .isInstanceOf(InputException.class)
        .hasMessage(
            "device: the run needs 13.1 GiB, but Small has 8.0 GiB; try --micro-batch-tokens below"
                + " 4096");
    assertThatThrownBy(() -> TornadoDevices.check(plan, Products.PLAIN, large, 2L << 30))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("JACKPOT_JAVA_OPTS=-Xmx16g");
    TornadoDevices.check(plan, Products.PLAIN, large, 64L << 30);
    long needed =
        Float.BYTES
            * (TornadoDevices.withMargin(plan.bytes() / Float.BYTES)
                + TornadoDevices.SCRATCH_FLOATS);
    Device exact = new Device("0:0", "CUDA", "Exact", "GPU", needed);
    TornadoDevices.check(plan, Products.PLAIN, exact, 64L << 30);
    Products rounded = new Products(Gemm.JAVA, Precision.BF16);
    assertThatThrownBy(() -> TornadoDevices.check(plan, rounded, exact, 64L << 30))
        .hasMessageContaining("Exact has");
  }

  @Test
  void flagsComeFromTheSdksTemplate() throws IOException {
    TornadoSdk sdk =
        sdk(
            "tornado-argfile.template",
            """
            # === a comment ===
            -server
            -XX:+UseZGC
            --enable-preview

            --module-path .:${TORNADOVM_HOME}/share/java/tornado
            """);
    assertThat(sdk.isThere()).isTrue();
    assertThat(sdk.jvmFlags())
        .startsWith("-server", "--module-path", ".:" + sdk.home() + "/share/java/tornado")
        .contains("-Dtornado.recover.bailout=False", "-Dtornado.tvm.maxbytecodesize=1048576")
        .doesNotContain("-XX:+UseZGC", "--enable-preview");
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
    assertThat(TornadoDevices.find(home).describe()).matches("0:0 .+ \\(.+, .+, [0-9.]+ GiB\\).*");
  }
}
