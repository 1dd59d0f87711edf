package io.jackpot.tasks;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.json.JsonMapper;
import uk.ac.manchester.tornado.api.TornadoBackend;
import uk.ac.manchester.tornado.api.TornadoRuntime;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.runtime.TornadoRuntimeProvider;

/** Main of the JVM that {@link DeviceProbe} starts: prints the devices of all backends as JSON. */
final class ListDevices {
  private ListDevices() {}

  public static void main(String[] args) {
    TornadoRuntime runtime = TornadoRuntimeProvider.getTornadoRuntime();
    List<Device> devices = new ArrayList<>();
    for (int i = 0; i < runtime.getNumBackends(); i++) {
      TornadoBackend backend = runtime.getBackend(i);
      for (int j = 0; j < backend.getNumDevices(); j++) {
        TornadoDevice device = backend.getDevice(j);
        devices.add(
            new Device(
                i + ":" + j,
                backend.getName(),
                device.getPhysicalDevice().getDeviceName().strip(),
                device.getDeviceType().name(),
                device.getMaxGlobalMemory()));
      }
    }
    System.out.println();
    System.out.println(JsonMapper.shared().writeValueAsString(devices));
    System.exit(0); // drivers may keep threads of their own
  }
}
