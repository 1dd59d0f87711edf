package io.jackpot.train;

import io.jackpot.config.TrainSettings.Device;
import io.jackpot.tensor.InputException;
import io.jackpot.tensor.Ops;
import io.jackpot.tensor.OpsLookup;

/** Where the ops of a run are computed. */
public final class Devices {
  private Devices() {}

  /**
   * @param threads of a CPU; 0 for one a processor
   * @throws InputException if there is no such device
   */
  public static Ops open(Device device, int threads) {
    return switch (device) {
      case AUTO, CPU -> OpsLookup.open(threads);
      case TORNADO ->
          throw new InputException(
              "device: tornado, but this build computes on the CPU alone; use --device cpu");
    };
  }
}
