package io.jackpot.tasks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jackpot.tasks.DeviceMemory.Region;
import io.jackpot.tasks.DeviceMemory.Role;
import io.jackpot.tensor.Fixtures;
import io.jackpot.tensor.Tensor;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/** Arrays of any size come back from the device as they went. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TransferTest {
  private Recorder recorder;

  @BeforeAll
  void open() {
    recorder = new Recorder(TestDevice.device(), Map.of(), 1 << 25);
  }

  @AfterAll
  void close() {
    recorder.close();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 4096, 4097, 65_537, 1_048_575, (1 << 23) + 77})
  void tensorsComeBack(int size) {
    Tensor x = Fixtures.random(size, 1, size);
    float[] before = x.data().clone();
    Region region = recorder.region(x, Role.WEIGHT);
    assertThat(x.storage().mirror()).isSameAs(region);
    assertThat(x.data()).isEqualTo(before);
    assertThat(x.storage().heapIfThere()).isNotNull();
    if (size > 0) {
      x.data()[size - 1] = 42;
      assertThat(recorder.region(x, Role.WEIGHT)).isNotSameAs(region);
      assertThat(x.data()[size - 1]).isEqualTo(42);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 5000, 70_001, 1_500_000})
  void idsAreWhereOpsFindThem(int count) {
    int[] ids = Fixtures.randomIds(count, count, 1000);
    Tensor table = Tensor.zeros(1000, 1);
    for (int i = 0; i < 1000; i++) {
      table.data()[i] = i;
    }
    Region from = recorder.region(table, Role.WEIGHT);
    Region to = recorder.scratch(count);
    recorder
        .prepare(RowsKernels.GATHER_ROWS)
        .operand(RowsKernels.X, from)
        .operand(RowsKernels.Y, to)
        .arg(RowsKernels.ROW_IDS, recorder.ids(ids, count))
        .arg(RowsKernels.COLS, 1)
        .arg(RowsKernels.N, count)
        .record(ElementwiseKernels.groups(count));
    float[] found = new float[count];
    recorder.read(to, 0, found, count);
    for (int i = 0; i < count; i++) {
      assertThat((int) found[i]).isEqualTo(ids[i]);
    }
  }

  @Test
  void arraysOffTheHeapStandBesideThem() {
    recorder.graphs().bring(new FloatArray(1000));
    tensorsComeBack(5000);
    idsAreWhereOpsFindThem(70);
  }

  @Test
  void aLaunchWithoutAnOperandIsRefused() {
    LaunchBuilder launch =
        recorder.prepare(RowsKernels.ADD_BIAS).operand(RowsKernels.X, recorder.scratch(1));
    assertThatThrownBy(() -> launch.record(1))
        .hasMessage("RowsKernels.addBias: 1 operands, expected 2");
  }

  @Test
  void memoryIsUsedAgain() {
    long before = recorder.floats();
    for (int i = 0; i < 40; i++) {
      recorder.begin();
      recorder.region(Tensor.zeros(1 << 21), Role.GRADIENT);
      recorder.scratch(1 << 21);
      recorder.flush();
    }
    long after = recorder.floats();
    assertThat(after - before).isLessThan(1 << 24);
  }
}
