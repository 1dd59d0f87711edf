package io.jackpot.tasks;

import io.jackpot.tasks.DeviceMemory.Role;
import io.jackpot.train.Compute;
import io.jackpot.train.MemoryPlan;
import io.jackpot.train.MemoryPlan.Kind;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.runtime.TornadoRuntimeProvider;

/** Opens TornadoVM's devices. */
final class OpenTornado implements DeviceOpener {

  @Override
  public Compute open(Device device, MemoryPlan plan) {
    String[] index = device.index().split(":", 2);
    TornadoDevice opened =
        TornadoRuntimeProvider.getTornadoRuntime()
            .getBackend(Integer.parseInt(index[0]))
            .getDevice(Integer.parseInt(index[1]));
    DeviceObjective objective = new DeviceObjective(opened);
    TornadoOps ops = new TornadoOps(opened, reserved(plan));
    return new Compute(ops, objective, List.of(ops.describe()));
  }

  private static Map<Role, Long> reserved(MemoryPlan plan) {
    Map<Role, Long> floats = new EnumMap<>(Role.class);
    for (Kind kind : Kind.values()) {
      if (plan.floats(kind) > 0) {
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
    };
  }
}
