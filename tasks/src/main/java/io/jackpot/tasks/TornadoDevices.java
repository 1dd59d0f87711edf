package io.jackpot.tasks;

import io.jackpot.devices.Compute;
import io.jackpot.devices.DeviceProvider;
import io.jackpot.devices.MemoryPlan;
import io.jackpot.devices.Products;
import io.jackpot.devices.Products.Gemm;
import io.jackpot.devices.Products.Precision;
import io.jackpot.input.InputException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** TornadoVM's devices, or what is missing and how to get it. */
public final class TornadoDevices implements DeviceProvider {
  /** Memory of ops beside a plan's, in floats. */
  static final long SCRATCH_FLOATS = 3L << 25;

  /** Memory of our bfloat16 products beside that, in floats. */
  public static final int RESULT_FLOATS = 1 << 23;

  /** Compiled only where an SDK is, so known by name. */
  private static final String PROBE = "io.jackpot.tasks.ListDevices";

  private static final String OPENER = "io.jackpot.tasks.OpenTornado";

  private static final String MODULE = "tornado.runtime";
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final double GIBIBYTE = 1 << 30;

  /** The devices, or why there are none. */
  record Found(List<Device> devices, @Nullable String refusal) {
    static Found none(String refusal) {
      return new Found(List.of(), refusal);
    }

    Optional<Device> gpu() {
      return devices.stream().filter(device -> device.type().contains("GPU")).findFirst();
    }

    /** The one to use: a GPU that has the products, else any GPU, else the first device. */
    Device best(Products products) {
      return devices.stream()
          .filter(device -> device.type().contains("GPU") && device.has(products))
          .findFirst()
          .or(this::gpu)
          .orElseGet(devices::getFirst);
    }

    String describe() {
      return refusal != null
          ? "none: " + refusal
          : devices.stream().map(TornadoDevices::describe).collect(Collectors.joining("; "));
    }
  }

  /** Opens a device in this JVM; the one class behind it is compiled where an SDK is. */
  interface Opener {

    /**
     * @param device one of those that {@link DeviceProbe} lists
     * @param plan memory to reserve
     * @param products kind and precision of matrix products
     * @throws InputException if it has no such products
     */
    Compute open(Device device, MemoryPlan plan, Products products);
  }

  private @Nullable Found found;

  @Override
  public String describe() {
    return found().describe();
  }

  @Override
  public Optional<String> whyNoGpu() {
    Found all = found();
    if (all.refusal != null) {
      return Optional.of(all.refusal);
    }
    return all.gpu().isEmpty() ? Optional.of("TornadoVM finds " + all.describe()) : flagsMissing();
  }

  @Override
  public long planBytes(Products products) {
    long bytes = Math.min(ready(products).memoryBytes(), Runtime.getRuntime().maxMemory());
    return (bytes - (besideFloats(products) + (1 << 20)) * Float.BYTES) / 17 * 16;
  }

  @Override
  public Compute open(MemoryPlan plan, Products products) {
    Device device = ready(products);
    check(plan, products, device, Runtime.getRuntime().maxMemory());
    try {
      return ((Opener) Class.forName(OPENER).getDeclaredConstructor().newInstance())
          .open(device, plan, products);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  private Device ready(Products products) {
    Found all = found();
    Optional<String> refusal = Optional.ofNullable(all.refusal).or(TornadoDevices::flagsMissing);
    if (refusal.isPresent()) {
      throw new InputException("device: tornado, but " + refusal.get() + "; or use --device cpu");
    }
    return all.best(products);
  }

  /** {@code floats} with a margin for gaps between tensors and for tensors that grow. */
  static long withMargin(long floats) {
    return floats + floats / 16 + (1 << 20);
  }

  private static long besideFloats(Products products) {
    boolean results = products.equals(new Products(Gemm.JAVA, Precision.BF16));
    return SCRATCH_FLOATS + (results ? RESULT_FLOATS : 0);
  }

  /** TornadoVM keeps a Java array for each buffer of a device, so the heap has to be as large. */
  static void check(MemoryPlan plan, Products products, Device device, long heapBytes) {
    long bytes = withMargin(plan.bytes()) + besideFloats(products) * Float.BYTES;
    String needed =
        String.format(Locale.ROOT, "device: the run needs %.1f GiB, but ", bytes / GIBIBYTE);
    if (bytes > device.memoryBytes()) {
      throw new InputException(
          needed
              + String.format(
                  Locale.ROOT,
                  "%s has %.1f GiB; try %s",
                  device.name(),
                  device.memoryBytes() / GIBIBYTE,
                  plan.advice()));
    }
    if (bytes > heapBytes) {
      throw new InputException(
          needed
              + String.format(
                  Locale.ROOT,
                  "the heap, which TornadoVM needs as large as the device's memory in use, has"
                      + " %.1f GiB; set JACKPOT_JAVA_OPTS=-Xmx%.0fg, or try %s",
                  heapBytes / GIBIBYTE,
                  Math.ceil(1.2 * bytes / GIBIBYTE),
                  plan.advice()));
    }
  }

  private synchronized Found found() {
    Found known = found;
    if (known == null) {
      known = find(System.getenv(TornadoSdk.VARIABLE));
      found = known;
    }
    return known;
  }

  static Found find(@Nullable String home) {
    if (home == null || home.isEmpty()) {
      return Found.none(
          TornadoSdk.VARIABLE
              + " is not set; to use a GPU, install a TornadoVM SDK for JDK 25, "
              + TornadoSdk.RIGHT_ONE
              + ", set it to the SDK's folder and build again");
    }
    TornadoSdk sdk = new TornadoSdk(Path.of(home).toAbsolutePath());
    try {
      Optional<String> refusal = sdk.refusal();
      if (refusal.isPresent()) {
        return Found.none(refusal.get());
      }
    } catch (IOException e) {
      return Found.none(e.toString());
    }
    if (!sdk.isThere()) {
      return Found.none(
          "%s=%s is no TornadoVM SDK, expected share/java/tornado and tornado-argfile in it"
              .formatted(TornadoSdk.VARIABLE, home));
    }
    if (!isCompiled()) {
      return Found.none(
          "this build has no device code, as there was no TornadoVM SDK; build again with "
              + TornadoSdk.VARIABLE
              + " set (mvn -DskipTests package)");
    }
    try {
      List<Device> devices = new DeviceProbe(sdk.jvmFlags(), PROBE, sdk.home(), LIMIT).devices();
      return devices.isEmpty()
          ? Found.none(
              "the TornadoVM SDK in " + home + " finds no device; is its driver installed?")
          : new Found(devices, null);
    } catch (DeviceProbe.FailedException e) {
      return Found.none(
          "the TornadoVM SDK in %s does not start: %s; its own tool is %s/bin/tornado --devices"
              .formatted(home, e.getMessage(), home));
    } catch (IOException e) {
      return Found.none(e.toString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Found.none("interrupted");
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

  private static Optional<String> flagsMissing() {
    return ModuleLayer.boot().findModule(MODULE).isPresent()
        ? Optional.empty()
        : Optional.of("this JVM was started without TornadoVM's flags; start it by bin/jackpot");
  }

  private static String describe(Device device) {
    return String.format(
        Locale.ROOT,
        "%s %s (%s, %s, %.1f GiB)",
        device.index(),
        device.name(),
        device.backend(),
        device.type(),
        device.memoryBytes() / GIBIBYTE);
  }
}
