package io.jackpot.devices;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DevicesTest {
  @Test
  void aRunSaysInOneClauseWhyThereIsNoGpu() {
    assertThat(Devices.brief("TORNADOVM_HOME is not set; to use a GPU, install this; or that"))
        .isEqualTo("TORNADOVM_HOME is not set (jackpot doctor says more)");
    assertThat(Devices.brief("--device cpu")).isEqualTo("--device cpu");
  }
}
