package io.jackpot.tasks;

import io.jackpot.train.Compute;
import io.jackpot.train.MemoryPlan;

/** Opens a device in this JVM; the one class behind it is compiled where an SDK is. */
interface DeviceOpener {

  /**
   * @param device one of those that {@link DeviceProbe} lists
   * @param plan memory to reserve
   */
  Compute open(Device device, MemoryPlan plan);
}
