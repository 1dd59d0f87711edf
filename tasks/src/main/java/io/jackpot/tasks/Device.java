package io.jackpot.tasks;

import io.jackpot.devices.Products;

/**
 * A device that TornadoVM can run tasks on.
 *
 * @param index TornadoVM's name of it, backend:device
 * @param backend OpenCL or CUDA
 * @param name the driver's name of it
 * @param type CPU, GPU, FPGA …
 * @param memoryBytes its global memory
 */
record Device(String index, String backend, String name, String type, long memoryBytes) {

  /** Whether its backend offers such products; the card may still lack them. */
  boolean has(Products products) {
    return products.equals(Products.PLAIN) || backend.contains("CUDA");
  }
}
