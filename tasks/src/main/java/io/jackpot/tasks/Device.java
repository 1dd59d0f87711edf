package io.jackpot.tasks;

/**
 * A device that TornadoVM can run tasks on.
 *
 * @param index TornadoVM's own name for it, backend:device
 * @param backend as OpenCL or CUDA
 * @param name the driver's name for it
 * @param type CPU, GPU, FPGA …
 * @param memoryBytes its global memory
 */
record Device(String index, String backend, String name, String type, long memoryBytes) {}
