package io.jackpot.tasks;

import io.jackpot.config.Products;
import io.jackpot.tensor.InputException;
import io.jackpot.train.Compute;
import io.jackpot.train.MemoryPlan;

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
