package io.jackpot.tasks;

import io.jackpot.devices.Compute;
import io.jackpot.devices.MemoryPlan;
import io.jackpot.devices.MemoryPlan.Kind;
import io.jackpot.devices.Products;
import io.jackpot.input.InputException;
import io.jackpot.tasks.DeviceMemory.Role;
import io.jackpot.tensor.Ops;
import io.jackpot.tensor.Tensor;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.runtime.TornadoRuntimeProvider;

/** Opens TornadoVM's devices. */
final class OpenTornado implements TornadoDevices.Opener {

  @Override
  public Compute open(Device device, MemoryPlan plan, Products products) {
    if (!device.has(products)) {
      throw new InputException(
          "%s: only on TornadoVM's CUDA backend, but %s is on %s; expected %s"
              .formatted(products, device.name(), device.backend(), Products.PLAIN));
    }
    String[] index = device.index().split(":", 2);
    TornadoDevice opened =
        TornadoRuntimeProvider.getTornadoRuntime()
            .getBackend(Integer.parseInt(index[0]))
            .getDevice(Integer.parseInt(index[1]));
    DeviceObjective objective = new DeviceObjective(opened);
    TornadoOps ops = new TornadoOps(opened, products, reserved(plan));
    if (!products.equals(Products.PLAIN)) {
      tryOut(ops, products, device);
    }
    return new Compute(ops, objective, List.of(ops.describe()));
  }

  /**
   * One product whose every rounding is exact: a card that lacks the instructions, a library that
   * is missing or one that finds other numbers than ours is known before a run starts.
   */
  private static void tryOut(Ops ops, Products products, Device device) {
    Tensor x = Tensor.of(new float[] {1, 2, 3, -4, 5, -6}, 2, 3);
    Tensor w = Tensor.of(new float[] {7, -8, 9}, 1, 3);
    Tensor y = Tensor.zeros(2, 1);
    String fault = "";
    try {
      ops.matmulNT(x, w, y, false);
      if (y.data()[0] != 18 || y.data()[1] != -122) {
        fault = "a product is %s, expected [18.0, -122.0]".formatted(Arrays.toString(y.data()));
      }
    } catch (RuntimeException | LinkageError e) {
      fault = message(e);
    }
    if (!fault.isEmpty()) {
      throw new InputException(
          "%s: not on %s: %s; expected %s"
              .formatted(products, device.name(), fault, Products.PLAIN));
    }
  }

  /** The innermost cause's message, on one line. */
  private static String message(Throwable e) {
    Throwable first = e;
    while (first.getCause() != null) {
      first = first.getCause();
    }
    return String.valueOf(first.getMessage()).replaceAll("\\s+", " ").strip();
  }

  private static Map<Role, Long> reserved(MemoryPlan plan) {
    Map<Role, Long> floats = new EnumMap<>(Role.class);
    for (Kind kind : Kind.values()) {
      if (kind != Kind.HEAP && plan.floats(kind) > 0) {
        floats.put(role(kind), TornadoDevices.withMargin(plan.floats(kind)));
      }
    }
    if (!floats.isEmpty()) {
      floats.put(Role.SCRATCH, TornadoDevices.SCRATCH_FLOATS);
    }
    return floats;
  }

  private static Role role(Kind kind) {
    return switch (kind) {
      case WEIGHTS -> Role.WEIGHT;
      case GRADIENTS -> Role.GRADIENT;
      case FIRST_MOMENTS -> Role.FIRST_MOMENT;
      case SECOND_MOMENTS -> Role.SECOND_MOMENT;
      case ACTIVATIONS -> Role.ACTIVATION;
      case HEAP -> throw new IllegalArgumentException("not on a device: " + kind);
    };
  }
}
