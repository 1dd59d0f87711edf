package io.jackpot.cli;

/**
 * What device code there is says of its devices, for {@code doctor}. Modules with such code provide
 * it as a service ({@link java.util.ServiceLoader}).
 */
public interface DeviceReport {

  /** One line: the devices and what runs on them, or why there are none and what to do. */
  String describe();
}
