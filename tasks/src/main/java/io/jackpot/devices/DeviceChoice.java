package io.jackpot.devices;

/** Where the ops run, as {@code --device} says it. */
public enum DeviceChoice {
  /** A GPU where there is one, else the CPU. */
  AUTO,
  CPU,
  /** The best device that TornadoVM finds. */
  TORNADO
}
