package io.jackpot.tasks;

import io.jackpot.tasks.DeviceMemory.Region;
import io.jackpot.tasks.DeviceMemory.Role;
import io.jackpot.tensor.Ops;
import io.jackpot.tensor.Tensor;

/** The base of the families of ops on the device: a recorder of launches, and tensors' regions. */
interface DeviceOps extends Ops {
  Recorder recorder();

  default Region weight(Tensor x) {
    return recorder().region(x, Role.WEIGHT);
  }

  default Region gradient(Tensor x) {
    return recorder().region(x, Role.GRADIENT);
  }

  default Region activation(Tensor x) {
    return recorder().region(x, Role.ACTIVATION);
  }
}
