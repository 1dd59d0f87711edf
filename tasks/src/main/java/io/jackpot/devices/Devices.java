package io.jackpot.devices;

import io.jackpot.input.InputException;
import io.jackpot.tensor.Ops;
import io.jackpot.tensor.OpsLookup;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.function.Supplier;

/** Where the ops of a run are computed. Nothing falls back silently: the choice is logged. */
public final class Devices {
  /** The share of the heap that a plan may take; the collector needs the rest to work in. */
  static final double HEAP_SHARE = 0.93;

  private static final class Found {
    static final DeviceProvider PROVIDER =
        ServiceLoader.load(DeviceProvider.class).findFirst().orElseThrow();
  }

  private Devices() {}

  /** The devices of this machine beside the CPU. */
  public static DeviceProvider provider() {
    return Found.PROVIDER;
  }

  /** Why the CPU computes; empty where a device does. */
  private static Optional<String> refusal(DeviceChoice device) {
    return switch (device) {
      case TORNADO -> Optional.empty();
      case CPU -> Optional.of("--device cpu");
      case AUTO -> provider().whyNoGpu();
    };
  }

  /**
   * The memory for a plan where {@code device} computes.
   *
   * @throws InputException if there is no such device, or it has no such products
   */
  public static MemoryPlan.Room room(DeviceChoice device, Products products) {
    Optional<String> refusal = refusal(device);
    if (refusal.isEmpty()) {
      return new MemoryPlan.Room(provider().planBytes(products), true);
    }
    requirePlain(products, refusal.get());
    return new MemoryPlan.Room((long) (HEAP_SHARE * Runtime.getRuntime().maxMemory()), false);
  }

  private static void requirePlain(Products products, String refusal) {
    if (!products.equals(Products.PLAIN)) {
      throw new InputException(
          "%s: only on a device, but there is no GPU: %s".formatted(products, refusal));
    }
  }

  /**
   * Opens the device that {@code device} names.
   *
   * @param products how a device multiplies matrices
   * @param threads of a CPU; 0 for one per processor
   * @param plan the memory that a device needs
   * @throws InputException if there is no such device, or it has no such products
   */
  public static Compute open(
      DeviceChoice device, Products products, int threads, Supplier<MemoryPlan> plan) {
    Optional<String> refusal = refusal(device);
    if (refusal.isEmpty()) {
      return onDevice(provider(), plan.get(), products);
    }
    requirePlain(products, refusal.get());
    Ops ops = OpsLookup.open(threads);
    return Compute.onCpu(ops, ops.describe() + "; no GPU: " + brief(refusal.get()));
  }

  /** The first clause of a reason; what to do about it is what {@code doctor} says. */
  static String brief(String reason) {
    int end = reason.indexOf("; ");
    return end < 0 ? reason : reason.substring(0, end) + " (jackpot doctor says more)";
  }

  private static Compute onDevice(DeviceProvider provider, MemoryPlan plan, Products products) {
    Compute opened = provider.open(plan, products);
    List<String> lines = new ArrayList<>(opened.lines());
    lines.addAll(plan.lines());
    return new Compute(opened.ops(), opened.objective(), lines);
  }
}
