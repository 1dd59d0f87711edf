package io.jackpot.tasks;

import io.jackpot.devices.Products;
import io.jackpot.tasks.DeviceMemory.Arena;
import io.jackpot.tasks.DeviceMemory.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import uk.ac.manchester.tornado.api.common.TornadoDevice;

/**
 * Every op as kernels on a TornadoVM device. A call only records launches; they run, as compiled
 * task graphs, when a result is needed on the heap. Tensors stay on the device.
 */
public final class TornadoOps
    implements DeviceMatmul,
        DeviceRows,
        DeviceAttention,
        DeviceHead,
        DeviceElementwise,
        DeviceOptimizer {
  private static final double GIBIBYTE = 1 << 30;

  private final TornadoDevice device;
  private final Recorder recorder;
  private final Products products;
  private final MatrixProduct product;
  private final HeadChunks pieces;

  /**
   * @param products kind and precision of matrix products
   * @param reserved floats for each role, see {@link DeviceMemory#reserve}; empty for as needed
   */
  TornadoOps(TornadoDevice device, Products products, Map<Role, Long> reserved) {
    this(device, products, reserved, DeviceHead.BUDGET);
  }

  /**
   * @param headBudget logits that the LM head keeps at a time, see {@link DeviceHead}
   */
  TornadoOps(TornadoDevice device, Products products, Map<Role, Long> reserved, int headBudget) {
    this.device = device;
    this.products = products;
    long largest = device.getPhysicalDevice().getDeviceMaxAllocationSize() / Float.BYTES - 64;
    this.recorder = new Recorder(device, reserved, largest);
    this.product = MatrixProduct.of(products, recorder);
    this.pieces = new HeadChunks(recorder, product, headBudget);
  }

  @Override
  public String describe() {
    return String.format(
        Locale.ROOT,
        "TornadoOps: Java kernels on %s (%s), %s, %.1f of %.1f GiB reserved",
        device.getPhysicalDevice().getDeviceName().strip(),
        device.getTornadoVMBackend(),
        products,
        recorder.floats() * Float.BYTES / GIBIBYTE,
        device.getMaxGlobalMemory() / GIBIBYTE);
  }

  @Override
  public String arithmetic() {
    return "TornadoOps, %s (%s), %s"
        .formatted(
            device.getPhysicalDevice().getDeviceName().strip(),
            device.getTornadoVMBackend(),
            products);
  }

  @Override
  public Recorder recorder() {
    return recorder;
  }

  @Override
  public MatrixProduct product() {
    return product;
  }

  @Override
  public HeadChunks pieces() {
    return pieces;
  }

  @Override
  public void blockEnd() {
    recorder.blockEnd();
  }

  /** Waits until the device has done all that was asked of it. */
  public void finish() {
    recorder.flush();
  }

  /** The device's memory for people: in use and reserved, a line a role. */
  public List<String> memory() {
    List<String> lines = new ArrayList<>();
    for (Role role : Role.values()) {
      List<Arena> arenas = recorder.arenas().stream().filter(a -> a.role == role).toList();
      lines.add(
          String.format(
              Locale.ROOT,
              "%s: %.3f of %.3f GiB",
              role.name().toLowerCase(Locale.ROOT).replace('_', ' '),
              arenas.stream().mapToLong(Arena::used).sum() * Float.BYTES / GIBIBYTE,
              arenas.stream().mapToLong(a -> a.floats.length).sum() * Float.BYTES / GIBIBYTE));
    }
    return lines;
  }

  @Override
  public void close() {
    recorder.close();
  }
}
