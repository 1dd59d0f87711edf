package io.jackpot.devices;

import io.jackpot.input.InputException;
import java.util.Optional;

/** The devices beside the CPU, provided as a service ({@link java.util.ServiceLoader}). */
public interface DeviceProvider {

  /** One line for people: the devices and their memory, or why there are none and what to do. */
  String describe();

  /** The reason why {@code --device auto} stays on the CPU; empty where a GPU is ready. */
  Optional<String> whyNoGpu();

  /**
   * The bytes that a plan may have on the best device with these products.
   *
   * @throws InputException if there is no device; says what to do
   */
  long planBytes(Products products);

  /**
   * Opens the best device with its ops and its objective.
   *
   * @param plan the memory that will be needed
   * @param products how it is to multiply matrices
   * @throws InputException if there is no device, or it has too little memory or no such products;
   *     says what to do
   */
  Compute open(MemoryPlan plan, Products products);
}
