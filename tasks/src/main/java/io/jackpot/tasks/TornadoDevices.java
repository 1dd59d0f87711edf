package io.jackpot.tasks;

import io.jackpot.cli.DeviceReport;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What {@code doctor} says of TornadoVM: its devices, or what is missing and how to get it. */
public final class TornadoDevices implements DeviceReport {
  /** Compiled where an SDK is, hence its name only. */
  private static final String PROBE = "io.jackpot.tasks.ListDevices";

  private static final Duration LIMIT = Duration.ofSeconds(60);

  @Override
  public String describe() {
    return describe(System.getenv(TornadoSdk.VARIABLE));
  }

  static String describe(@Nullable String home) {
    if (home == null || home.isEmpty()) {
      return "none: "
          + TornadoSdk.VARIABLE
          + " is not set; to use a GPU, install the TornadoVM SDK for JDK 25 (sdk install"
          + " tornadovm, or https://www.tornadovm.org/downloads), set it to the SDK's folder and"
          + " build again";
    }
    TornadoSdk sdk = new TornadoSdk(Path.of(home).toAbsolutePath());
    if (!sdk.isThere()) {
      return "none: %s=%s is no TornadoVM SDK, expected share/java/tornado and tornado-argfile in it"
          .formatted(TornadoSdk.VARIABLE, home);
    }
    if (!isCompiled()) {
      return "none: this build has no device code, as there was no TornadoVM SDK; build again with "
          + TornadoSdk.VARIABLE
          + " set (mvn -DskipTests package)";
    }
    try {
      return describe(new DeviceProbe(sdk.jvmFlags(), PROBE, sdk.home(), LIMIT).devices(), home);
    } catch (DeviceProbe.FailedException e) {
      return "none: the TornadoVM SDK in %s does not start: %s; its own tool is %s/bin/tornado --devices"
          .formatted(home, e.getMessage(), home);
    } catch (IOException e) {
      return "none: " + e;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "unknown: interrupted";
    }
  }

  private static boolean isCompiled() {
    try {
      Class.forName(PROBE, false, TornadoDevices.class.getClassLoader());
      return true;
    } catch (ClassNotFoundException e) {
      return false;
    }
  }

  static String describe(List<Device> devices, String home) {
    if (devices.isEmpty()) {
      return "none: the TornadoVM SDK in " + home + " finds no device; is its driver installed?";
    }
    return devices.stream()
        .map(device ->
            String.format(
                Locale.ROOT,
                "%s %s (%s, %s, %.1f GiB)",
                device.index(),
                device.name(),
                device.backend(),
                device.type(),
                device.memoryBytes() / 0x1p30))
        .collect(Collectors.joining("; "));
  }
}
