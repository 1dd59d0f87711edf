package io.jackpot.devices;

import io.jackpot.input.InputException;
import java.util.Optional;

/**
 * Device code that this build has, if any. Modules with such code provide it as a service ({@link
 * java.util.ServiceLoader}).
 */
public interface DeviceProvider {

  /** One line for people: the devices and their memory, or why there are none and what to do. */
  String describe();

  /** Why a run that leaves the choice to us has to stay on the CPU; empty where a GPU is ready. */
  Optional<String> whyNoGpu();

  /**
   * Opens the best device: its ops, and the losses computed on it.
   *
   * @param plan memory that is going to be needed
   * @param products how it is to multiply matrices
   * @throws InputException if there is no device, or it has too little memory or no such products;
   *     says what to do
   */
  Compute open(MemoryPlan plan, Products products);
}
