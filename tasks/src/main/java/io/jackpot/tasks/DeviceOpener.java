package io.jackpot.tasks;

import io.jackpot.devices.Compute;
import io.jackpot.devices.MemoryPlan;
import io.jackpot.devices.Products;
import io.jackpot.input.InputException;

/** Opens a device in this JVM; the one class behind it is compiled where an SDK is. */
interface DeviceOpener {

  /**
   * @param device one of those that {@link DeviceProbe} lists
   * @param plan memory to reserve
   * @param products how it is to multiply matrices
   * @throws InputException if it has no such products
   */
  Compute open(Device device, MemoryPlan plan, Products products);
}
