package io.jackpot.config;

import io.jackpot.devices.Compute;
import io.jackpot.devices.DeviceChoice;
import io.jackpot.devices.Devices;
import io.jackpot.devices.MemoryPlan;
import io.jackpot.devices.Products;
import io.jackpot.devices.Products.Gemm;
import io.jackpot.devices.Products.Precision;
import io.jackpot.input.InputException;
import io.jackpot.input.Names;
import java.util.function.Supplier;

/** The settings of the device that a command computes on. */
public record DeviceSettings(
    @Setting(
            group = Group.DEVICE,
            common = true,
            value = "0",
            min = 0,
            max = 1024,
            changeable = true,
            help = "threads (0: one per processor)")
        int threads,
    @Setting(
            common = true,
            value = "auto",
            changeable = true,
            help = "where to compute: auto, cpu or tornado")
        DeviceChoice device,
    @Setting(
            value = "java",
            changeable = true,
            help = "matrix products on a device: java (built in) or vendor (cuBLAS)")
        Gemm gemm,
    @Setting(value = "f32", help = "precision of their factors: f32, bf16 or (vendor only) tf32")
        Precision matmulPrecision) {

  /**
   * @throws InputException if no device multiplies matrices that way
   */
  public DeviceSettings {
    Products.of(device, gemm, matmulPrecision);
  }

  /**
   * Opens the device.
   *
   * @param plan the memory that a device needs
   * @throws InputException if there is no such device, or it has no such products
   */
  public Compute open(Supplier<MemoryPlan> plan) {
    return Devices.open(device, new Products(gemm, matmulPrecision), threads, plan);
  }

  /**
   * The memory where models are computed.
   *
   * @throws InputException if there is no such device, or it has no such products
   */
  public MemoryPlan.Room room() {
    return Devices.room(device, new Products(gemm, matmulPrecision));
  }

  /**
   * The memory where a model that samples with the number types {@code dtypes} is computed.
   *
   * @throws InputException if there is no such device, it has no such products, or not these types
   */
  public MemoryPlan.Room room(DtypeSettings dtypes) {
    MemoryPlan.Room room = room();
    if (dtypes.rounded() && room.onDevice()) {
      throw new InputException(
          "--actor-dtype %s, --kv-dtype %s: on a device only f32; use --device cpu, or f32 for both"
              .formatted(Names.of(dtypes.actorDtype()), Names.of(dtypes.kvDtype())));
    }
    return room;
  }
}
